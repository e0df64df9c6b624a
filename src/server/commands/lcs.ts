import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { SYNTAX, arg, array, bulk, fail, integer, isOption, lookupRead, map, numberArg } from './support.ts';

/** A run of equal bytes, its ends included. */
interface Match {
  readonly a: readonly [number, number];
  readonly b: readonly [number, number];
}

interface Common {
  readonly length: number;
  readonly text: Bytes;
  /** From the end of the strings to their beginning, as LCS IDX answers them. */
  readonly matches: readonly Match[];
}

/** The longest common subsequence, found by dynamic programming: a.length * b.length steps, 4 bytes of memory each. */
function longestCommon(a: Bytes, b: Bytes): Common {
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number): number => lengths[i * width + j] ?? 0;
  // Nothing else holds the server so long: the bytes lie flat, and of the neighbours only the one above is read from the table.
  const across = Buffer.from(b, 'latin1');
  for (let i = 1; i <= a.length; i += 1) {
    const own = a.charCodeAt(i - 1);
    const row = i * width;
    let [left, diagonal] = [0, 0];
    for (let j = 1; j < width; j += 1) {
      const above = lengths[row - width + j] as number;
      if (own === across[j - 1]) left = diagonal + 1;
      else if (above > left) left = above;
      lengths[row + j] = left;
      diagonal = above;
    }
  }
  const text: Bytes[] = [];
  const matches: Match[] = [];
  let [i, j] = [a.length, b.length];
  // The run that is being walked through, by its last bytes and its length so far.
  let run: { a: number; b: number; size: number } | undefined;
  const endRun = (): void => {
    if (run !== undefined) matches.push({ a: [run.a - run.size + 1, run.a], b: [run.b - run.size + 1, run.b] });
    run = undefined;
  };
  while (i > 0 && j > 0) {
    if (a.charCodeAt(i - 1) === b.charCodeAt(j - 1)) {
      text.push(a.charAt(i - 1));
      run = run === undefined ? { a: i - 1, b: j - 1, size: 1 } : { ...run, size: run.size + 1 };
      i -= 1;
      j -= 1;
    } else {
      if (at(i - 1, j) > at(i, j - 1)) i -= 1;
      else j -= 1;
      endRun();
    }
  }
  endRun();
  return { length: at(a.length, b.length), text: text.reverse().join(''), matches };
}

function lcs(context: Context, args: readonly Bytes[]): Reply {
  const values = [lookupRead(context, arg(args, 1)), lookupRead(context, arg(args, 2))];
  const [a, b] = values.map((value) => (value === undefined ? '' : value.type === 'string' ? value.data : fail('ERR The specified keys must contain string values')));
  let [withIndexes, onlyLength, withLengths, least] = [false, false, false, 0];
  for (let index = 3; index < args.length; index += 1) {
    const next = args[index + 1];
    if (isOption(args[index], 'IDX')) withIndexes = true;
    else if (isOption(args[index], 'LEN')) onlyLength = true;
    else if (isOption(args[index], 'WITHMATCHLEN')) withLengths = true;
    else if (isOption(args[index], 'MINMATCHLEN') && next !== undefined) {
      least = numberArg(next);
      index += 1;
    } else fail(SYNTAX);
  }
  if (withIndexes && onlyLength) fail('ERR If you want both the length and indexes, please just use IDX.');
  const [left = '', right = ''] = [a, b];
  if ((left.length + 1) * (right.length + 1) * 4 > context.server.config.number('proto-max-bulk-len')) {
    fail('ERR Insufficient memory, transient memory for LCS exceeds proto-max-bulk-len');
  }
  const common = longestCommon(left, right);
  if (!withIndexes) return onlyLength ? integer(common.length) : bulk(common.text);
  const shown = common.matches.flatMap((match): Reply[] => {
    const size = match.a[1] - match.a[0] + 1;
    if (size < least) return [];
    const ends = [match.a, match.b].map((range) => array(range.map(integer)));
    return [array(withLengths ? [...ends, integer(size)] : ends)];
  });
  return map([['matches', array(shown)], ['len', integer(common.length)]]);
}

/** LCS */
export const lcsCommands: Handlers = { lcs };
