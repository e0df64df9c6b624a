/**
 * One reply of a Redis server, in RESP2 or RESP3. The decoder yields it, the encoder writes it.
 * `latin1` is a bulk string given as text whose character codes are its bytes (what the practice server stores);
 * the decoder always yields `bulk`. `texts` is an aggregate of such bulk strings and nothing else, without an object for each.
 * `items` of a map or attribute are flat: key, value, key, value.
 */
export type Reply =
  | { readonly kind: 'simple'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string; readonly counted?: boolean } // `counted`: the server's statistics have it already
  | { readonly kind: 'integer'; readonly value: number | bigint }
  | { readonly kind: 'bulk'; readonly value: Buffer }
  | { readonly kind: 'latin1'; readonly value: string }
  | { readonly kind: 'texts'; readonly as: 'array' | 'set' | 'map'; readonly values: readonly string[] }
  | { readonly kind: 'null' } // RESP2: null bulk
  | { readonly kind: 'nullArray' } // RESP2: null array; the same as `null` in RESP3
  | { readonly kind: 'double'; readonly value: number; readonly text?: string } // `text`: how it is written, where not as usual
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'bigNumber'; readonly text: string }
  | { readonly kind: 'verbatim'; readonly format: string; readonly value: Buffer }
  | { readonly kind: 'array'; readonly items: readonly Reply[] }
  | { readonly kind: 'set'; readonly items: readonly Reply[] }
  | { readonly kind: 'map'; readonly items: readonly Reply[] }
  | { readonly kind: 'push'; readonly items: readonly Reply[] }
  | { readonly kind: 'attribute'; readonly items: readonly Reply[] }
  | { readonly kind: 'sequence'; readonly items: readonly Reply[] }; // only written: several replies, or none, to one command

/** The protocol a connection speaks; HELLO changes it. */
export type RespVersion = 2 | 3;

/** The peer broke the protocol: the connection cannot be used any further. */
export class RespError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'RespError';
  }
}
