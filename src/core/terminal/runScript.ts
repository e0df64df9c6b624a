import type { Duplex } from 'node:stream';
import { Failure } from '../failure.ts';
import type { Statement } from '../language/script.ts';
import { encodeRequest } from '../../protocol/resp/encode.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { l10n } from '../../l10n.ts';
import { formatPage, formatReply, isPage } from './formatReply.ts';
import { openLink, streams } from './link.ts';

/** What came of one command of a script. */
export interface StatementResult {
  readonly statement: Statement;
  /** As redis-cli shows it; lines end in `\n`. */
  readonly text: string;
  readonly failed: boolean;
  /** Undefined where nothing was sent. */
  readonly reply: Reply | undefined;
}

/**
 * Runs commands one after the other over a channel of their own, and goes on behind one that failed, as `redis-cli < file` does; closes
 * the channel. Rejects with Failure: `cancelled` when aborted, else when the link breaks (what had run is told by then).
 * @param onResult told of each; the next waits for it
 * @param before told of each before it is sent, which waits for it
 */
export async function runScript(
  channel: Duplex, statements: readonly Statement[], signal: AbortSignal,
  onResult: (result: StatementResult) => Promise<void> | void, before: (statement: Statement) => Promise<void> | void = () => undefined,
): Promise<void> {
  const link = openLink(channel, () => undefined, () => undefined);
  signal.addEventListener('abort', link.close);
  try {
    for (const statement of statements) {
      if (signal.aborted) throw new Failure('cancelled', l10n.t('The script was stopped.'));
      await before(statement);
      await onResult({ statement, ...(await run(statement)) });
    }
  } catch (error) {
    throw signal.aborted ? new Failure('cancelled', l10n.t('The script was stopped.'), { cause: error }) : error;
  } finally {
    signal.removeEventListener('abort', link.close);
    link.close();
  }

  async function run({ line }: Statement): Promise<Omit<StatementResult, 'statement'>> {
    const args = line.words.map(({ bytes }) => bytes);
    const words = args.map((arg) => arg.toString('latin1'));
    const refuse = (text: string): Omit<StatementResult, 'statement'> => ({ text: `(error) ${text}\n`, failed: true, reply: undefined });
    if (line.fault !== undefined) return refuse(l10n.t('A quote is not closed, or something follows it without a blank.'));
    if (streams(words)) return refuse(l10n.t('This command is answered for as long as one listens. Run it in a Redis terminal.'));
    link.channel.write(encodeRequest(args));
    const reply = await link.next(false);
    return { text: isPage(words) ? formatPage(reply) : formatReply(reply), failed: reply.kind === 'error', reply };
  }
}
