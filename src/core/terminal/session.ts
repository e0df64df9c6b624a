import type { Duplex } from 'node:stream';
import { secretPositions } from '../connection/commandLog.ts';
import type { Clock } from '../connection/ports.ts';
import { Failure, isFailure } from '../failure.ts';
import { helpText } from '../language/help.ts';
import { splitLine } from '../language/words.ts';
import type { CommandBook } from '../language/command.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Reply, RespVersion } from '../../protocol/resp/reply.ts';
import { l10n } from '../../l10n.ts';
import { formatPage, formatPush, formatReply, harmlessText, isPage, replyPieces } from './formatReply.ts';
import { openLink, streams, type Link } from './link.ts';

/** What a terminal needs. */
export interface TerminalDeps {
  /** `127.0.0.1:6379`, for the prompt. */
  readonly label: string;
  readonly database: number;
  /** Opens a channel of the intent `terminal` to a database. Throws Failure. */
  readonly open: (database: number) => Promise<Duplex>;
  /** Shows text; lines end in `\n`. */
  readonly write: (text: string) => void;
  readonly clear: () => void;
  readonly book: CommandBook;
  readonly clock: Clock;
  /** Lets the event loop turn once, or waits for so many ms. */
  readonly breathe: (ms?: number) => Promise<void>;
  /** Told of each command and its reply. */
  readonly onRan?: (command: readonly Buffer[], reply: Reply) => void;
}

/** One line at a time against one server, as redis-cli does it. */
export interface TerminalSession {
  /** What stands before the line: address, `[database]`, `(TX)`. */
  readonly prompt: string;
  /** The database that it stands in. */
  readonly database: number;
  /**
   * Runs a line and shows what came of it; faults and broken links are shown, too. Answers `more` for a line with an open quote (the
   * next one belongs to it), `quit` for QUIT and EXIT.
   */
  run(line: string): Promise<'done' | 'more' | 'quit'>;
  /** Ctrl+C: ends what runs (a blocking command, MONITOR, a subscription, the printing of a long reply). */
  interrupt(): void;
  close(): void;
}

/** Replies are shown in pieces of about so many characters, with a turn of the event loop in between. */
const PIECE = 64 * 1024;
/** Ms from one look at what comes by itself (MONITOR, channels) to the next. */
const FRAME = 100;
/** Characters that are shown of it in one. */
const LOOK = 1024 * 1024;
/** Ms above which redis-cli says how long a command took. */
const SLOW = 500;
/** Opens no link before the first command. */
export function createTerminalSession(deps: TerminalDeps): TerminalSession {
  const label = harmlessText(deps.label);
  let database = deps.database;
  let protocol: RespVersion = 2;
  let transaction = false;
  /** Of each command that waits for EXEC, the database that it selects, if it does. */
  let queued: (number | undefined)[] = [];
  let lostTransaction = false;
  let link: Link | undefined;
  let interrupted = false;
  let closed = false;

  const drop = (): void => {
    const dropped = link;
    link = undefined;
    dropped?.close();
    transaction = false;
  };

  const connect = async (): Promise<Link> => {
    if (link !== undefined) return link;
    const opened = openLink(await deps.open(database), (reply) => deps.write(formatPush(reply)), () => {
      if (link !== opened) return;
      lostTransaction = transaction;
      drop();
    });
    if (closed) {
      opened.close();
      throw new Failure('closed', l10n.t('The terminal was closed.'));
    }
    link = opened;
    if (protocol === 3) {
      opened.channel.write(encodeRequest(['HELLO', '3']));
      await opened.next(false);
    }
    return opened;
  };

  const show = async (reply: Reply, page: boolean): Promise<void> => {
    let text = '';
    for (const piece of page ? [formatPage(reply)] : replyPieces(reply)) {
      text += piece;
      if (text.length < PIECE) continue;
      deps.write(text);
      text = '';
      await deps.breathe();
      if (interrupted) return;
    }
    deps.write(text);
  };

  /** The latest of what has come by itself, as much of it as one can look at, in one piece. */
  const showMessages = async (messages: readonly Reply[], leftOut: number): Promise<void> => {
    const [only] = messages;
    if (messages.length === 1 && leftOut === 0 && only !== undefined) return show(only, false);
    const shown: string[] = [];
    let size = 0;
    for (let at = messages.length - 1; at >= 0 && size < LOOK; at -= 1) {
      const text = formatReply(messages[at] as Reply);
      size += text.length;
      shown.unshift(text);
    }
    const count = leftOut + messages.length - shown.length;
    if (count > 0) shown.unshift(`${l10n.t('({0} messages are left out here: more come than can be shown)', count)}\n`);
    deps.write(shown.join(''));
  };

  /** What a reply says about where the connection stands now. */
  const follow = (args: readonly Buffer[], reply: Reply): void => {
    const [name = '', second = ''] = args.slice(0, 2).map((arg) => arg.toString('latin1').toLowerCase());
    if (reply.kind === 'error') {
      if (name === 'exec') transaction = false;
      return;
    }
    if (reply.kind === 'simple' && reply.text === 'QUEUED' && transaction) {
      queued.push(name === 'select' ? Number(second) : undefined);
      return;
    }
    if (name === 'select') database = Number(second);
    else if (name === 'multi') {
      transaction = true;
      queued = [];
    } else if (name === 'exec' || name === 'discard') {
      transaction = false;
      // A null: a watched key was changed, and nothing was run.
      if (name === 'exec' && reply.kind === 'array') database = queued.findLast((index, at) => index !== undefined && reply.items[at]?.kind !== 'error') ?? database;
    }
    else if (name === 'hello' && (second === '2' || second === '3')) protocol = second === '3' ? 3 : 2;
    else if (name === 'reset') {
      transaction = false;
      protocol = 2;
      database = 0;
    }
  };

  const call = async (args: readonly Buffer[], words: readonly string[]): Promise<void> => {
    const started = deps.clock.elapsed();
    const { channel, next, listen } = await connect();
    channel.write(encodeRequest(args));
    if (streams(words) && !transaction) {
      deps.write('Reading messages... (press Ctrl-C to quit)\n');
      await listen(async (messages, leftOut) => {
        await showMessages(messages, leftOut);
        if (interrupted || messages.some(({ kind }) => kind === 'error')) return false;
        await deps.breathe(FRAME);
        return !interrupted;
      });
      return;
    }
    const reply = await next(false);
    follow(args, reply);
    deps.onRan?.(args, reply);
    await show(reply, isPage(words));
    const ms = deps.clock.elapsed() - started;
    if (ms >= SLOW) deps.write(`(${(ms / 1000).toFixed(2)}s)\n`);
  };

  /** True if there is one: what was meant to be a part of it must not run by itself. */
  const tellOfLostTransaction = (): boolean => {
    const lost = lostTransaction;
    lostTransaction = false;
    if (lost) deps.write(`${l10n.t('(error) The transaction is gone with its connection. Nothing of it was run, nor was this.')}\n`);
    return lost;
  };

  const failed = (error: unknown): void => {
    if (!isFailure(error)) throw error;
    lostTransaction ||= transaction;
    drop();
    // Of what a server says some stands in there.
    if (!interrupted) deps.write(`(error) ${harmlessText(error.message)}\n`);
    tellOfLostTransaction();
  };

  return {
    get prompt() {
      return `${label}${database === 0 ? '' : `[${String(database)}]`}${transaction ? '(TX)' : ''}> `;
    },
    get database() {
      return database;
    },
    async run(line) {
      const { words, fault } = splitLine(line);
      if (fault?.kind === 'open') return 'more';
      if (fault !== undefined) {
        deps.write('Invalid argument(s)\n');
        return 'done';
      }
      let args = words.map(({ bytes }) => bytes);
      let texts = args.map((arg) => arg.toString('latin1'));
      // `5 PING` runs PING five times.
      const times = args.length > 1 && /^\d{1,9}$/.test(texts[0] ?? '') ? Number(texts[0]) : 1;
      if (times !== 1) [args, texts] = [args.slice(1), texts.slice(1)];
      const [name] = texts;
      if (name === undefined) return 'done';
      switch (name.toLowerCase()) {
        case 'quit':
        case 'exit': return 'quit';
        case 'clear':
          deps.clear();
          return 'done';
        case 'help':
        case '?':
          deps.write(helpText(texts.slice(1), deps.book));
          return 'done';
      }
      if (tellOfLostTransaction()) return 'done';
      interrupted = false;
      try {
        for (let left = times; left > 0 && !interrupted; left -= 1) await call(args, texts);
      } catch (error) {
        failed(error);
      }
      return 'done';
    },
    interrupt() {
      interrupted = true;
      // What was asked is not waited for any longer: its reply would be taken for that of the next command.
      drop();
    },
    close() {
      closed = true;
      interrupted = true;
      drop();
    },
  };
}

/** True for a line that may be kept in the history: it holds no secret. */
export function isKept(line: string): boolean {
  const args = splitLine(line).words.map(({ bytes }) => bytes);
  // Behind how often it is to be run.
  const command = args.slice(Math.max(0, args.findIndex((arg) => !/^\d+$/.test(arg.toString('latin1')))));
  return args.length > 0 && secretPositions(command).size === 0;
}
