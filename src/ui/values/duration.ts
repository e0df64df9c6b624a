/** The word for "does not expire". */
export const never = 'never';

/** ms; undefined for `never`; null for text that is no time. Bare numbers are seconds. */
export function parseDuration(text: string): number | undefined | null {
  if (text.trim().toLowerCase() === never) return undefined;
  const match = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|min|h|d)?\s*$/.exec(text);
  if (match === null) return null;
  const unit = { ms: 1, s: 1000, min: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? 's'] ?? 1000;
  const ms = Math.round(Number(match[1]) * unit);
  return ms > 0 && ms <= Number.MAX_SAFE_INTEGER ? ms : null;
}
