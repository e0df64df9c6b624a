import type { Call, TouchedKey } from './calls.ts';
import type { Ends } from './ends.ts';

/** A key of one database, as text: `<database>:<name in latin1>`. */
export type KeyId = string;

export function keyId({ database, name }: Pick<TouchedKey, 'database' | 'name'>): KeyId {
  return `${database}:${name}`;
}

export function keyOfId(id: KeyId): { readonly database: number; readonly name: string } {
  const at = id.indexOf(':');
  return { database: Number(id.slice(0, at)), name: id.slice(at + 1) };
}

/**
 * Keys that were read from the source at an offset further on than the stream is applied: what the stream says of them up to there is in
 * them already, and must not be applied again.
 */
export type Ahead = Map<KeyId, number>;

/** A step at the target: a call as it came, or the question whether a key is there. */
export type Step = { readonly kind: 'call'; readonly call: Call } | { readonly kind: 'check'; readonly key: KeyId };

/** What is done with calls: some are made again at the target, of others the keys they name are read anew from the source. */
export interface Plan {
  readonly steps: readonly Step[];
  /** Keys to be read anew, as they are without these steps. */
  readonly reread: ReadonlySet<KeyId>;
}

/**
 * Plans how calls are applied. A key that may have had an end and is needed as it was is looked for first: the target may have let it
 * expire earlier than the source did, as its clock is another, or as we are late; such a key would begin anew. `ahead` loses keys that a
 * flush or a swap moves under it, `ends` gets those that are given an end.
 * @param knows false: the target has no such command
 */
export function planCalls(calls: readonly Call[], ahead: Ahead, ends: Ends, knows: (call: Call) => boolean): Plan {
  const steps: Step[] = [];
  const reread = new Set<KeyId>();
  /** Known to be there, or not to be there, just as at the source. */
  const agreed = new Set<KeyId>();
  const moved = (databases: readonly number[] | undefined, offset: number): void => {
    agreed.clear();
    for (const [key, at] of ahead) {
      const { database, name } = keyOfId(key);
      if (at < offset || (databases !== undefined && !databases.includes(database))) continue;
      ahead.delete(key);
      for (const one of databases ?? [database]) reread.add(keyId({ database: one, name }));
    }
  };
  for (const call of calls) {
    const { effect, offset } = call;
    if (effect.kind === 'write') {
      const ids = effect.keys.map(keyId);
      if (effect.timed) for (const { name } of effect.keys) ends.add(Buffer.from(name, 'latin1'));
      const known = knows(call);
      if (!known || ids.some((id) => reread.has(id) || (ahead.get(id) ?? -1) >= offset)) {
        effect.keys.forEach(({ written }, index) => {
          const id = ids[index] as KeyId;
          if (written && (ahead.get(id) ?? -1) < offset) reread.add(id);
        });
        continue;
      }
      effect.keys.forEach(({ replaced, name }, index) => {
        const id = ids[index] as KeyId;
        if (!replaced && !agreed.has(id) && ends.has(Buffer.from(name, 'latin1'))) steps.push({ kind: 'check', key: id });
        agreed.add(id);
      });
      if (effect.timed) for (const id of ids) agreed.delete(id);
    } else if (effect.kind === 'flush') moved(effect.database === undefined ? undefined : [effect.database], offset);
    else if (effect.kind === 'swap') {
      for (const id of [...reread]) {
        const { database, name } = keyOfId(id);
        const other = swapped(effect.databases, database);
        if (other !== undefined) reread.add(keyId({ database: other, name }));
      }
      moved(effect.databases, offset);
    } else if (!knows(call)) continue;
    steps.push({ kind: 'call', call });
  }
  return { steps, reread };
}

function swapped([one, two]: readonly [number, number], database: number): number | undefined {
  return database === one ? two : database === two ? one : undefined;
}

/**
 * All keys that came out otherwise than at the source, by the steps that failed: a key that was not there, a call that the target
 * refused; and what was made of those keys afterwards.
 */
export function spread(steps: readonly Step[], failed: (index: number) => boolean): ReadonlySet<KeyId> {
  const found = new Set<KeyId>();
  steps.forEach((step, index) => {
    if (step.kind === 'check') {
      if (failed(index)) found.add(step.key);
      return;
    }
    const { effect } = step.call;
    if (effect.kind === 'swap') {
      for (const id of [...found]) {
        const { database, name } = keyOfId(id);
        const other = swapped(effect.databases, database);
        if (other !== undefined) found.add(keyId({ database: other, name }));
      }
    } else if (effect.kind === 'write' && (failed(index) || effect.keys.some((key) => found.has(keyId(key))))) {
      for (const key of effect.keys) if (key.written) found.add(keyId(key));
    }
  });
  return found;
}
