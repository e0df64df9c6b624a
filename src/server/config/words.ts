import { parseFloatStrict } from '../commands/support.ts';
import type { Bytes } from '../store/value.ts';
import { formatMemory, parseMemory } from './memory.ts';
import type { Read, WordsKind } from './kinds.ts';

/* The parameters whose value is several words. */

const single = (text: Bytes): ReturnType<WordsKind['lines']> => [{ text, plain: false }];

/** As `single`, but only while it is not the default or a line is there. */
const unlessInitial: WordsKind['lines'] = (value, initial) => [{ text: value, plain: value === initial }];

/** What C's strtoll reads of the whole text, in decimal; nothing at all is 0. */
const decimal = (text: Bytes): number | undefined => (/^(\s*[+-]?\d+)?$/.test(text) ? Number(text) : undefined);

const isNothing = (words: readonly Bytes[]): boolean => words.length === 0 || (words.length === 1 && words[0] === '');

/** `save`: pairs of seconds and changes. Lines of a file add up; the first one replaces the default. */
export const save: WordsKind = {
  type: 'words',
  read(words, current, { loading, loaded }) {
    if (isNothing(words)) return { value: '' };
    const numbers = words.map(decimal);
    if (words.length % 2 === 1 || numbers.some((value, index) => value === undefined || value < (index % 2 === 0 ? 1 : 0))) return { error: 'Invalid save parameters' };
    const added = numbers.join(' ');
    return { value: loading && loaded && current !== '' ? `${current} ${added}` : added };
  },
  lines: (value) => (value === '' ? single('""') : (value.match(/\S+ \S+/g) ?? []).map((text) => ({ text, plain: false }))),
};

/** The classes of clients that have a limit on what waits to be sent to them, in Redis's order. */
const clientClasses = ['normal', 'slave', 'pubsub'] as const;
type ClientClass = (typeof clientClasses)[number];

/** Bytes at which a client is cut off at once, and those at which it is after so many seconds; 0: never. */
interface BufferLimit {
  readonly hard: number;
  readonly soft: number;
  readonly seconds: number;
}

/** Reads what `client-output-buffer-limit` shows. */
function bufferLimits(value: Bytes): Readonly<Record<ClientClass, BufferLimit>> {
  const words = value.split(' ');
  const limit = (name: ClientClass): BufferLimit => {
    const [hard = 0, soft = 0, seconds = 0] = words.slice(words.indexOf(name) + 1).map(Number);
    return { hard, soft, seconds };
  };
  return { normal: limit('normal'), slave: limit('slave'), pubsub: limit('pubsub') };
}

/** `client-output-buffer-limit`: class, hard limit, soft limit, seconds; classes that are not named keep theirs. */
export const buffers: WordsKind = {
  type: 'words',
  read(words, current): Read {
    if (isNothing(words)) return { value: current };
    if (words.length % 4 !== 0) return { error: 'Wrong number of arguments in buffer limit configuration.' };
    const limits = new Map(clientClasses.map((name, index) => [name, current.split(' ').slice(index * 4 + 1, index * 4 + 4)]));
    for (let index = 0; index < words.length; index += 4) {
      const lower = words[index]?.toLowerCase();
      const name = clientClasses.find((one) => one === (lower === 'replica' ? 'slave' : lower));
      if (name === undefined) return { error: 'Invalid client class specified in buffer limit configuration.' };
      const [hard, soft, text] = words.slice(index + 1, index + 4);
      const bytes = [parseMemory(hard ?? ''), parseMemory(soft ?? '')];
      const seconds = decimal(text ?? '');
      if (bytes.includes(undefined) || seconds === undefined || seconds < 0) {
        return { error: 'Error in hard, soft or soft_seconds setting in buffer limit configuration.' };
      }
      limits.set(name, [...bytes.map(String), seconds.toString()]);
    }
    return { value: [...limits].map(([name, limit]) => `${name} ${limit.join(' ')}`).join(' ') };
  },
  lines(value, initial) {
    const [now, before] = [bufferLimits(value), bufferLimits(initial)];
    return clientClasses.map((name) => {
      const { hard, soft, seconds } = now[name];
      const text = `${name === 'slave' ? 'replica' : name} ${formatMemory(BigInt(hard))} ${formatMemory(BigInt(soft))} ${seconds}`;
      return { text, plain: hard === before[name].hard && soft === before[name].soft && seconds === before[name].seconds };
    });
  },
};

/** `oom-score-adj-values`. */
export const oomScores: WordsKind = {
  type: 'words',
  read(words) {
    if (words.length !== 3) return { error: 'wrong number of arguments' };
    const numbers = words.map(decimal);
    if (numbers.some((value) => value === undefined || Math.abs(value) > 2000)) {
      return { error: 'Invalid oom-score-adj-values, elements must be between -2000 and 2000.' };
    }
    return { value: numbers.join(' ') };
  },
  lines: unlessInitial,
};

/** `latency-tracking-info-percentiles`, shown with up to six digits after the point. */
export const percentiles: WordsKind = {
  type: 'words',
  read(words) {
    if (isNothing(words)) return { value: '' };
    const numbers = words.map(parseFloatStrict);
    if (numbers.includes(undefined)) return { error: 'Invalid latency-tracking-info-percentiles parameters' };
    if (numbers.some((value) => value === undefined || value < 0 || value > 100)) {
      return { error: 'latency-tracking-info-percentiles parameters should sit between [0.0,100.0]' };
    }
    return { value: numbers.map((value) => Number((value ?? 0).toFixed(6)).toString()).join(' ') };
  },
  // Redis writes it always.
  lines: (value) => single(value === '' ? '""' : value),
};

const MOST_ADDRESSES = 16;

/** `bind`: addresses; one with a `-` in front may be missing. */
export const bind: WordsKind = {
  type: 'words',
  read(words) {
    if (words.length > MOST_ADDRESSES) return { error: 'Too many bind addresses specified.' };
    return { value: isNothing(words) ? '' : words.join(' ') };
  },
  // What Redis listens to unless it is told is more than what this server does.
  lines: (value) => [{ text: value === '' ? '""' : value, plain: value === '* -::*' }],
};

/** `replicaof`: `no one`, or a host and a port. */
export const replicaOf: WordsKind = {
  type: 'words',
  read(words) {
    if (words.length !== 2) return { error: 'wrong number of arguments' };
    const [host = '', port = ''] = words;
    if (host.toLowerCase() === 'no' && port.toLowerCase() === 'one') return { value: '' };
    return /^\d{1,5}$/.test(port) && Number(port) <= 65535 ? { value: `${host} ${Number(port)}` } : { error: 'Invalid master port' };
  },
  lines: (value) => (value === '' ? [] : single(value)),
};
