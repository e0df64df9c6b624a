import type { ServerState } from '../../state.ts';

/** The fields of a section of INFO, in order. */
export type Lines = readonly (readonly [name: string, value: string | number])[];

/** Bytes as INFO shows them to people: `918.98K`. */
export function humanBytes(bytes: number): string {
  if (bytes < 1024) return `${bytes}B`;
  const units = ['K', 'M', 'G', 'T', 'P'];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value.toFixed(2)}${units[unit] ?? ''}`;
}

/** A figure that another part of the server keeps, by its name in INFO; 0 while there is none. */
export function figure(server: ServerState, name: string): number {
  return server.memory.figures.get(name)?.() ?? 0;
}

/** Fields that are 0 in this server. */
export function zeros(names: string): Lines {
  return names.split(' ').map((name) => [name, 0]);
}
