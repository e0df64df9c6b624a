import { readSetting } from '../platform/settings.ts';
import { parseSize } from '../platform/size.ts';

/** Bytes that a practice server, or an open file, may take now. */
export function maxMemory(): number {
  return parseSize(readSetting('keyspace.practice.maxMemory')) ?? 2 ** 30;
}

/** As a parameter of a server that starts; who is connected may change it. */
export function memoryConfig(): Readonly<Record<string, string>> {
  return { maxmemory: Math.floor(maxMemory()).toString() };
}
