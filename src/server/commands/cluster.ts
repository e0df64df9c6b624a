import { allCommandFacts } from '../../protocol/commands/lookup.ts';
import type { Handler, Handlers } from '../state.ts';
import { fail } from './support.ts';

const disabled: Handler = () => fail('ERR This instance has cluster support disabled');

/** CLUSTER, ASKING, READONLY and READWRITE: what a redis-server answers that is no node of a cluster. */
export const clusterCommands: Handlers = Object.fromEntries(
  [...allCommandFacts()].filter(({ name, group }) => group === 'cluster' && name !== 'cluster').map(({ name }) => [name, disabled]),
);
