import { createHash, timingSafeEqual } from 'node:crypto';
import { splitInline } from '../../protocol/resp/inline.ts';
import type { Bytes } from '../store/value.ts';
import { applySelectorRule, copySelector, createSelector } from './selector.ts';
import type { Selector } from './selector.ts';

/** A user: who may log in, and with what rights. */
export interface User {
  readonly name: Bytes;
  enabled: boolean;
  /** Any password will do. */
  noPassword: boolean;
  /** What was said of payloads of RESTORE; this server checks them always. */
  payload: 'sanitize' | 'skip' | undefined;
  /** SHA-256 in lower-case hexadecimal digits. */
  passwords: string[];
  /** The first one is the user's own, the rest come from rules in parentheses. */
  selectors: Selector[];
  /** True if one selector allows everything there is, so that no call needs a look. */
  unrestricted: boolean;
}

const NO_SUCH_PASSWORD = 'The password you are trying to remove from the user does not exist';
const BAD_HASH = 'The password hash must be exactly 64 characters and contain only lowercase hexadecimal characters';

/** What every new user is made with. */
export interface UserDefaults {
  /** acl-pubsub-default. */
  readonly allChannels: boolean;
}

/** A user who may do nothing, apart from what `acl-pubsub-default` says of channels. */
export function createUser(name: Bytes, { allChannels }: UserDefaults): User {
  return { name, enabled: false, noPassword: false, payload: undefined, passwords: [], selectors: [createSelector(allChannels)], unrestricted: false };
}

/** The user that every client is before it says otherwise: he may do everything, without a password. */
export function createDefaultUser(): User {
  const user = createUser('default', { allChannels: true });
  for (const rule of ['+@all', '~*', '&*', 'on', 'nopass']) applyRule(user, rule, { allChannels: true });
  return user;
}

/** Whose rights the master has that this server follows: there is nothing that it may not do. */
export function anyone(): User {
  return { ...createDefaultUser(), name: '(superuser)' };
}

/** Gives one user all that another is, apart from the name. */
export function assignUser(to: User, from: User): void {
  Object.assign(to, { ...from, name: to.name, passwords: [...from.passwords], selectors: from.selectors.map(copySelector) });
}

/** A copy to try rules on. */
export function copyUser(user: User): User {
  return { ...user, passwords: [...user.passwords], selectors: user.selectors.map(copySelector) };
}

/** SHA-256 of a password, in hexadecimal digits. */
export function hashPassword(password: Bytes): string {
  return createHash('sha256').update(Buffer.from(password, 'latin1')).digest('hex');
}

/** True if the user may log in and this is a password of his. */
export function isPassword(user: User, password: Bytes): boolean {
  if (!user.enabled) return false;
  if (user.noPassword) return true;
  const hash = Buffer.from(hashPassword(password));
  // As in Redis, the time it takes tells nothing about the passwords.
  return user.passwords.map((one) => timingSafeEqual(Buffer.from(one), hash)).includes(true);
}

/** The selector that rules without parentheses change. */
export function rootSelector(user: User): Selector {
  let [root] = user.selectors;
  if (root === undefined) user.selectors.push((root = createSelector()));
  return root;
}

/**
 * Joins the words of selectors, which may come one by one: `(+get` `~a)`. Answers the index of the parenthesis that is never
 * closed, if there is one.
 */
export function mergeSelectors(words: readonly Bytes[]): readonly Bytes[] | number {
  const merged: Bytes[] = [];
  let open: { readonly at: number; text: Bytes } | undefined;
  for (const [at, word] of words.entries()) {
    // A second open parenthesis takes the place of the first.
    if (word.startsWith('(') && !word.endsWith(')')) open = { at, text: word };
    else if (open === undefined) merged.push(word);
    else {
      open.text += ` ${word}`;
      if (!word.endsWith(')')) continue;
      merged.push(open.text);
      open = undefined;
    }
  }
  return open?.at ?? merged;
}

/** Applies one rule of ACL SETUSER. Answers what is wrong with it in Redis's words, or undefined. */
export function applyRule(user: User, rule: Bytes, defaults: UserDefaults): string | undefined {
  const problem = apply(user, rule, defaults);
  user.unrestricted = user.selectors.some(({ allCommands, allKeys, allChannels }) => allCommands && allKeys && allChannels);
  return problem;
}

function apply(user: User, rule: Bytes, defaults: UserDefaults): string | undefined {
  if (rule === '') return undefined;
  switch ((rule.split('\0', 1)[0] ?? '').toLowerCase()) {
    case 'on':
      user.enabled = true;
      return undefined;
    case 'off':
      user.enabled = false;
      return undefined;
    case 'nopass':
      user.noPassword = true;
      user.passwords = [];
      return undefined;
    case 'resetpass':
      user.noPassword = false;
      user.passwords = [];
      return undefined;
    case 'skip-sanitize-payload':
      user.payload = 'skip';
      return undefined;
    case 'sanitize-payload':
      user.payload = 'sanitize';
      return undefined;
    case 'clearselectors':
      user.selectors.splice(1);
      return undefined;
    case 'reset':
      Object.assign(user, { ...createUser(user.name, defaults), payload: 'sanitize' });
      return undefined;
  }
  switch (rule.charAt(0)) {
    case '>':
    case '#':
    case '<':
    case '!':
      return changePassword(user, rule);
    case '(':
      if (rule.endsWith(')')) return addSelector(user, rule, defaults);
  }
  return applySelectorRule(rootSelector(user), rule);
}

function changePassword(user: User, rule: Bytes): string | undefined {
  const given = rule.slice(1);
  const isPlain = rule.startsWith('>') || rule.startsWith('<');
  if (!isPlain && !/^[0-9a-f]{64}$/.test(given)) return BAD_HASH;
  const hash = isPlain ? hashPassword(given) : given;
  const at = user.passwords.indexOf(hash);
  if (rule.startsWith('<') || rule.startsWith('!')) {
    if (at === -1) return NO_SUCH_PASSWORD;
    user.passwords.splice(at, 1);
    return undefined;
  }
  if (at === -1) user.passwords.push(hash);
  user.noPassword = false;
  return undefined;
}

function addSelector(user: User, rule: Bytes, { allChannels }: UserDefaults): string | undefined {
  const selector = createSelector(allChannels);
  // Quotes that are left open make Redis see no rules at all.
  for (const one of splitInline(rule.slice(1, -1)) ?? []) {
    const problem = applySelectorRule(selector, one);
    if (problem !== undefined) return problem;
  }
  user.selectors.push(selector);
  return undefined;
}
