import { categoriesOf } from '../../protocol/commands/categories.ts';
import { keysOf } from '../../protocol/commands/keys.ts';
import { commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import type { Reply } from '../connection/session.ts';
import { globMatch } from '../keyspace/glob.ts';

/**
 * Whether a user may run a command, by what ACL GETUSER says of him (6.0: lists of patterns; 7.0: a text of them, and selectors).
 * Undefined where that cannot be told: a command that we do not know, keys that may be read or written only, selectors.
 */
export function allowedByRules(user: readonly Reply[], command: readonly (string | Buffer)[]): boolean | undefined {
  const fields = new Map<string, Reply | undefined>();
  for (let at = 0; at + 1 < user.length; at += 2) fields.set(textOf(user[at]), user[at + 1]);
  const selectors = fields.get('selectors');
  const args = command.map((arg) => (typeof arg === 'string' ? arg : arg.toString('latin1')));
  const answer = runs(textOf(fields.get('commands')), args);
  const keys = answer === true ? reaches(fields.get('keys'), args) : answer;
  // A selector may allow what the rest does not.
  return keys !== true && Array.isArray(selectors) && selectors.length > 0 ? undefined : keys;
}

/** The last rule that is about a command decides. */
function runs(rules: string, args: readonly string[]): boolean | undefined {
  const name = (args[0] ?? '').toLowerCase();
  const path = isContainer(name) ? `${name}|${(args[1] ?? '').toLowerCase()}` : name;
  const fact = commandFact(path);
  if (fact === undefined) return undefined;
  const about = new Set(['@all', ...categoriesOf(fact), name, path]);
  const last = rules.split(' ').findLast((rule) => about.has(rule.slice(1).toLowerCase()));
  return last?.startsWith('+') === true;
}

function reaches(patterns: Reply | undefined, args: readonly string[]): boolean | undefined {
  const fact = commandFact((args[0] ?? '').toLowerCase());
  const uses = fact === undefined ? [] : keysOf(fact, args) ?? [];
  if (uses.length === 0) return true;
  const known = Array.isArray(patterns) ? (patterns as readonly Reply[]).map(textOf) : textOf(patterns).split(' ');
  // Before 7.0 they come without the mark.
  const whole = known.filter((one) => !one.startsWith('%')).map((one) => Buffer.from(Array.isArray(patterns) ? one : one.slice(1), 'latin1'));
  const all = uses.every(({ index }) => whole.some((pattern) => globMatch(pattern, Buffer.from(args[index] ?? '', 'latin1'))));
  return all || !known.some((one) => one.startsWith('%')) ? all : undefined;
}

function textOf(reply: Reply | undefined): string {
  return Buffer.isBuffer(reply) ? reply.toString('latin1') : '';
}
