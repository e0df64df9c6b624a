/** Sentences one after the other: with blanks between them, but none behind a full-width stop, which holds its own. */
export function joinSentences(sentences: readonly string[]): string {
  return sentences.join(' ').replaceAll(/(?<=[。！？]) /g, '');
}
