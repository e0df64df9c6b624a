import { isIP } from 'node:net';
import { Failure } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import type { ConnectionProfile, Endpoint } from './profile.ts';

/** What a redis:// or rediss:// URL says. */
export interface ParsedUrl {
  readonly endpoint: Extract<Endpoint, { kind: 'tcp' }>;
  readonly username?: string;
  readonly password?: string;
  /** 0 where the URL names none. */
  readonly database: number;
}

const DEFAULT_PORT = 6379;
const MAX_LENGTH = 4096;

function bad(message: string): Failure {
  return new Failure('bad-input', message);
}

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad(l10n.t('The {0} in the URL holds a "%" that starts no escape; write it as %25.', what));
  }
}

/** Splits `[::1]:6380`, `host:6380`, `host` and the empty string (localhost). */
function parseHostPort(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/.exec(text);
  if (match === null) throw bad(l10n.t('The host in the URL is not one. An IPv6 address goes into brackets: redis://[::1]:6379'));
  const [, ipv6, plain = '', portText] = match;
  if (ipv6 !== undefined && isIP(decode(ipv6, l10n.t('host')).replace(/%.*$/, '')) !== 6) throw bad(l10n.t('Between the brackets of the URL stands no IPv6 address.'));
  const host = decode(ipv6 ?? plain, l10n.t('host'));
  if (/[\s/\\@?#]/.test(host)) throw bad(l10n.t('The host in the URL holds a character that no host name has.'));
  if (portText === undefined || portText === '') return { host: host === '' ? 'localhost' : host, port: DEFAULT_PORT };
  const port = /^\d{1,5}$/.test(portText) ? Number(portText) : 0;
  if (port < 1 || port > 65535) throw bad(l10n.t('The port in the URL has to be a number from 1 to 65535.'));
  return { host: host === '' ? 'localhost' : host, port };
}

function parseDatabase(text: string): number {
  if (!/^\d{1,9}$/.test(text)) throw bad(l10n.t('The database in the URL has to be a number, as in redis://localhost:6379/2'));
  return Number(text);
}

/**
 * Reads `redis[s]://[[user]:password@][host][:port][/database][?db=n]`; escapes are decoded, and everything before the last
 * `@` is user and password, so that an unescaped `/`, `#` or `@` in a pasted password does no harm.
 * Throws Failure `bad-input`; its message never repeats user, password or the URL.
 */
export function parseRedisUrl(text: string): ParsedUrl {
  const trimmed = text.trim();
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed);
  if (scheme === null) throw bad(l10n.t('A URL starts with redis:// or, with TLS, rediss://'));
  const name = (scheme[1] ?? '').toLowerCase();
  if (name === 'redis+unix' || name === 'unix' || name === 'redis+socket') throw bad(l10n.t('Unix sockets are not supported; use host and port.'));
  if (name === 'redis+sentinel') throw bad(l10n.t('Sentinel URLs are not supported; use the address of the primary.'));
  if (name !== 'redis' && name !== 'rediss') throw bad(l10n.t('The URL has to start with redis:// or, with TLS, rediss://'));
  if (trimmed.length > MAX_LENGTH) throw bad(l10n.t('The URL is too long.'));

  const rest = trimmed.slice(scheme[0].length);
  const at = rest.lastIndexOf('@');
  const { username, password } = parseUser(at < 0 ? undefined : rest.slice(0, at));
  const parts = /^([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/.exec(rest.slice(at + 1));
  if (parts === null) throw bad(l10n.t('The part after the host in the URL is not understood.'));
  const [, authority = '', path = '', query = ''] = parts;
  const { host, port } = parseHostPort(authority);

  const pathText = decode(path, l10n.t('database')).replace(/\/$/, '');
  const inPath = pathText === '' ? undefined : parseDatabase(pathText);
  const parameters = new URLSearchParams(query);
  if (parameters.has('password')) throw bad(l10n.t('Write the password before the host: redis://:password@host'));
  const dbText = parameters.get('db');
  const inQuery = dbText === null ? undefined : parseDatabase(dbText);
  if (inPath !== undefined && inQuery !== undefined && inPath !== inQuery) throw bad(l10n.t('The URL names two different databases.'));

  return {
    endpoint: { kind: 'tcp', host, port, ...(name === 'rediss' ? { tls: { verify: true } } : {}) },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    database: inPath ?? inQuery ?? 0,
  };
}

function parseUser(text: string | undefined): { username?: string; password?: string } {
  if (text === undefined || text === '') return {};
  const colon = text.indexOf(':');
  const username = decode(colon < 0 ? text : text.slice(0, colon), l10n.t('user name'));
  const password = colon < 0 ? '' : decode(text.slice(colon + 1), l10n.t('password'));
  return { ...(username === '' ? {} : { username }), ...(password === '' ? {} : { password }) };
}

/** The URL of a connection, without its password. */
export function formatRedisUrl(profile: Pick<ConnectionProfile, 'endpoint' | 'username' | 'database'>): string {
  const { endpoint, username, database = 0 } = profile;
  if (endpoint.kind === 'practice') return `practice:${encodeURIComponent(endpoint.instance)}`;
  const user = username === undefined ? '' : `${encodeURIComponent(username)}@`;
  const path = database === 0 ? '' : `/${database}`;
  return `${endpoint.tls === undefined ? 'redis' : 'rediss'}://${user}${hostPort(endpoint.host, endpoint.port)}${path}`;
}

/** True for a text that is worth offering as a connection: one word, a redis:// or rediss:// URL that can be read. */
export function looksLikeRedisUrl(text: string): boolean {
  const trimmed = text.trim();
  if (!/^rediss?:\/\/\S+$/i.test(trimmed)) return false;
  try {
    parseRedisUrl(trimmed);
    return true;
  } catch {
    return false;
  }
}

function hostPort(host: string, port: number): string {
  return isIP(host.replace(/%.*$/, '')) === 6 ? `[${host}]:${port}` : `${host}:${port}`;
}

/** Where a connection goes, in words: `localhost:6379`, `[::1]:6380`, `Practice`. */
export function endpointLabel(profile: Pick<ConnectionProfile, 'endpoint'>): string {
  const { endpoint } = profile;
  return endpoint.kind === 'practice' ? endpoint.file ?? l10n.t('Practice') : hostPort(endpoint.host, endpoint.port);
}
