import type { Bytes } from '../store/value.ts';
import { applySelectorRule, changeOne, createSelector } from './selector.ts';
import type { KeyPattern, Selector } from './selector.ts';
import type { User } from './user.ts';
import { aclCommands, commandsOfCategory } from './universe.ts';

/** The flags of a user in the words of rules, in the order of ACL GETUSER. */
export function describeFlags({ enabled, noPassword, payload }: User): string[] {
  return [enabled ? 'on' : 'off', ...(noPassword ? ['nopass'] : []), ...(payload === undefined ? [] : [payload === 'skip' ? 'skip-sanitize-payload' : 'sanitize-payload'])];
}

/** A user as ACL LIST and files show him, without the word `user` and his name. */
export function describeUser(user: User): Bytes {
  const [root, ...others] = user.selectors;
  const words = [...describeFlags(user), ...user.passwords.map((hash) => `#${hash}`), ...(root === undefined ? [] : [describeSelector(root)])];
  return [...words, ...others.map((selector) => `(${describeSelector(selector)})`)].join(' ');
}

function describeSelector(selector: Selector): Bytes {
  const channels = selector.allChannels ? '' : 'resetchannels';
  return [describeKeys(selector), channels, describeChannels(selector), describeCommands(selector)].filter((part) => part !== '').join(' ');
}

/** The key patterns of a selector: `~a %R~b`. */
export function describeKeys({ allKeys, keys }: Selector): Bytes {
  return allKeys ? '~*' : keys.map(describeKey).join(' ');
}

function describeKey({ pattern, reads, writes }: KeyPattern): Bytes {
  return `${reads && writes ? '' : reads ? '%R' : '%W'}~${pattern}`;
}

/** The channel patterns of a selector: `&a &b`. */
export function describeChannels({ allChannels, channels }: Selector): Bytes {
  return allChannels ? '&*' : channels.map((pattern) => `&${pattern}`).join(' ');
}

/**
 * The rules that allow just what a selector allows: from `+@all` or `-@all` to the categories that come nearest, and from
 * there to the commands that differ. Redis does not keep the rules it was given, nor does it name commands in a fixed order.
 */
export function describeCommands(selector: Selector): Bytes {
  const additive = !selector.future;
  const rules = [additive ? '-@all' : '+@all'];
  /** What the rules so far allow. */
  const reached = createSelector();
  applySelectorRule(reached, rules[0] ?? '');
  /** What is left to be told: a category is struck out once it has been. */
  const left = createSelector();
  left.allowed.set(selector.allowed);
  for (let category = nearest(left, additive); category !== undefined; category = nearest(left, additive)) {
    const rule = `${additive ? '+' : '-'}@${category}`;
    rules.push(rule);
    applySelectorRule(reached, rule);
    applySelectorRule(left, `${additive ? '-' : '+'}@${category}`);
  }
  for (const command of aclCommands) {
    const wanted = selector.allowed[command.id] === 1;
    if (wanted !== (reached.allowed[command.id] === 1)) {
      rules.push((wanted ? '+' : '-') + command.name);
      changeOne(reached, command, wanted);
    }
    if (!wanted) for (const argument of selector.firstArguments.get(command.id) ?? []) rules.push(`+${command.name}|${argument}`);
  }
  return rules.join(' ');
}

/** The category with more commands to tell than not and with the fewest that are not; of equals the one with more to tell. */
function nearest({ allowed }: Selector, additive: boolean): string | undefined {
  let best: string | undefined;
  let [fewest, most] = [Infinity, 0];
  for (const [category, commands] of commandsOfCategory) {
    let [on, off] = [0, 0];
    for (const { id, isLater } of commands) {
      if (isLater) continue;
      if (allowed[id] === 1) on += 1;
      else off += 1;
    }
    const [same, other] = additive ? [on, off] : [off, on];
    if (same > other && (other < fewest || (other === fewest && same > most))) [best, fewest, most] = [category, other, same];
  }
  return best;
}
