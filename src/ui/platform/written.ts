/** Keys that were written by this extension. */
export interface KeysWritten {
  readonly connectionId: string;
  readonly database: number;
  /** Undefined: many, or it is not known which. */
  readonly keys: readonly Buffer[] | undefined;
}
