const units: Readonly<Record<string, number>> = { '': 2 ** 20, kb: 2 ** 10, mb: 2 ** 20, gb: 2 ** 30 };

/** Bytes of `512` (MB), `512 MB`, `1.5 gb` ...; undefined for what is no size. */
export function parseSize(text: string): number | undefined {
  const parts = /^\s*(\d+(?:\.\d+)?)\s*(kb|mb|gb|)\s*$/i.exec(text);
  if (parts === null) return undefined;
  const size = Number(parts[1]) * (units[(parts[2] ?? '').toLowerCase()] ?? 0);
  return size > 0 ? size : undefined;
}
