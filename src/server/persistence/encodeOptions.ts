import { encodeDefaults } from '../../protocol/rdb/encodeValue.ts';
import type { EncodeOptions } from '../../protocol/rdb/encodeValue.ts';
import type { StreamNodeLimits } from '../../protocol/rdb/stream.ts';
import type { ServerState } from '../state.ts';

/** How values are written to files under a configuration. */
export function encodeOptions(config: ServerState['config']): EncodeOptions {
  return {
    ...encodeDefaults,
    compress: config.get('rdbcompression') === 'yes',
    listFill: config.number('list-max-listpack-size'),
    streamNodes: streamNodeLimits(config),
  };
}

/** Where nodes of streams end under a configuration. */
export function streamNodeLimits(config: ServerState['config']): StreamNodeLimits {
  return { maxBytes: config.number('stream-node-max-bytes'), maxEntries: config.number('stream-node-max-entries') };
}
