import { Failure } from '../failure.ts';
import type { FailureKind } from '../failure.ts';
import { holdsSecret } from './commandLog.ts';
import type { Command } from './session.ts';

/** The code that an error reply starts with (`WRONGTYPE`), or `ERR`. */
export function errorCode(text: string): string {
  return /^[A-Z][A-Z0-9_]*(?= |$)/.exec(text)?.[0] ?? 'ERR';
}

interface Meaning {
  readonly kind: FailureKind;
  /** What happened and what to do; `detail` is the server's own text without its code. */
  readonly say: (detail: string, name: string) => string;
}

const plain = (text: string) => (): string => text;

const byCode: Readonly<Record<string, Meaning>> = {
  NOAUTH: { kind: 'auth', say: plain('The server asks for a password. Edit the connection and enter one.') },
  WRONGPASS: { kind: 'auth', say: plain('The server refused the user name or password. Edit the connection and enter them again.') },
  NOPERM: {
    kind: 'permission',
    say: (_, name) => `The server does not allow this user to run ${name} here. Ask its administrator for the permission, or connect as another user.`,
  },
  DENIED: {
    kind: 'permission',
    say: plain('The server is in protected mode and takes no connections from other machines. Set a password for it, or connect from its own machine.'),
  },
  READONLY: { kind: 'permission', say: plain('The server is a read-only replica. Connect to its primary to write.') },
  LOADING: { kind: 'loading', say: plain('The server is still loading its data. Try again in a moment.') },
  MASTERDOWN: { kind: 'loading', say: plain('The replica has lost its primary and serves no data until the link is back. Try again later, or connect to the primary.') },
  BUSY: { kind: 'busy', say: plain('The server is busy with a script. Wait for it to end, or end it with SCRIPT KILL or FUNCTION KILL.') },
  UNKILLABLE: { kind: 'busy', say: plain('The script that runs has written already and cannot be ended. Wait for it.') },
  WRONGTYPE: { kind: 'wrong-type', say: plain('The key holds another type of value by now. Refresh it.') },
  BUSYKEY: { kind: 'exists', say: plain('The key exists already.') },
  NOGROUP: { kind: 'vanished', say: plain('The stream or its consumer group does not exist any more. Refresh it.') },
  OOM: { kind: 'server', say: plain('The server is out of memory (maxmemory) and takes no writes.') },
  MISCONF: { kind: 'server', say: plain('The server could not save its data to disk and therefore takes no writes. See its log.') },
  NOREPLICAS: { kind: 'server', say: plain('The server has too few replicas at hand and therefore takes no writes (min-replicas-to-write).') },
  MOVED: { kind: 'unsupported', say: (detail) => `The key lives on another node of the cluster: ${lastWord(detail)}. Connect to that node.` },
  ASK: { kind: 'unsupported', say: (detail) => `The key is just moving to another node of the cluster: ${lastWord(detail)}. Try again, or connect to that node.` },
  CLUSTERDOWN: { kind: 'server', say: plain('The cluster is down: not all of its slots are served.') },
  CROSSSLOT: { kind: 'unsupported', say: plain('The keys of this command live in different slots of the cluster.') },
};

const byText: readonly (readonly [RegExp, Meaning])[] = [
  [/^unknown (sub)?command|^unknown subcommand/i, { kind: 'unsupported', say: (_, name) => `The server does not know the command ${name}.` }],
  [/^no such key/i, { kind: 'vanished', say: plain('The key does not exist any more.') }],
  [/^index out of range/i, { kind: 'vanished', say: plain('The list has become shorter; there is no such index any more. Refresh it.') }],
  [/DB index is out of range|invalid DB index/i, { kind: 'bad-input', say: plain('The server has no database of this number.') }],
  [/max number of clients/i, { kind: 'refused', say: plain('The server has as many clients as it allows (maxclients). Close some, and try again.') }],
  [/SELECT is not allowed in cluster mode/i, { kind: 'unsupported', say: plain('A cluster has database 0 only.') }],
  [/operation not permitted/i, { kind: 'auth', say: plain('The server asks for a password. Edit the connection and enter one.') }],
];

const authTexts: readonly (readonly [RegExp, string])[] = [
  [/without any password|no password is set/i, 'The server has no password, but the connection sends one. Check that it is the right server, then remove the password.'],
  [/wrong number of arguments|syntax error/i, 'The server knows no user names (it is older than Redis 6). Edit the connection and leave the user name empty.'],
  [/unknown command/i, 'The server knows no passwords (it has no AUTH command). Edit the connection and leave user name and password empty.'],
  [/invalid password/i, 'The server refused the password. Edit the connection and enter it again.'],
];

function lastWord(text: string): string {
  return text.split(' ').at(-1) ?? '';
}

/** Name of a command for people: `GET`, `CONFIG SET`. */
function commandName(command: Command | undefined): string {
  const [first, second] = command ?? [];
  if (first === undefined) return 'this command';
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
    if (known !== undefined) return new Failure('auth', known[1]);
    if (code === 'ERR') return new Failure('auth', 'The server refused the user name or password.');
  }
  const meaning = byCode[code] ?? byText.find(([pattern]) => pattern.test(detail))?.[1];
  if (meaning !== undefined) return new Failure(meaning.kind, meaning.say(detail, name));
  if (command !== undefined && holdsSecret(command)) return new Failure('server', `The server refused ${name} (${code}).`);
  const words = code === 'ERR' ? detail : `${code} ${detail}`;
  return new Failure('server', `The server refused ${name}: ${words.length > 300 ? `${words.slice(0, 300)}…` : words}`);
}

interface SocketError {
  readonly code?: unknown;
  readonly message?: unknown;
}

const unreachable: Readonly<Record<string, (where: string) => string>> = {
  ENOTFOUND: (where) => `The host of ${where} is not known. Check its name, and whether a VPN is needed.`,
  EAI_AGAIN: (where) => `The host name of ${where} could not be looked up. Check the network.`,
  EHOSTUNREACH: (where) => `There is no route to ${where}. Check the network or VPN.`,
  ENETUNREACH: (where) => `There is no route to ${where}. Check the network or VPN.`,
  EADDRNOTAVAIL: (where) => `There is no route to ${where}. Check the address.`,
};

const tlsWords: readonly (readonly [RegExp, string])[] = [
  [/WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST/, 'does not speak TLS on this port. Use redis:// instead of rediss://, or another port.'],
  [/SELF_SIGNED|UNABLE_TO_VERIFY|UNABLE_TO_GET_ISSUER/, 'shows a certificate of an authority that is not trusted here. Name its CA file in the connection.'],
  [/CERT_HAS_EXPIRED/, 'shows a certificate that has expired.'],
  [/CERT_NOT_YET_VALID/, 'shows a certificate that is not yet valid. Check the clocks.'],
  [/ALTNAME_INVALID/, 'shows a certificate that was made for another host name.'],
  [/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE|BAD_CERTIFICATE/, 'asks for a client certificate, or refused the one it was shown. Name certificate and key files in the connection.'],
  [/UNKNOWN_CA/, 'does not trust the client certificate of the connection.'],
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
  if (code === 'ECONNREFUSED') return new Failure('refused', `Nothing listens at ${where}. Check that the server runs, and its host and port.`);
  if (code === 'ETIMEDOUT') return new Failure('timeout', `${where} did not answer in time. Check host and port, and whether a firewall is in the way.`);
  const known = unreachable[code];
  if (known !== undefined) return new Failure('unreachable', known(where));
  if (/^(CERT_|ERR_TLS|ERR_SSL|ERR_OSSL|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO|HOSTNAME_MISMATCH|INVALID_CA|EPROTO)/.test(code) || /SSL|TLS/.test(text)) {
    const hint = tlsWords.find(([pattern]) => pattern.test(code) || pattern.test(text.toUpperCase().replaceAll(' ', '_')));
    return new Failure('tls', hint === undefined ? `TLS with ${where} failed (${code === '' ? 'no code' : code}).` : `${where} ${hint[1]}`);
  }
  return cut(where, code);
}

/** The link ended without a word. */
export function cut(where: string, code = ''): Failure {
  return new Failure('unreachable', `The connection to ${where} was cut${code === '' ? '' : ` (${code})`}. The next command connects anew.`);
}

/** The reason of an aborted signal. */
export function cancelled(): Failure {
  return new Failure('cancelled', 'Cancelled.');
}
