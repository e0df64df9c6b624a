/** What went wrong, in the terms the UI decides by. Core never decides between a row, a toast and silence. */
export type FailureKind =
  | 'refused' // nothing listens there
  | 'unreachable' // name not found, no route, link cut
  | 'timeout'
  | 'tls'
  | 'auth' // NOAUTH, WRONGPASS
  | 'permission' // NOPERM
  | 'loading' // LOADING, MASTERDOWN
  | 'busy' // BUSY, a script runs
  | 'wrong-type' // WRONGTYPE
  | 'vanished' // the key, field or entry is gone
  | 'exists' // the name is taken
  | 'guarded' // the connection is read-only: the door refused
  | 'declined' // the user did not confirm the write
  | 'cancelled'
  | 'closed' // the session or practice server was closed
  | 'server-changed' // another server process answers now: cursors are void
  | 'unsupported' // the server lacks the command, or is of a kind we do not show
  | 'bad-input'
  | 'too-large'
  | 'file' // a file could not be written
  | 'server'; // any other error reply

/** The one error that core throws. Its message is for people; it never holds a secret or a value. */
export class Failure extends Error {
  readonly kind: FailureKind;

  constructor(kind: FailureKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'Failure';
    this.kind = kind;
  }
}

/** True if `error` is a Failure, and of `kind` where one is given. */
export function isFailure(error: unknown, kind?: FailureKind): error is Failure {
  return error instanceof Failure && (kind === undefined || error.kind === kind);
}

/** Ends a switch over a union: a new member becomes a compile error here. */
export function assertNever(value: never): never {
  throw new Error(`unexpected value: ${JSON.stringify(value)}`);
}
