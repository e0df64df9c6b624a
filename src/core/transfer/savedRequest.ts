import type { ConnectionProfile } from '../connection/profile.ts';
import { endpointLabel } from '../connection/url.ts';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { CloneEnd, CloneRequest } from './clone.ts';
import type { Scope } from './scope.ts';

/** A side of a clone as it is kept: no host is asked for again, and no secret is in it. */
interface SavedEnd {
  readonly profileId: string;
  /** What the connection was called, and where it led to. */
  readonly name: string;
  readonly where: string;
  readonly database: number;
}

/** What is cloned of a database. */
interface SavedScope {
  readonly pattern?: string;
  readonly types?: readonly string[];
  readonly only?: { readonly prefixes: readonly string[]; readonly names: readonly string[] };
  readonly names?: readonly string[];
}

/** A request as JSON; names and patterns in base64. */
export interface SavedRequest extends Omit<CloneRequest, 'source' | 'target' | 'scope' | 'names' | 'rewrite' | 'more'>, SavedScope {
  readonly source: SavedEnd;
  readonly target: SavedEnd;
  readonly more?: readonly (SavedScope & { readonly source: number; readonly target: number })[];
  readonly rewrite?: { readonly from: string; readonly to: string };
}

export function saveRequest({ source, target, scope, names, rewrite, more, ...rest }: CloneRequest): SavedRequest {
  return {
    ...rest, source: saveEnd(source), target: saveEnd(target),
    ...saveScope(scope, names),
    ...(more === undefined ? {} : { more: more.map((one) => ({ source: one.source, target: one.target, ...saveScope(one.scope, one.names) })) }),
    ...(rewrite === undefined ? {} : { rewrite: { from: text(rewrite.from), to: text(rewrite.to) } }),
  };
}

const text = (bytes: Buffer): string => bytes.toString('base64');
const bytes = (saved: string): Buffer => Buffer.from(saved, 'base64');

function saveScope({ pattern, types, only }: Scope, names: readonly Buffer[] | undefined): SavedScope {
  return {
    ...(pattern === undefined ? {} : { pattern: text(pattern) }),
    ...(types === undefined ? {} : { types }),
    ...(only === undefined ? {} : { only: { prefixes: only.prefixes.map(text), names: only.names.map(text) } }),
    ...(names === undefined ? {} : { names: names.map(text) }),
  };
}

function restoreScope({ pattern, types, only, names }: SavedScope): Pick<CloneRequest, 'scope' | 'names'> {
  return {
    scope: { pattern: pattern === undefined ? undefined : bytes(pattern), types, ...(only === undefined ? {} : { only: { prefixes: only.prefixes.map(bytes), names: only.names.map(bytes) } }) },
    ...(names === undefined ? {} : { names: names.map(bytes) }),
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
  const { source, target, pattern, types, only, names, rewrite, more, ...rest } = saved;
  const end = ({ profileId, name, where, database }: SavedEnd): CloneEnd => {
    const profile = profileOf(profileId);
    if (profile === undefined) throw new Failure('bad-input', l10n.t('The connection “{0}” does not exist any more.', name));
    if (endpointLabel(profile) !== where) throw new Failure('bad-input', l10n.t('The connection “{0}” led to {1} then, and leads to {2} now.', name, where, endpointLabel(profile)));
    return { profile, database };
  };
  return {
    ...rest, source: end(source), target: end(target),
    ...restoreScope(saved),
    ...(more === undefined ? {} : { more: more.map((one) => ({ source: one.source, target: one.target, ...restoreScope(one) })) }),
    ...(rewrite === undefined ? {} : { rewrite: { from: bytes(rewrite.from), to: bytes(rewrite.to) } }),
  };
}

/** True for what `saveRequest` made, as far as what is read of it goes. */
export function isSavedRequest(value: unknown): value is SavedRequest {
  if (typeof value !== 'object' || value === null) return false;
  const { source, target, rewrite, more, conflict, verify } = value as Readonly<Record<keyof SavedRequest, unknown>>;
  return isEnd(source) && isEnd(target) && isScope(value) && optional(rewrite, isRewrite) && optional(more, (all) => Array.isArray(all) && all.every(isFurther)) && typeof verify === 'boolean'
    && ['stop', 'skip', 'replace', 'empty'].includes(String(conflict));
}

const isText = (value: unknown): boolean => typeof value === 'string';
const isTexts = (value: unknown): boolean => Array.isArray(value) && value.every(isText);

const optional = (one: unknown, test: (given: unknown) => boolean): boolean => one === undefined || test(one);

function isScope(value: object): boolean {
  const { pattern, types, only, names } = value as Readonly<Record<keyof SavedScope, unknown>>;
  return optional(pattern, isText) && optional(types, isTexts) && optional(names, isTexts) && optional(only, isChosen);
}

function isChosen(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { prefixes, names } = value as Readonly<Record<'prefixes' | 'names', unknown>>;
  return isTexts(prefixes) && isTexts(names);
}

function isFurther(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { source, target } = value as Readonly<Record<'source' | 'target', unknown>>;
  return Number.isInteger(source) && Number.isInteger(target) && isScope(value);
}

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
