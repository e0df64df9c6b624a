import { Failure, isFailure } from '../failure.ts';
import { refusesCommand } from '../keyspace/expiry.ts';
import { argument, argumentValue } from '../transfer/requests.ts';
import type { Wire } from '../transfer/wire.ts';
import { l10n } from '../../l10n.ts';
import type { Batch } from './batches.ts';
import { pathOf, type Call } from './calls.ts';
import type { Bridging } from './context.ts';
import type { Ends } from './ends.ts';
import { createTransaction, type Outcome } from './outcomes.ts';
import { isPassingReply } from './passing.ts';
import { keyId, keyOfId, planCalls, spread, type Ahead, type KeyId, type Plan, type Step } from './plan.ts';
import { elsewhere, fields, positionText, type Position } from './position.ts';
import { holdersKey, isPositionName } from '../keyspace/positionKey.ts';
import { copyValues, needDatabases, refusalOf, TAKEN_BY_ALL, takenAtOnce, type Wanted } from './values.ts';

/** Applies batches of a stream to a target, in whatever way. */
export interface Applier {
  /** Applies a batch and moves the position behind it. Rejects with Failure; it may be called with the same batch again, once `resume` was. */
  apply(wire: Wire, batch: Batch, position: Position): Promise<void>;
  /** The last batch got there, and nobody heard what came of it. */
  unheard(batch: Batch): void;
  /** Does what was left over from before. Rejects with Failure; it may be called again. */
  settle(wire: Wire): Promise<void>;
}

/**
 * Makes calls again at the target as they come, each batch together with the position behind it, in one transaction: whatever breaks,
 * each is applied once. Keys that this cannot be done for, or that came out otherwise, are read anew.
 * @param left keys that may be ahead of the position, from before
 * @param ends names of keys that may have had an end
 * @param history true for the ID of the stream that is applied
 */
export function createCommandApplier(bridging: Bridging, left: readonly KeyId[], ends: Ends, history: (id: string) => boolean): Applier {
  const { home } = bridging;
  const name = bridging.key.toString('latin1');
  const ahead: Ahead = new Map();
  const pending = new Set<KeyId>(left);
  const unknown = new Set<string>();
  let applied = 0;

  const knows = ({ args, effect }: Call): boolean => {
    const path = pathOf(args);
    const known = !unknown.has(path) && (bridging.facts.target(path) ?? bridging.facts.target(path.split('|', 1)[0] ?? '')) !== undefined;
    if (!known && effect.kind === 'unknown') throw new Failure('unsupported', l10n.t('The source uses {0}, which the target does not have, and which does not tell what keys it changes. Clone the databases instead.', path.replace('|', ' ').toUpperCase().slice(0, 40)));
    return known;
  };

  const attempt = async (wire: Wire, batch: Batch, position: Position): Promise<'done' | 'again'> => {
    // In the order of their offsets, and few of many pass at a time.
    const passed: KeyId[] = [];
    for (const [key, at] of ahead) {
      if (at > batch.upTo) break;
      passed.push(key);
    }
    const before = batch.calls.some(({ effect: { kind } }) => kind === 'flush' || kind === 'swap') ? [...ahead] : undefined;
    const tooLong = new Set<Call>();
    for (const call of batch.calls) {
      // Of most calls nothing has to be asked, and nothing waited for.
      const long = call.args.find(({ length }) => length > TAKEN_BY_ALL);
      if (long !== undefined && !await takenAtOnce(bridging, wire, call.args.reduce((most, { length }) => Math.max(most, length), 0))) tooLong.add(call);
    }
    const plan = planCalls(batch.calls.filter(isData), ahead, ends, (call) => !tooLong.has(call) && knows(call));
    // A plan that is not carried out has changed nothing.
    const undo = (): void => {
      if (before === undefined) return;
      ahead.clear();
      for (const [key, at] of before) ahead.set(key, at);
    };
    const transaction = createTransaction();
    const places = putSteps(plan, transaction, { home, name });
    const { moved } = places;
    if (moved) transaction.add(['DEL', name]);
    const kept = moved ? [...ahead.keys()].slice(passed.filter((key) => ahead.has(key)).length) : [];
    const place = transaction.add(['HSET', name, fields.position, positionText(position), ...(moved ? [fields.whole, ''] : [])]);
    const marked = [...plan.reread, ...kept];
    if (marked.length > 0) transaction.add(['HSET', name, ...marked.flatMap((key) => [fields.key(key), ''])]);
    const gone = passed.filter((key) => !plan.reread.has(key));
    if (gone.length > 0 && !moved) transaction.add(['HDEL', name, ...gone.map((key) => fields.key(key))]);
    let ran;
    try {
      await needDatabases(bridging, wire, plan.steps.flatMap(databasesOfStep));
      ran = await transaction.run(wire, bridging.fence, positionText(position));
    } catch (error) {
      undo();
      throw error;
    }
    if (ran.kind === 'refused') {
      undo();
      const step = plan.steps[places.steps.indexOf(ran.index)];
      if (step?.kind === 'call' && !isPassingReply(ran.error) && (refusesCommand(ran.error) ? !ran.error.startsWith('NOPERM') : ran.error.startsWith('ERR '))) {
        unknown.add(pathOf(step.call.args));
        return 'again';
      }
      throw refusalOf(ran.error, step?.kind === 'call' ? (step.call.args[0] ?? '') : 'EXEC');
    }
    const { outcomes } = ran;
    // So does what says that the target is ours.
    if (moved) await bridging.lease.take();
    // It was there before, unless somebody has emptied the target.
    if (!moved && outcomes[place]?.number !== 0) throw elsewhere;
    applied = batch.upTo;
    for (const key of passed) ahead.delete(key);
    const failed = (index: number): boolean => isFailed(plan, index, outcomes[places.steps[index] as number]);
    for (const key of [...plan.reread, ...spread(plan.steps, failed)]) pending.add(key);
    return 'done';
  };

  const settle = async (wire: Wire): Promise<void> => {
    const databases = new Map<number, KeyId[]>();
    for (const id of pending) {
      const { database } = keyOfId(id);
      databases.set(database, [...(databases.get(database) ?? []), id]);
    }
    for (const [database, ids] of databases) {
      const idOf = ({ name: bytes }: Wanted): KeyId => keyId({ database, name: argumentValue(bytes).toString('latin1') });
      await copyValues(bridging, wire, ids.map((id) => {
        const bytes = argument(Buffer.from(keyOfId(id).name, 'latin1'));
        return { name: bytes, target: bytes };
      }), {
        database, targetDatabase: database, pieces: false,
        with: (transaction, wanted) => void transaction.add(['HSET', name, ...wanted.flatMap((one) => [fields.key(idOf(one)), ''])]),
        accept({ id, offset }) {
          if (!history(id) || offset < applied) throw new Failure('server-changed', l10n.t('The source is another server by now.'));
        },
        done(wanted, { offset, read }) {
          wanted.forEach((one, index) => {
            const id = idOf(one);
            const value = read[index];
            if (value !== undefined && !isFailure(value) && value.expireAt !== '-1') ends.add(argumentValue(one.name));
            pending.delete(id);
            ahead.delete(id);
            ahead.set(id, offset);
          });
        },
      });
    }
  };

  return {
    settle,
    async apply(wire, batch, position) {
      while (await attempt(wire, batch, position) === 'again');
      if (pending.size > 0) await settle(wire);
    },
    unheard(batch) {
      applied = batch.upTo;
      for (const key of spread(batch.calls.filter(isData).map((call) => ({ kind: 'call', call })), () => true)) pending.add(key);
      // Others may have been moved away under what is ahead.
      for (const key of spread([...ahead].map(([id]): Step => ({ kind: 'check', key: id })).concat(batch.calls.filter(({ effect }) => effect.kind === 'swap').map((call) => ({ kind: 'call', call }))), () => true)) pending.add(key);
      ahead.clear();
    },
  };
}

/** Those that a step is made in, and where it leads. */
function databasesOfStep(step: Step): readonly number[] {
  if (step.kind === 'check') return [keyOfId(step.key).database];
  const { database, effect } = step.call;
  return [database, ...(effect.kind === 'swap' ? effect.databases : effect.kind === 'write' ? effect.keys.map((key) => key.database) : [])];
}

/** False for what is about positions of bridges only. */
function isData({ effect }: Call): boolean {
  return effect.kind !== 'write' || !effect.keys.some(({ name }) => isPositionName(name));
}

function isFailed({ steps }: Plan, index: number, outcome: Outcome | undefined): boolean {
  return steps[index]?.kind === 'check' ? outcome?.number === 0 : outcome?.error !== undefined;
}

/** Puts the steps, each in its database, and selects the home database again. `moved`: the position was deleted or swapped away on the way. */
function putSteps({ steps }: Plan, transaction: ReturnType<typeof createTransaction>, { home, name }: { readonly home: number; readonly name: string }): { readonly steps: readonly number[]; readonly moved: boolean } {
  let selected = home;
  let moved = false;
  const select = (database: number): void => {
    if (database !== selected) transaction.add(['SELECT', String(database)]);
    selected = database;
  };
  const places = steps.map((step) => {
    if (step.kind === 'check') {
      const { database, name: key } = keyOfId(step.key);
      select(database);
      return transaction.add(['EXISTS', key]);
    }
    const { call } = step;
    select(call.database);
    const place = transaction.add(call.args);
    const { effect } = call;
    if (effect.kind === 'flush') moved ||= effect.database === undefined || effect.database === home;
    else if (effect.kind === 'swap' && effect.databases.includes(home) && effect.databases[0] !== effect.databases[1]) {
      // It lies in the other one now, where it is no data.
      select(effect.databases[0] === home ? effect.databases[1] : effect.databases[0]);
      transaction.add(['DEL', name, holdersKey.toString()]);
      moved = true;
    }
    return place;
  });
  select(home);
  return { steps: places, moved };
}
