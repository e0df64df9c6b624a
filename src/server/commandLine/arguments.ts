import { quoteInline, splitInline } from '../../protocol/resp/inline.ts';
import type { Bytes } from '../store/value.ts';

/** What a command line asks for. */
export type CommandLine =
  | { readonly do: 'version' | 'usage' | 'check-system' }
  | { readonly do: 'test-memory' | 'sentinel' }
  | {
      readonly do: 'serve';
      /** The path of a configuration file, as it was given. */
      readonly file: string | undefined;
      /** Directives come by the standard input too, after those of the file. */
      readonly stdin: boolean;
      /** The directives of the options, one per line, as they stand in a configuration file. */
      readonly options: Bytes;
      /** `--sample`, which Redis does not have. */
      readonly sample: string | undefined;
      /** Nothing was given at all. */
      readonly empty: boolean;
    };

/**
 * Reads the arguments as redis-server does: a configuration file first, if the first one is no option; then options, each with
 * the words up to the next one; `-`, first or last, for the standard input. A word that begins with `--` is a value where
 * an option has none yet.
 */
export function readArguments(argv: readonly string[]): CommandLine {
  const { rest, sample } = withoutSample(argv);
  const [first] = rest;
  if (first === '-v' || first === '--version') return { do: 'version' };
  if (first === '-h' || first === '--help') return { do: 'usage' };
  if (first === '--test-memory') return { do: 'test-memory' };
  if (first === '--check-system') return { do: 'check-system' };
  if (rest.includes('--sentinel')) return { do: 'sentinel' };
  const file = first === undefined || first.startsWith('-') ? undefined : first;
  let options = '';
  let stdin = false;
  /** False right after the name of an option. */
  let valued = true;
  for (let index = file === undefined ? 0 : 1; index < rest.length; index += 1) {
    const word = Buffer.from(rest[index] ?? '').toString('latin1');
    const last = index === rest.length - 1;
    if (word === '-' && (index === 0 || last)) stdin = true;
    else if (valued && word.startsWith('--')) {
      options += `${options === '' ? '' : '\n'}${word.slice(2)} `;
      // `"--port 6380"` has its value with it.
      valued = splitInline(word)?.length !== 1;
      // A list of arguments that was put together from nothing ends in a bare `--save`.
      if (word.toLowerCase() === '--save' && (last || rest[index + 1]?.startsWith('--') === true)) {
        options += '""';
        valued = true;
      }
    } else {
      options += `${quoteInline(word)} `;
      valued = true;
    }
  }
  return { do: 'serve', file, stdin, options, sample, empty: rest.length === 0 };
}

function withoutSample(argv: readonly string[]): { readonly rest: readonly string[]; readonly sample: string | undefined } {
  const at = argv.indexOf('--sample');
  return at === -1 ? { rest: argv, sample: undefined } : { rest: [...argv.slice(0, at), ...argv.slice(at + 2)], sample: argv[at + 1] ?? '' };
}
