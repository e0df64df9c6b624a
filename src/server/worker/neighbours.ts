import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { Duplex } from 'node:stream';
import type { Outside } from '../outside.ts';
import type { Address } from '../outgoing.ts';
import { portStream } from '../transport/portStream.ts';

type Connect = NonNullable<Outside['connect']>;

/** The port by which neighbours are reached, as Redis's own. */
export const NEIGHBOUR_PORT = 6379;

/**
 * How a server gets at others: at `names` by message ports, whose other end `dial` hands to whoever serves that name, at any other address
 * by `others`. A neighbour has one port; at another one it refuses, as a machine on which nothing listens there.
 */
export function dialNeighbours(names: readonly string[], dial: (host: string, port: MessagePort) => void, others: Connect): Connect {
  return (address) => {
    const host = names.find((name) => name.toLowerCase() === address.host.toLowerCase());
    if (host === undefined) return others(address);
    if (address.port !== NEIGHBOUR_PORT) return refusal(address);
    const { port1, port2 } = new MessageChannel();
    const stream = portStream(port1, 'client');
    dial(host, port2);
    // As a socket does, once whoever opens it listens.
    setImmediate(() => stream.emit('connect'));
    return stream;
  };
}

/** A connection that comes to nothing. */
function refusal({ host, port }: Address): Duplex {
  const stream = new Duplex({ read: () => undefined, write: (_chunk, _encoding, callback) => callback() });
  stream.destroy(Object.assign(new Error(`connect ECONNREFUSED ${host}:${port.toString()}`), { code: 'ECONNREFUSED', syscall: 'connect' }));
  return stream;
}
