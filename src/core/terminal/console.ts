import { createInterface } from 'node:readline';
import { PassThrough, Writable } from 'node:stream';
import type { Command, Reply } from '../connection/session.ts';
import { isFailure } from '../failure.ts';
import { completeLine, hintFor } from '../language/complete.ts';
import { keyPlace, type KeyPlace } from '../language/keyPlace.ts';
import { splitLine } from '../language/words.ts';
import { findNames, typedNames } from './keyNames.ts';
import { createTerminalSession, isKept, type TerminalDeps } from './session.ts';

/** A screen and a keyboard, and what is kept between terminals. */
export interface ConsoleDeps extends Omit<TerminalDeps, 'write' | 'clear'> {
  /** Shows text as a terminal takes it: lines end in `\r\n`. */
  readonly screen: (text: string) => void;
  /** Lines of before, the latest first: those of other terminals that are open by now as well. */
  readonly history: () => readonly string[];
  /** Told of all lines to keep, the latest first; none of them holds a secret. */
  readonly keep: (history: readonly string[]) => void;
  /** Asks the server on another connection, for the names of keys. Throws Failure. */
  readonly ask: (database: number, command: Command) => Promise<Reply>;
  /** Ctrl+R: lets one of these be chosen. */
  readonly search: (history: readonly string[]) => Promise<string | undefined>;
  readonly onQuit: () => void;
}

/** A terminal's inside: Node's own line editor around a session. */
export interface Console {
  /** What the keyboard sends, as VT sequences. */
  input(data: string): void;
  resize(columns: number): void;
  close(): void;
}

const HISTORY = 500;
const INTERRUPT = '\x03';
const SEARCH = '\x12';
const CLEAR_RIGHT = '\x1b[K';
const CLEAR_SCREEN = '\x1b[2J\x1b[3J\x1b[H';
/** Grey, without moving the cursor. */
const beside = (text: string): string => `\x1b7\x1b[90m${text}\x1b[39m\x1b8`;

/** Shows the prompt at once; connects with the first command. */
export function createConsole(deps: ConsoleDeps, columns: number): Console {
  const show = (text: string): void => deps.screen(text.replace(/\r?\n/g, '\r\n'));
  const session = createTerminalSession({ ...deps, write: show, clear: () => deps.screen(CLEAR_SCREEN) });
  const keyboard = new PassThrough();
  const screen = Object.assign(new Writable({
    decodeStrings: false,
    write(chunk: string, _encoding, done) {
      show(chunk);
      done();
    },
  }), { columns });
  const editor = createInterface({
    input: keyboard, output: screen, terminal: true, historySize: HISTORY, removeHistoryDuplicates: true, escapeCodeTimeout: 50, tabSize: 4,
    history: [...deps.history()],
    completer: (line: string, done: (error: null, result: [string[], string]) => void) => {
      const { from, items } = completeLine(line, line.length, deps.book);
      const typed = line.slice(from);
      const lower = typed !== '' && typed === typed.toLowerCase();
      const words = items.map(({ text }) => `${lower ? text.toLowerCase() : text} `);
      const place = begun === '' ? keyPlace(line, deps.book) : undefined;
      if (place === undefined) {
        done(null, [words, typed]);
        return;
      }
      // The line editor takes nothing meanwhile.
      const ended = new Promise<readonly string[]>((resolve) => (endSearch = () => resolve([])));
      void Promise.race([namesAt(place), ended]).then((names) => {
        endSearch = undefined;
        if (closed) return;
        deps.screen(CLEAR_RIGHT);
        done(null, [[...words, ...names], line.slice(place.from)]);
        hint();
      });
    },
  });
  /** Commands to be run. */
  const lines: string[] = [];
  /** Of a command whose quotes are not closed yet. */
  let begun = '';
  let running = false;
  let closed = false;
  /** Typed while a command runs. */
  let ahead = '';
  /** Ends the search for names that is under way, with none. */
  let endSearch: (() => void) | undefined;

  const namesAt = async (place: KeyPlace): Promise<readonly string[]> => {
    try {
      return typedNames(await findNames(place.prefix, (command) => deps.ask(session.database, command), deps.clock), place);
    } catch (error) {
      // Where the server cannot be asked there is nothing to propose.
      if (!isFailure(error)) throw error;
      return [];
    }
  };
  const ask = (): void => {
    editor.setPrompt(begun === '' ? session.prompt : '... ');
    editor.prompt();
  };
  const quit = (): void => {
    if (closed) return;
    closed = true;
    session.close();
    editor.close();
    deps.onQuit();
  };
  const runAll = async (): Promise<void> => {
    if (running) return;
    running = true;
    for (let line = lines.shift(); line !== undefined && !closed; line = lines.shift()) {
      if (await session.run(line) === 'quit') quit();
    }
    running = false;
    if (closed) return;
    ask();
    const typed = ahead;
    ahead = '';
    if (typed !== '') input(typed);
  };

  editor.on('history', (kept: string[]) => {
    const [line] = kept;
    // The line editor has taken the line as its own list's first.
    if (line === undefined || begun !== '' || !isKept(line)) kept.shift();
    else deps.keep([line, ...deps.history().filter((other) => other !== line)].slice(0, HISTORY));
  });
  editor.on('line', (line) => {
    const whole = begun + line;
    // Now, and not when it is its turn: more may have been pasted behind it.
    begun = splitLine(whole).fault?.kind === 'open' ? `${whole}\n` : '';
    if (begun === '') lines.push(whole);
    void runAll();
  });
  editor.on('SIGINT', () => {
    begun = '';
    show('^C\n');
    editor.write(null, { ctrl: true, name: 'e' });
    editor.write(null, { ctrl: true, name: 'u' });
    ask();
  });
  editor.on('close', quit);

  const hint = (): void => {
    if (running || closed || begun !== '' || editor.cursor !== editor.line.length) return;
    const left = hintFor(editor.line, deps.book);
    const room = screen.columns - editor.getCursorPos().cols - 1;
    if (left === undefined || room < 8) return;
    const text = /\s$/.test(editor.line) ? left : ` ${left}`;
    deps.screen(beside(text.length > room ? `${text.slice(0, room - 1)}…` : text));
  };

  const search = async (): Promise<void> => {
    const chosen = await deps.search(deps.history());
    if (chosen === undefined || closed || running) return;
    editor.write(null, { ctrl: true, name: 'e' });
    editor.write(null, { ctrl: true, name: 'u' });
    editor.write(chosen);
    hint();
  };

  const input = (data: string): void => {
    if (closed) return;
    if (running) {
      if (data.includes(INTERRUPT)) {
        ahead = begun = '';
        lines.length = 0;
        show('^C\n');
        session.interrupt();
      } else ahead += data;
      return;
    }
    if (data.includes(INTERRUPT)) endSearch?.();
    // A hint stands behind the cursor.
    deps.screen(CLEAR_RIGHT);
    if (data === SEARCH) {
      void search();
      return;
    }
    keyboard.write(data.replaceAll('\x1b[200~', '').replaceAll('\x1b[201~', ''));
    // Only while one types: of what was pasted there may be more to run.
    if (data.length < 64) hint();
  };

  ask();
  return {
    input,
    resize(width) {
      screen.columns = width;
      screen.emit('resize');
    },
    close: quit,
  };
}
