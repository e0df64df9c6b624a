import * as vscode from 'vscode';
import type { Side } from '../../core/compare/carry.ts';
import type { CompareRequest } from '../../core/compare/compareDatabases.ts';
import { Failure } from '../../core/failure.ts';
import { displayShort } from '../../core/keyspace/display.ts';
import type { CloneEnd } from '../../core/transfer/clone.ts';
import { nameOf, sourceOfDatabase, type CloneSource } from '../transfer/cloneSource.ts';

/** What names begin with that are marked as those of an original. */
export const ORIGINAL = Buffer.from('original:');

/** Compares what two rows, or two answers, stand for: the prefix of the one is the other's in its place. Throws Failure. */
export function requestOf(left: CloneSource, right: CloneSource): CompareRequest {
  if (left.more !== undefined || right.more !== undefined) throw new Failure('bad-input', vscode.l10n.t('Several databases cannot be compared at once. Choose one of each side.'));
  if (right.names !== undefined || right.scope.only !== undefined) throw new Failure('bad-input', vscode.l10n.t('Keys are compared with another key, a database or a namespace: select the keys first, and then what they are to be compared with.'));
  return {
    source: left.source, target: right.source, scope: left.scope,
    ...(left.names === undefined ? {} : { names: left.names }),
    ...(left.prefix.equals(right.prefix) ? {} : { rewrite: { from: left.prefix, to: right.prefix } }),
  };
}

/** A side in words, with the prefix of its names. */
export function sideName({ source, target, rewrite, scope }: CompareRequest, side: Side): string {
  const end = side === 'source' ? source : target;
  if (rewrite !== undefined) return sourceOfDatabase(end, side === 'source' ? rewrite.from : rewrite.to).title;
  return scope.pattern === undefined ? nameOf(end) : vscode.l10n.t('{0} of {1}', displayShort(scope.pattern, 60), nameOf(end));
}

/** True if the same is compared with the same. */
export function isSameRequest(left: CompareRequest, right: CompareRequest): boolean {
  const same = (a: Buffer | undefined, b: Buffer | undefined): boolean => (a === undefined || b === undefined ? a === b : a.equals(b));
  return isSameDatabase(left.source, right.source) && isSameDatabase(left.target, right.target) && left.names === right.names && left.scope.only === right.scope.only
    && same(left.scope.pattern, right.scope.pattern) && same(left.rewrite?.from, right.rewrite?.from) && same(left.rewrite?.to, right.rewrite?.to);
}

/** True if both are one database of one connection. */
export function isSameDatabase(left: CloneEnd, right: CloneEnd): boolean {
  return left.profile.id === right.profile.id && left.database === right.database;
}
