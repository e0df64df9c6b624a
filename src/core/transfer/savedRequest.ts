import type { ConnectionProfile } from '../connection/profile.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure } from '../failure.ts';
import type { CloneEnd, CloneRequest } from './clone.ts';

/** A side of a clone as it is kept: no host is asked for again, and no secret is in it. */
interface SavedEnd {
  readonly profileId: string;
  /** What the connection was called, and where it led to. */
  readonly name: string;
  readonly where: string;
  readonly database: number;
}

/** A request as JSON; names and patterns in base64. */
export interface SavedRequest extends Omit<CloneRequest, 'source' | 'target' | 'scope' | 'names' | 'rewrite'> {
  readonly source: SavedEnd;
  readonly target: SavedEnd;
  readonly pattern?: string;
  readonly types?: readonly string[];
  readonly names?: readonly string[];
  readonly rewrite?: { readonly from: string; readonly to: string };
}

export function saveRequest({ source, target, scope, names, rewrite, ...rest }: CloneRequest): SavedRequest {
  const text = (bytes: Buffer): string => bytes.toString('base64');
  return {
    ...rest, source: saveEnd(source), target: saveEnd(target),
    ...(scope.pattern === undefined ? {} : { pattern: text(scope.pattern) }),
    ...(scope.types === undefined ? {} : { types: scope.types }),
    ...(names === undefined ? {} : { names: names.map(text) }),
    ...(rewrite === undefined ? {} : { rewrite: { from: text(rewrite.from), to: text(rewrite.to) } }),
  };
}

function saveEnd({ profile, database }: CloneEnd): SavedEnd {
  return { profileId: profile.id, name: profile.name, where: endpointLabel(profile), database };
}

/**
 * The request again, with the connections of today. Throws Failure `bad-input` where one of them is gone, or leads to another server: what
 * is there is not what was meant.
 */
export function restoreRequest(saved: SavedRequest, profileOf: (id: string) => ConnectionProfile | undefined): CloneRequest {
  const bytes = (text: string): Buffer => Buffer.from(text, 'base64');
  const { source, target, pattern, types, names, rewrite, ...rest } = saved;
  const end = ({ profileId, name, where, database }: SavedEnd): CloneEnd => {
    const profile = profileOf(profileId);
    if (profile === undefined) throw new Failure('bad-input', `The connection “${name}” does not exist any more.`);
    if (endpointLabel(profile) !== where) throw new Failure('bad-input', `The connection “${name}” led to ${where} then, and leads to ${endpointLabel(profile)} now.`);
    return { profile, database };
  };
  return {
    ...rest, source: end(source), target: end(target),
    scope: { pattern: pattern === undefined ? undefined : bytes(pattern), types },
    ...(names === undefined ? {} : { names: names.map(bytes) }),
    ...(rewrite === undefined ? {} : { rewrite: { from: bytes(rewrite.from), to: bytes(rewrite.to) } }),
  };
}

/** True for what `saveRequest` made, as far as what is read of it goes. */
export function isSavedRequest(value: unknown): value is SavedRequest {
  if (typeof value !== 'object' || value === null) return false;
  const { source, target, pattern, types, names, rewrite, conflict, verify } = value as Readonly<Record<keyof SavedRequest, unknown>>;
  const optional = (one: unknown, test: (given: unknown) => boolean): boolean => one === undefined || test(one);
  return isEnd(source) && isEnd(target) && optional(pattern, isText) && optional(types, isTexts) && optional(names, isTexts)
    && optional(rewrite, isRewrite) && typeof verify === 'boolean'
    && ['stop', 'skip', 'replace', 'empty'].includes(String(conflict));
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

function isRewrite(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { from, to } = value as Readonly<Record<'from' | 'to', unknown>>;
  return isText(from) && isText(to);
}

function isEnd(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { profileId, name, where, database } = value as Readonly<Record<keyof SavedEnd, unknown>>;
  return isText(profileId) && isText(name) && isText(where) && Number.isInteger(database);
}
