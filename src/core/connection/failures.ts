import { damageText } from '../damage.ts';
import { Failure } from '../failure.ts';
import type { FailureKind } from '../failure.ts';
import { l10n } from '../../l10n.ts';
import { holdsSecret } from './commandLog.ts';
import type { Command } from './session.ts';

/** The code that an error reply starts with (`WRONGTYPE`), or `ERR`. */
export function errorCode(text: string): string {
  return /^[A-Z][A-Z0-9_]{0,63}(?= |$)/.exec(text)?.[0] ?? 'ERR';
}

interface Meaning {
  readonly kind: FailureKind;
  /** What happened and what to do; `detail` is the server's own text without its code. */
  readonly say: (detail: string, name: string) => string;
}

const byCode: Readonly<Record<string, Meaning>> = {
  NOAUTH: { kind: 'auth', say: () => l10n.t('The server asks for a password. Edit the connection and enter one.') },
  WRONGPASS: { kind: 'auth', say: () => l10n.t('The server refused the user name or password. Edit the connection and enter them again.') },
  NOPERM: {
    kind: 'permission',
    say: (_, name) => l10n.t('The server does not allow this user to run {0} here. Ask its administrator for the permission, or connect as another user.', name),
  },
  DENIED: {
    kind: 'permission',
    say: () => l10n.t('The server is in protected mode and takes no connections from other machines. Set a password for it, or connect from its own machine.'),
  },
  READONLY: { kind: 'permission', say: () => l10n.t('The server is a read-only replica. Connect to its primary to write.') },
  LOADING: { kind: 'loading', say: () => l10n.t('The server is still loading its data. Try again in a moment.') },
  MASTERDOWN: { kind: 'loading', say: () => l10n.t('The replica has lost its primary and serves no data until the link is back. Try again later, or connect to the primary.') },
  BUSY: { kind: 'busy', say: () => l10n.t('The server is busy with a script. Wait for it to end, or end it with SCRIPT KILL or FUNCTION KILL.') },
  UNKILLABLE: { kind: 'busy', say: () => l10n.t('The script that runs has written already and cannot be ended. Wait for it.') },
  WRONGTYPE: { kind: 'wrong-type', say: () => l10n.t('The key holds another type of value by now. Refresh it.') },
  BUSYKEY: { kind: 'exists', say: () => l10n.t('The key exists already.') },
  NOGROUP: { kind: 'vanished', say: () => l10n.t('The stream or its consumer group does not exist any more. Refresh it.') },
  OOM: { kind: 'server', say: () => l10n.t('The server is out of memory (maxmemory) and takes no writes.') },
  MISCONF: { kind: 'server', say: () => l10n.t('The server could not save its data to disk and therefore takes no writes. See its log.') },
  NOREPLICAS: { kind: 'server', say: () => l10n.t('The server has too few replicas at hand and therefore takes no writes (min-replicas-to-write).') },
  MOVED: { kind: 'unsupported', say: (detail) => l10n.t('The key lives on another node of the cluster: {0}. Connect to that node.', lastWord(detail)) },
  ASK: { kind: 'unsupported', say: (detail) => l10n.t('The key is just moving to another node of the cluster: {0}. Try again, or connect to that node.', lastWord(detail)) },
  CLUSTERDOWN: { kind: 'server', say: () => l10n.t('The cluster is down: not all of its slots are served.') },
  CROSSSLOT: { kind: 'unsupported', say: () => l10n.t('The keys of this command live in different slots of the cluster.') },
};

const byText: readonly (readonly [RegExp, Meaning])[] = [
  [/^unknown (sub)?command|^unknown subcommand/i, { kind: 'unsupported', say: (_, name) => l10n.t('The server does not know the command {0}.', name) }],
  [/^no such key/i, { kind: 'vanished', say: () => l10n.t('The key does not exist any more.') }],
  [/^index out of range/i, { kind: 'vanished', say: () => l10n.t('The list has become shorter; there is no such index any more. Refresh it.') }],
  [/DB index is out of range|invalid DB index/i, { kind: 'bad-input', say: () => l10n.t('The server has no database of this number.') }],
  [/max number of clients/i, { kind: 'refused', say: () => l10n.t('The server has as many clients as it allows (maxclients). Close some, and try again.') }],
  [/SELECT is not allowed in cluster mode/i, { kind: 'unsupported', say: () => l10n.t('A cluster has database 0 only.') }],
  [/operation not permitted/i, { kind: 'auth', say: () => l10n.t('The server asks for a password. Edit the connection and enter one.') }],
];

const authTexts: readonly (readonly [RegExp, () => string])[] = [
  [/without any password|no password is set/i, () => l10n.t('The server has no password, but the connection sends one. Check that it is the right server, then remove the password.')],
  [/wrong number of arguments|syntax error/i, () => l10n.t('The server knows no user names (it is older than Redis 6). Edit the connection and leave the user name empty.')],
  [/unknown command/i, () => l10n.t('The server knows no passwords (it has no AUTH command). Edit the connection and leave user name and password empty.')],
  [/invalid password/i, () => l10n.t('The server refused the password. Edit the connection and enter it again.')],
];

function lastWord(text: string): string {
  return text.split(' ').at(-1) ?? '';
}

/** Name of a command for people: `GET`, `CONFIG SET`. */
function commandName(command: Command | undefined): string {
  const [first, second] = command ?? [];
  if (first === undefined) return l10n.t('this command');
  const name = first.toString('latin1').toUpperCase();
  const containers = /^(ACL|CLIENT|CLUSTER|COMMAND|CONFIG|DEBUG|FUNCTION|LATENCY|MEMORY|MODULE|OBJECT|PUBSUB|SCRIPT|SENTINEL|SLOWLOG|XGROUP|XINFO)$/;
  return second !== undefined && containers.test(name) && second.length < 32 ? `${name} ${second.toString('latin1').toUpperCase()}` : name;
}

/**
 * Turns an error reply into a Failure. Of the server's own words only those are kept that repeat no argument: an unknown
 * command is answered with its arguments, ACL SETUSER with the rule that holds the password.
 */
export function failureOfReply(text: string, command?: Command): Failure {
  const code = errorCode(text);
  const detail = text.startsWith(`${code} `) ? text.slice(code.length + 1) : text;
  const name = commandName(command);
  if (name === 'AUTH') {
    const known = authTexts.find(([pattern]) => pattern.test(detail));
    if (known !== undefined) return new Failure('auth', known[1]());
    if (code === 'ERR') return new Failure('auth', l10n.t('The server refused the user name or password.'));
  }
  const meaning = byCode[code] ?? byText.find(([pattern]) => pattern.test(detail))?.[1];
  if (meaning !== undefined) return new Failure(meaning.kind, meaning.say(detail, name));
  if (command !== undefined && holdsSecret(command)) return new Failure('server', l10n.t('The server refused {0} ({1}).', name, code));
  const words = code === 'ERR' ? detail : `${code} ${detail}`;
  return new Failure('server', l10n.t('The server refused {0}: {1}', name, words.length > 300 ? `${words.slice(0, 300)}…` : damageText(words)));
}

interface SocketError {
  readonly code?: unknown;
  readonly message?: unknown;
}

const unreachable: Readonly<Record<string, (where: string) => string>> = {
  ENOTFOUND: (where) => l10n.t('The host of {0} is not known. Check its name, and whether a VPN is needed.', where),
  EAI_AGAIN: (where) => l10n.t('The host name of {0} could not be looked up. Check the network.', where),
  EHOSTUNREACH: (where) => l10n.t('There is no route to {0}. Check the network or VPN.', where),
  ENETUNREACH: (where) => l10n.t('There is no route to {0}. Check the network or VPN.', where),
  EADDRNOTAVAIL: (where) => l10n.t('There is no route to {0}. Check the address.', where),
};

const tlsWords: readonly (readonly [RegExp, (where: string) => string])[] = [
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, (where) => l10n.t('{0} does not speak TLS on this port. Use redis:// instead of rediss://, or another port.', where)],
  [/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/, (where) => l10n.t('{0} shows a certificate of an authority that is not trusted here. Name its CA file in the connection.', where)],
  [/CERT_HAS_EXPIRED/, (where) => l10n.t('{0} shows a certificate that has expired.', where)],
  [/CERT_NOT_YET_VALID/, (where) => l10n.t('{0} shows a certificate that is not yet valid. Check the clocks.', where)],
  [/ALTNAME_INVALID/, (where) => l10n.t('{0} shows a certificate that was made for another host name.', where)],
  [/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/, (where) => l10n.t('{0} asks for a client certificate, or refused the one it was shown. Name certificate and key files in the connection.', where)],
  [/UNKNOWN_CA/, (where) => l10n.t('{0} does not trust the client certificate of the connection.', where)],
];

/**
 * Turns an error of a socket or of TLS into a Failure.
 * @param where the endpoint in words (`localhost:6379`)
 */
export function failureOfSocket(error: unknown, where: string): Failure {
  if (error instanceof Failure) return error;
  const { code: given, message } = (typeof error === 'object' && error !== null ? error : {}) as SocketError;
  const code = typeof given === 'string' ? given : '';
  const text = typeof message === 'string' ? message : '';
  if (code === 'ECONNREFUSED') return new Failure('refused', l10n.t('Nothing listens at {0}. Check that the server runs, and its host and port.', where));
  if (code === 'ETIMEDOUT') return new Failure('timeout', l10n.t('{0} did not answer in time. Check host and port, and whether a firewall is in the way.', where));
  const known = unreachable[code];
  if (known !== undefined) return new Failure('unreachable', known(where));
  if (/^(CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/.test(code) || /SSL|TLS/.test(text)) {
    const hint = tlsWords.find(([pattern]) => pattern.test(code) || pattern.test(text.toUpperCase().replaceAll(' ', '_')));
    return new Failure('tls', hint === undefined ? l10n.t('TLS with {0} failed ({1}).', where, code === '' ? l10n.t('no code') : code) : hint[1](where));
  }
  return cut(where, code);
}

/** The link ended without a word. */
export function cut(where: string, code = ''): Failure {
  return new Failure('unreachable', l10n.t('The connection to {0} was cut{1}. The next command connects anew.', where, code === '' ? '' : ` (${code})`));
}

/** The reason of an aborted signal. */
export function cancelled(): Failure {
  return new Failure('cancelled', l10n.t('Cancelled.'));
}
