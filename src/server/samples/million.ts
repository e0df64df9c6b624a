import type { ServerState } from '../state.ts';
import { makeInteger, makeString } from '../store/stringValue.ts';
import type { SampleEntry } from './index.ts';
import { makersFor } from './make.ts';

const regions = ['ap-south', 'eu-north', 'eu-west', 'sa-east', 'us-east', 'us-west'];
const services = ['auth', 'billing', 'catalog', 'chat', 'feed', 'media', 'search', 'tracking'];
const kinds = ['cache', 'count', 'flag', 'job', 'lock', 'user'];
/** Keys of this sample. */
export const MILLION = 1_000_000;

/**
 * A million keys in four levels of namespaces: `region:service:kind:number`. Counts and short texts, that a million of them fit; in every
 * thousand a hash and a set, to be found by TYPE.
 */
export function* millionSample(server: ServerState): Generator<SampleEntry> {
  const { pick, between, hash, set } = makersFor(server.environment);
  for (let index = 0; index < MILLION; index += 1) {
    const key = `${pick(regions)}:${pick(services)}:${pick(kinds)}:${index}`;
    switch (index % 1000) {
      case 0:
        yield [key, hash({ state: pick(['new', 'done']), tries: between(0, 5) })];
        break;
      case 1:
        yield [key, set(['a', 'b', `m${index}`])];
        break;
      default:
        yield [key, index % 4 === 0 ? makeString(`value ${between(0, 999)}`) : makeInteger(between(0, 9999))];
    }
  }
}
