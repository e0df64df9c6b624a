import { createHash } from 'node:crypto';
import * as vscode from 'vscode';
import { isFailure } from '../../core/failure.ts';
import { messageOf } from '../platform/errors.ts';
import type { KeysWritten } from '../platform/written.ts';
import { readScanOptions } from '../platform/settings.ts';
import type { Services } from '../services.ts';
import { parseValueUri, type ValueAddress } from './address.ts';
import { type Content, readContent } from './content.ts';

/** Value documents: read-only text of a key or a member, one server read per open and per refresh. */
export interface ValueFileSystem extends vscode.FileSystemProvider {
  /** What the document of `address` shows, read now. Throws Failure. */
  load(address: ValueAddress): Promise<Content>;
  /** Hands over what `load` gave, so that opening the document does not read it a second time. */
  put(uri: vscode.Uri, content: Content): void;
  /** After a change of our own: documents of those keys are read again. */
  keysChanged(written: KeysWritten): void;
}

interface Shown {
  /** Handed over and not yet read by VS Code; dropped when it is. */
  readonly waiting: Buffer | undefined;
  readonly size: number;
  readonly digest: string;
  /** When the bytes last changed, ms: VS Code compares it to find out whether an editor is stale. */
  readonly mtime: number;
}

/** Makes the provider of value documents. A document holds no session: each read acquires one and gives it back. */
export function createValueFileSystem({ profile: profileOf, sessions, clock }: Pick<Services, 'profile' | 'sessions' | 'clock'>): ValueFileSystem {
  const shown = new Map<string, Shown>();
  const stale = new Set<string>();
  const changed = new vscode.EventEmitter<vscode.FileChangeEvent[]>();

  async function load(address: ValueAddress): Promise<Content> {
    const profile = profileOf(address.connectionId);
    if (profile === undefined) throw vscode.FileSystemError.FileNotFound(vscode.l10n.t('The connection of this value has been removed.'));
    const session = sessions.acquire(profile, address.database);
    try {
      return await readContent(session, address, { options: readScanOptions(), clock });
    } finally {
      session.release();
    }
  }

  function note(id: string, bytes: Buffer, waiting: Buffer | undefined): Shown {
    const digest = createHash('sha1').update(bytes).digest('base64');
    const before = shown.get(id);
    const mtime = before?.digest === digest ? before.mtime : clock.now();
    const now: Shown = { waiting, size: bytes.length, digest, mtime };
    shown.set(id, now);
    stale.delete(id);
    return now;
  }

  async function read(uri: vscode.Uri): Promise<Buffer> {
    const address = parseValueUri(uri);
    if (address === undefined) throw vscode.FileSystemError.FileNotFound(uri);
    const { bytes } = await load(address).catch((error: unknown) => {
      throw asFileError(error, uri);
    });
    return bytes;
  }

  return {
    onDidChangeFile: changed.event,
    load,
    put(uri, { bytes }) {
      const id = uri.toString();
      const before = shown.get(id)?.digest;
      const { digest } = note(id, bytes, bytes);
      if (before !== undefined && before !== digest) changed.fire([{ type: vscode.FileChangeType.Changed, uri }]);
      // VS Code does not read what it has open and did not change: these bytes would wait, and grow old.
      if (before === digest) note(id, bytes, undefined);
    },
    watch: (uri) => new vscode.Disposable(() => {
      shown.delete(uri.toString());
      stale.delete(uri.toString());
    }),
    async stat(uri) {
      const id = uri.toString();
      let known = stale.has(id) ? undefined : shown.get(id);
      if (known === undefined) {
        const bytes = await read(uri);
        known = note(id, bytes, bytes);
      }
      return { type: vscode.FileType.File, ctime: 0, mtime: known.mtime, size: known.size, permissions: vscode.FilePermission.Readonly };
    },
    async readFile(uri) {
      const id = uri.toString();
      const waiting = stale.has(id) ? undefined : shown.get(id)?.waiting;
      const bytes = waiting ?? (await read(uri));
      note(id, bytes, undefined);
      return bytes;
    },
    keysChanged({ connectionId, database, keys }) {
      const names = keys === undefined ? undefined : new Set(keys.map((key) => key.toString('latin1')));
      const events: vscode.FileChangeEvent[] = [];
      for (const id of shown.keys()) {
        const uri = vscode.Uri.parse(id);
        const address = parseValueUri(uri);
        if (address?.connectionId !== connectionId || address.database !== database || names?.has(address.key.toString('latin1')) === false) continue;
        stale.add(id);
        events.push({ type: vscode.FileChangeType.Changed, uri });
      }
      if (events.length > 0) changed.fire(events);
    },
    readDirectory: refuse,
    createDirectory: refuse,
    writeFile: refuse,
    delete: refuse,
    rename: refuse,
  };
}

function refuse(): never {
  throw vscode.FileSystemError.NoPermissions(vscode.l10n.t('Values are read-only here; change them from the Keyspace view.'));
}

function asFileError(error: unknown, uri: vscode.Uri): Error {
  if (isFailure(error, 'vanished')) return vscode.FileSystemError.FileNotFound(uri);
  if (isFailure(error)) return vscode.FileSystemError.Unavailable(messageOf(error));
  return error instanceof Error ? error : new Error(messageOf(error));
}
