import * as vscode from 'vscode';
import { Failure, isFailure } from '../../core/failure.ts';
import { displayName, displayShort } from '../../core/keyspace/display.ts';
import type { KeyType } from '../../core/keyspace/keyspace.ts';
import { readMetadata } from '../../core/keyspace/metadata.ts';
import { asInteger } from '../../core/connection/reply.ts';
import type { Session } from '../../core/connection/session.ts';
import * as edit from '../../core/value/edit.ts';
import { formatCount } from '../explorer/labels.ts';
import { databaseNodeOf, pagedNodeOf, revealKey } from '../explorer/loading.ts';
import { type DatabaseRef, isCollection, type KeyNode, type MemberNode, type Node, nodeId, type NodeOf } from '../explorer/nodes.ts';
import type { Services } from '../services.ts';
import { readMember } from './content.ts';
import { never, parseDuration } from './duration.ts';
import { askMember, scoreProblem } from './memberForm.ts';
import { askNewKey } from './newKeyForm.ts';
import { memberAddressOf } from './opening.ts';
import { askBytes } from './textInput.ts';

/** Longest value that an input box takes, in bytes; a longer one would be cut by hand or by the box. */
const maxEditable = 32 * 1024;

/** Plain editing by input boxes. What is being changed is always named, and read again just before. */
export interface Editing {
  newKey(node: Node | undefined): Promise<void>;
  editValue(node: Node | undefined): Promise<void>;
  addMember(node: Node | undefined): Promise<void>;
  remove(rows: readonly Node[]): Promise<void>;
  renameKey(node: Node | undefined): Promise<void>;
  setTimeToLive(node: Node | undefined): Promise<void>;
}

export function createEditing(services: Services): Editing {
  const { model, explorer, written } = services;
  const sessionOf = (ref: DatabaseRef): Session => model.session(ref);

  /** Documents show it anew, and whoever else listens. */
  const tell = (ref: DatabaseRef, key: Buffer): void => written.fire({ connectionId: ref.profile.id, database: ref.database, keys: [key] });

  /** Draws what a change touched: open documents, and the key's members anew. A collection goes with its last member. */
  async function changed(ref: DatabaseRef, key: Buffer): Promise<void> {
    const id = nodeId.key(ref, key);
    const shown = explorer.nodes.get(id);
    if (shown?.kind !== 'key' || !model.database(ref).members.has(id)) {
      tell(ref, key);
      if (shown !== undefined) explorer.changed(shown);
      return;
    }
    try {
      await model.run(shown, (signal) => model.members(shown).refresh(signal));
    } catch (error) {
      // The change itself was made: what reading it again came to stands as a row under the key.
      if (!isFailure(error)) throw error;
      if (error.kind === 'vanished') {
        noteKey(ref, key, { exists: false });
        return;
      }
    }
    tell(ref, key);
    explorer.changed(shown);
  }

  /** After our own write: a key that exists now, of a type if it is known, or one that is gone. */
  function noteKey(ref: DatabaseRef, name: Buffer, now: { readonly exists: true; readonly type: KeyType | undefined } | { readonly exists: false }): void {
    if (now.exists) {
      model.database(ref).keyspace.note(name, true, now.type);
    } else {
      model.database(ref).keyspace.note(name, false);
      model.forgetMembers(ref, name);
    }
    tell(ref, name);
    const database = explorer.nodes.get(nodeId.database(ref));
    if (database?.kind !== 'database') return;
    if (database.keys !== undefined) database.keys += now.exists ? 1 : -1;
    explorer.changed(database);
  }

  return {
    async newKey(from) {
      const database = databaseNodeOf(from);
      if (database === undefined) throw new Failure('bad-input', vscode.l10n.t('Select a database or a namespace in the Keyspace view first.'));
      const level = pagedNodeOf(from?.kind === 'key' ? from.parent : from);
      const prefix = level?.kind === 'namespace' ? displayName(level.prefix) : '';
      const title = vscode.l10n.t('New Key in Database {0} of {1}', database.ref.database, database.ref.profile.name);
      const session = sessionOf(database.ref);
      const draft = await askNewKey(title, prefix, async (name) => asInteger(await session.send(['EXISTS', name])) > 0);
      if (draft === undefined) return;
      await edit.createKey(session, draft.name, draft.initial);
      noteKey(database.ref, draft.name, { exists: true, type: draft.initial.type });
      await revealKey(services, database, draft.name, draft.initial.type);
    },

    async editValue(target) {
      if (target?.kind === 'member') return editMember(target);
      if (target?.kind !== 'key' || target.type !== 'string') throw new Failure('bad-input', vscode.l10n.t('Select a string key or a member in the Keyspace view first.'));
      const session = sessionOf(target.ref);
      const value = await askBytes({
        title: vscode.l10n.t('Edit {0}', nameOf(target.name)),
        prompt: vscode.l10n.t('The new value. Its time to live is kept.'),
        value: await edit.readEditable(session, target.name, maxEditable),
      });
      if (value === undefined) return;
      await edit.setString(session, target.name, value);
      await changed(target.ref, target.name);
    },

    async addMember(node) {
      const target = pagedNodeOf(node);
      if (target === undefined || !isCollection(target)) throw new Failure('bad-input', vscode.l10n.t('Select a hash, list, set, sorted set or stream in the Keyspace view first.'));
      await addMember(target);
    },

    async remove(rows) {
      const keys = rows.filter((row) => row.kind === 'key');
      const members = rows.filter((row) => row.kind === 'member');
      if (keys.length > 0 && members.length > 0) throw new Failure('bad-input', vscode.l10n.t('Select either keys or members, not both: nothing was deleted.'));
      if (keys.length > 0) await deleteKeys(keys);
      else if (members.length > 0) await deleteMembers(members);
      else throw new Failure('bad-input', vscode.l10n.t('Select keys or members in the Keyspace view first.'));
    },

    async renameKey(target) {
      if (target?.kind === 'member') return editMember(target);
      if (target?.kind !== 'key') throw new Failure('bad-input', vscode.l10n.t('Select a key in the Keyspace view first.'));
      const name = await askBytes({ title: vscode.l10n.t('Rename {0}', nameOf(target.name)), prompt: vscode.l10n.t('The new name. A key that exists is never overwritten.'), value: target.name, isName: true });
      if (name === undefined || name.equals(target.name)) return;
      await edit.renameKey(sessionOf(target.ref), target.name, name);
      noteKey(target.ref, target.name, { exists: false });
      noteKey(target.ref, name, { exists: true, type: target.type });
      const database = databaseNodeOf(target);
      if (database !== undefined) await revealKey(services, database, name, target.type);
    },

    async setTimeToLive(target) {
      if (target?.kind !== 'key') throw new Failure('bad-input', vscode.l10n.t('Select a key in the Keyspace view first.'));
      const session = sessionOf(target.ref);
      const { ttl: current } = await readMetadata(session, target.name);
      const text = await vscode.window.showInputBox({
        title: vscode.l10n.t('Time to Live of {0}', nameOf(target.name)),
        prompt: vscode.l10n.t('Seconds from now, or with a unit: 90, 1.5 s, 10 min, 2 h, 7 d. The word never: the key does not expire.'),
        value: current === undefined ? never : String(Math.ceil(current / 1000)),
        validateInput: (value) => (parseDuration(value) === null ? vscode.l10n.t('Enter a time above 0, such as 90, 10 min or 7 d, or the word never.') : undefined),
      });
      const ttl = text === undefined ? null : parseDuration(text);
      if (ttl === null) return;
      await edit.setTtl(session, target.name, ttl);
      await changed(target.ref, target.name);
    },
  };

  async function editMember(node: MemberNode): Promise<void> {
    const session = sessionOf(node.ref);
    const { row } = node;
    const title = vscode.l10n.t('Edit {0}', nameOf(node.key));
    if (row.kind === 'scored') {
      const score = await vscode.window.showInputBox({ title, prompt: vscode.l10n.t('The score of {0}', nameOf(row.member)), value: row.score, validateInput: scoreProblem });
      if (score === undefined) return;
      await edit.setScore(session, node.key, row.member, score);
    } else if (row.kind === 'field' || row.kind === 'item') {
      const current = await readMember(session, node.key, memberAddressOf(row));
      if (current.length > maxEditable) throw new Failure('too-large', vscode.l10n.t('This value has {0} bytes: too long for an input box.', formatCount(current.length)));
      const what = row.kind === 'field' ? vscode.l10n.t('The value of field {0}', nameOf(row.field)) : vscode.l10n.t('The item at index {0}', row.index);
      const value = await askBytes({ title, prompt: what, value: current });
      if (value === undefined) return;
      if (row.kind === 'field') await edit.setField(session, node.key, row.field, value);
      else await edit.setItem(session, node.key, row.index, current, value);
    } else {
      throw new Failure('bad-input', vscode.l10n.t('A member of a set and an entry of a stream cannot be changed, only added and deleted.'));
    }
    await changed(node.ref, node.key);
  }

  async function addMember(node: KeyNode): Promise<void> {
    const session = sessionOf(node.ref);
    const draft = await askMember(vscode.l10n.t('Add to {0}', nameOf(node.name)), node.type ?? 'string');
    if (draft === undefined) return;
    const { first, second } = draft;
    switch (node.type) {
      case 'hash':
        await edit.addField(session, node.name, first, second);
        break;
      case 'set':
        await edit.addMember(session, node.name, first);
        break;
      case 'zset':
        await edit.addScored(session, node.name, first, second.toString());
        break;
      case 'list':
        await edit.pushItem(session, node.name, first, draft.atStart ? 'head' : 'tail');
        break;
      case 'stream':
        await edit.addEntry(session, node.name, [[first, second]]);
        break;
      default:
        return;
    }
    await changed(node.ref, node.name);
  }

  async function deleteKeys(keys: readonly KeyNode[]): Promise<void> {
    const first = keys[0];
    if (first === undefined) return;
    const question = keys.length === 1 ? vscode.l10n.t('Delete the key {0}?', nameOf(first.name)) : vscode.l10n.t('Delete {0} keys?', formatCount(keys.length));
    if (!(await confirmDelete(question, keys.map((key) => `${key.ref.profile.name} db${key.ref.database}: ${nameOf(key.name)}`)))) return;
    for (const [, group] of Map.groupBy(keys, (key) => nodeId.database(key.ref))) {
      const ref = group[0]?.ref;
      if (ref === undefined) continue;
      await edit.deleteKeys(sessionOf(ref), group.map((key) => key.name));
      for (const key of group) noteKey(ref, key.name, { exists: false });
    }
  }

  async function deleteMembers(members: readonly NodeOf<'member'>[]): Promise<void> {
    const first = members[0];
    if (first === undefined) return;
    const question = members.length === 1
      ? vscode.l10n.t('Delete {0} from {1}?', memberName(first), nameOf(first.key))
      : vscode.l10n.t('Delete {0} members?', formatCount(members.length));
    if (!(await confirmDelete(question, members.map((member) => `${nameOf(member.key)}: ${memberName(member)}`)))) return;
    // From the end of a list to its start: a removed item moves those after it.
    const ordered = [...members].sort((a, b) => (b.row.kind === 'item' && a.row.kind === 'item' ? b.row.index - a.row.index : 0));
    const touched = new Map<string, MemberNode>();
    try {
      for (const member of ordered) {
        touched.set(nodeId.key(member.ref, member.key), member);
        await deleteMember(member);
      }
    } finally {
      // Where one could not be deleted, those before it are gone all the same.
      for (const member of touched.values()) await changed(member.ref, member.key);
    }
  }

  async function deleteMember({ ref, key, row }: MemberNode): Promise<void> {
    const session = sessionOf(ref);
    switch (row.kind) {
      case 'field':
        return void (await edit.deleteField(session, key, row.field));
      case 'member':
        return void (await edit.removeMember(session, key, row.member));
      case 'scored':
        return void (await edit.removeScored(session, key, row.member));
      case 'item':
        return void (await edit.removeItem(session, key, row.index, row.value));
      case 'entry':
        return void (await edit.deleteEntry(session, key, row.id));
    }
  }
}

const nameOf = (bytes: Buffer): string => `“${displayShort(bytes, 80)}”`;

function memberName({ row }: MemberNode): string {
  switch (row.kind) {
    case 'field':
      return nameOf(row.field);
    case 'member':
    case 'scored':
      return nameOf(row.member);
    case 'item':
      return vscode.l10n.t('item {0}, {1}', row.index, nameOf(row.value));
    case 'entry':
      return row.id;
  }
}

/** Names what is destroyed, all of it up to ten. */
async function confirmDelete(question: string, what: readonly string[]): Promise<boolean> {
  const more = what.length > 10 ? `\n${vscode.l10n.t('… and {0} more', formatCount(what.length - 10))}` : '';
  const remove = vscode.l10n.t('Delete');
  const detail = `${what.slice(0, 10).join('\n')}${more}\n\n${vscode.l10n.t('This cannot be undone.')}`;
  return (await vscode.window.showWarningMessage(question, { modal: true, detail }, remove)) === remove;
}
