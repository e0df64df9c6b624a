/**
 * A text as VS Code's toasts show it literally. They make a link of `[words](command:…)`, and of what the server says
 * some stands in our messages: a click must not run what a stranger wrote.
 */
export function plainText(text: string): string {
  return text.replaceAll('](', '] (');
}
