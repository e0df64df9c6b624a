/** What a connection may do; enforced by the guard at the door. */
export type Access = 'read-write' | 'confirm-writes' | 'read-only';

/** TLS of a `rediss://` connection. Files are read when connecting, so a renewed certificate is picked up. */
export interface TlsOptions {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** False accepts any certificate; shown in the tree. */
  readonly verify: boolean;
}

/** Where a server is. */
export type Endpoint =
  | { readonly kind: 'tcp'; readonly host: string; readonly port: number; readonly tls?: TlsOptions }
  /** `file`: the path of the RDB file that this practice server shows. */
  | { readonly kind: 'practice'; readonly instance: string; readonly file?: string };

/** A saved connection. Holds no secret: the password is in SecretStorage under `id`. */
export interface ConnectionProfile {
  /** Random; says nothing of host or user. */
  readonly id: string;
  readonly name: string;
  readonly endpoint: Endpoint;
  /** ACL user; absent: the default user. */
  readonly username?: string;
  /** The database that the URL named; server-wide questions are asked there. Absent: 0. */
  readonly database?: number;
  readonly access: Access;
}
