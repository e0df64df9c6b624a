import { shorten } from '../../core/keyspace/display.ts';
import { harmlessText } from '../../core/terminal/formatReply.ts';

/** Characters of a toast. */
const LONGEST = 2000;

/**
 * A text as VS Code's toasts show it literally. They make a link of `[words](command:…)`, and of what the server says
 * some stands in our messages: a click must not run what a stranger wrote, nor may it turn letters around or fill the screen.
 */
export function plainText(text: string): string {
  return shorten(harmlessText(text.slice(0, 2 * LONGEST)), LONGEST).replaceAll('](', '] (');
}
