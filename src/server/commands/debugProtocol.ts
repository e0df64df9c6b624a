import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { NULL, array, bulk, fail, integer, verbatim } from './support.ts';

const counted: readonly Reply[] = [0, 1, 2].map((value) => integer(value));

/** An example of each kind of reply, by the name that DEBUG PROTOCOL has for it. */
const examples: Readonly<Record<string, Reply>> = {
  string: bulk('Hello World'),
  integer: integer(12345),
  double: { kind: 'double', value: 3.141 },
  null: NULL,
  array: array(counted),
  set: { kind: 'set', items: counted },
  map: { kind: 'map', items: counted.flatMap((key, index) => [key, { kind: 'boolean', value: index === 1 }]) },
  attrib: {
    kind: 'sequence',
    items: [{ kind: 'attribute', items: [bulk('key-popularity'), array([bulk('key:123'), integer(90)])] }, bulk('Some real reply following the attribute')],
  },
  push: { kind: 'sequence', items: [{ kind: 'push', items: [bulk('server-cpu-usage'), integer(42)] }, bulk('Some real reply following the push reply')] },
  verbatim: verbatim('This is a verbatim\nstring'),
  true: { kind: 'boolean', value: true },
  false: { kind: 'boolean', value: false },
  bignum: { kind: 'bigNumber', text: '1234567999999999999999999999999999999' },
};

/** DEBUG PROTOCOL type. */
export function debugProtocol({ session }: Context, type: Bytes): Reply {
  const name = type.toLowerCase();
  if (name === 'push' && session.version === 2) fail('ERR RESP2 is not supported by this command');
  return (
    (Object.hasOwn(examples, name) ? examples[name] : undefined)
    ?? fail('ERR Wrong protocol type name. Please use one of the following: string|integer|double|bignum|null|array|set|map|attrib|push|verbatim|true|false')
  );
}
