/**
 * True if `text` matches Redis's glob `pattern` (stringmatchlen): `*`, `?`, `[abc]`, `[^a-z]`, `\x`. One byte per character.
 */
export function globMatch(pattern: string, text: string, ignoreCase = false): boolean {
  // Redis does not look at the pattern at all when there is no text: not even `*` matches it.
  if (text === '') return pattern === '';
  const state = { giveUp: false };
  return ignoreCase ? match(pattern.toLowerCase(), 0, text.toLowerCase(), 0, state) : match(pattern, 0, text, 0, state);
}

function match(pattern: string, patternStart: number, text: string, textStart: number, state: { giveUp: boolean }): boolean {
  let p = patternStart;
  let t = textStart;
  while (p < pattern.length && t < text.length) {
    switch (pattern[p]) {
      case '*': {
        while (pattern[p + 1] === '*') p += 1;
        if (p + 1 === pattern.length) return true;
        while (t < text.length) {
          if (match(pattern, p + 1, text, t, state)) return true;
          // A later star has failed on the whole rest: an earlier one cannot do better. Without this the time is exponential.
          if (state.giveUp) return false;
          t += 1;
        }
        state.giveUp = true;
        return false;
      }
      case '?':
        break;
      case '[': {
        const result = matchClass(pattern, p, text.charCodeAt(t));
        if (!result.matches) return false;
        p = result.end;
        break;
      }
      case '\\':
        if (p + 1 < pattern.length) p += 1;
        if (pattern[p] !== text[t]) return false;
        break;
      default:
        if (pattern[p] !== text[t]) return false;
    }
    p += 1;
    t += 1;
  }
  if (t >= text.length) while (pattern[p] === '*') p += 1;
  return p >= pattern.length && t >= text.length;
}

/** Matches a class that starts at `start`; `end` is its last character. An unclosed class ends with the pattern. */
function matchClass(pattern: string, start: number, code: number): { matches: boolean; end: number } {
  let p = start + 1;
  const negated = pattern[p] === '^';
  if (negated) p += 1;
  let matches = false;
  for (;;) {
    const char = pattern[p];
    if (char === undefined) {
      p -= 1;
      break;
    }
    if (char === '\\' && p + 1 < pattern.length) {
      p += 1;
      if (pattern.charCodeAt(p) === code) matches = true;
    } else if (char === ']') break;
    else if (pattern[p + 1] === '-' && p + 2 < pattern.length) {
      const low = Math.min(pattern.charCodeAt(p), pattern.charCodeAt(p + 2));
      const high = Math.max(pattern.charCodeAt(p), pattern.charCodeAt(p + 2));
      p += 2;
      if (code >= low && code <= high) matches = true;
    } else if (pattern.charCodeAt(p) === code) matches = true;
    p += 1;
  }
  return { matches: matches !== negated, end: p };
}
