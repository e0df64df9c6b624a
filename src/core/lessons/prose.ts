import { shorten } from '../keyspace/display.ts';
import { harmlessText } from '../terminal/formatReply.ts';

/** Characters of a value that are shown. */
const LONGEST = 200;

/** A cell of a lesson's page: prose, or commands to be run on a server of the lesson. */
export type Part =
  | { readonly kind: 'text'; readonly markdown: string }
  | { readonly kind: 'commands'; readonly text: string; readonly server: string | undefined };

/** A step as it is told. */
export interface StepProse {
  readonly id: string;
  readonly title: string;
  /** In the order of the page; the first begins with the step's heading. */
  readonly parts: readonly Part[];
  /** What is missing, by the name that the check gives it. */
  readonly hints: ReadonlyMap<string, string>;
}

/** A lesson as it is told in one language. */
export interface LessonProse {
  readonly title: string;
  /** What stands before the first step, with the title. */
  readonly opening: string;
  readonly steps: readonly StepProse[];
}

/**
 * Reads a lesson's file: Markdown with a `# ` title; `<!-- step ID -->` begins a step, with its `## ` heading next; a fence of
 * `redis`, or `redis SERVER`, is a cell of commands; `<!-- hint NAME -->` begins a hint, which goes on to the next comment. A hint before
 * the first step holds for all of them.
 */
export function parseProse(text: string): LessonProse {
  const [beginning = '', ...sections] = text.replaceAll('\r\n', '\n').split(/^<!-- step ([\w-]+) -->$/m);
  const [opening = '', shared] = hintsOf(beginning);
  const steps: StepProse[] = [];
  for (let at = 0; at < sections.length; at += 2) {
    const [page, hints] = hintsOf(sections[at + 1] ?? '');
    steps.push({ id: sections[at] ?? '', title: heading(page), parts: partsOf(page), hints: new Map([...shared, ...hints]) });
  }
  return { title: heading(opening), opening: opening.trim(), steps };
}

/** A hint with its values in their places. */
export function fillIn(hint: string, values: readonly string[]): string {
  return hint.replaceAll(/\{(\d)\}/g, (place, index) => values[Number(index)] ?? place);
}

/** The same as Markdown: values are text, whatever is in them, and no longer than one can read. */
export function hintMarkdown(hint: string, values: readonly string[]): string {
  const shown = values.map((value) => shorten(harmlessText(value.slice(0, 2 * LONGEST)).replaceAll(/\s+/g, ' '), LONGEST));
  return hint.replaceAll(/`([^`]*)`|\{(\d)\}/g, (whole, code: string | undefined, index) =>
    code === undefined ? shown[Number(index)]?.replaceAll(/[!-/:-@[-`{-~]/g, '\\$&') ?? whole : codeSpan(fillIn(code, shown)));
}

/** Code that may hold backticks: between more of them. */
function codeSpan(text: string): string {
  const fence = '`'.repeat(1 + Math.max(0, ...(text.match(/`+/g) ?? []).map(({ length }) => length)));
  return fence === '`' ? `\`${text}\`` : `${fence} ${text} ${fence}`;
}

/** What stands before the hints, and these. */
function hintsOf(section: string): readonly [text: string, hints: ReadonlyMap<string, string>] {
  const [text = '', ...parts] = section.split(/^<!-- hint ([\w-]+) -->$/m);
  const hints = new Map<string, string>();
  for (let at = 0; at < parts.length; at += 2) hints.set(parts[at] ?? '', (parts[at + 1] ?? '').trim());
  return [text, hints];
}

function heading(markdown: string): string {
  return /^##? (.+)$/m.exec(markdown)?.[1]?.trim() ?? '';
}

function partsOf(page: string): readonly Part[] {
  const parts: Part[] = [];
  const pieces = page.split(/^```redis(?: ([\w-]+))?\n([^]*?)\n```$/m);
  for (let at = 0; at < pieces.length; at += 3) {
    const markdown = (pieces[at] ?? '').trim();
    if (markdown !== '') parts.push({ kind: 'text', markdown });
    const commands = pieces[at + 2];
    if (commands !== undefined) parts.push({ kind: 'commands', text: commands, server: pieces[at + 1] });
  }
  return parts;
}
