import type { Bytes } from '../store/value.ts';

const REDACTED = '(redacted)';

/** Parameters of CONFIG SET whose values are nobody's business. */
const secrets = new Set(['masterauth', 'requirepass', 'tls-client-key-file-pass', 'tls-key-file-pass']);

/** The arguments of a call as MONITOR and the slow log may show them: passwords are left out, as Redis does it. */
export function redact(name: string, args: readonly Bytes[]): readonly Bytes[] {
  switch (name) {
    case 'auth':
      return args.length > 3 ? args : hide(args, (index) => index > 0);
    case 'hello':
      return hideBehind(args, 2, { auth: 2 });
    case 'migrate':
      return hideBehind(args, 6, { auth: 1, auth2: 2 });
    case 'acl|setuser':
      return hide(args, (index) => index > 1);
    case 'config|set':
      return hide(args, (index) => index > 2 && index % 2 === 1 && secrets.has((args[index - 1] ?? '').toLowerCase()));
    default:
      return args;
  }
}

function hide(args: readonly Bytes[], isSecret: (index: number) => boolean): Bytes[] {
  return args.map((arg, index) => (isSecret(index) ? REDACTED : arg));
}

/** Hides as many arguments behind a word as it takes, for the words from `first` on. */
function hideBehind(args: readonly Bytes[], first: number, words: Readonly<Record<string, number>>): Bytes[] {
  const shown = [...args];
  for (let index = first; index < args.length; index += 1) {
    const count = words[(args[index] ?? '').toLowerCase()] ?? 0;
    if (count === 0 || index + count >= args.length) continue;
    shown.fill(REDACTED, index + 1, index + 1 + count);
    index += count;
  }
  return shown;
}
