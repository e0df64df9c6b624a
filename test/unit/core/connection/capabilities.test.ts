import assert from 'node:assert/strict';
import { parseInfo, serverFacts } from '../../../../src/core/connection/capabilities.ts';

const facts = (text: string): object => serverFacts(parseInfo(text), 16, 'unknown-1');

describe('INFO', () => {
  it('is read line by line, values with colons included', () => {
    const info = parseInfo('# Server\r\nredis_version:7.0.15\r\nos:Linux 6.1: x\r\n\r\n# Keyspace\r\ndb0:keys=1,expires=0\r\nempty:\r\n');
    assert.deepEqual([...info], [['redis_version', '7.0.15'], ['os', 'Linux 6.1: x'], ['db0', 'keys=1,expires=0'], ['empty', '']]);
  });

  it('tells Redis, Valkey and others apart', () => {
    assert.deepEqual(facts('redis_version:7.0.15\r\nredis_mode:standalone\r\nrun_id:abc'), { runId: 'abc', version: '7.0.15', flavour: 'redis', mode: 'standalone', databases: 16 });
    const valkey = { runId: 'abc', version: '8.0.1', flavour: 'valkey', mode: 'standalone', databases: 16 };
    assert.deepEqual(facts('redis_version:7.2.4\nserver_name:valkey\nvalkey_version:8.0.1\nserver_mode:standalone\nrun_id:abc'), valkey);
    assert.deepEqual(serverFacts(undefined, undefined, 'unknown-1'), { runId: 'unknown-1', version: '', flavour: 'unknown', mode: 'standalone', databases: undefined });
    assert.deepEqual(facts('some_proxy:1'), { runId: 'unknown-1', version: '', flavour: 'unknown', mode: 'standalone', databases: 16 });
  });

  it('recognises clusters and sentinels', () => {
    for (const [text, mode] of [['redis_mode:cluster', 'cluster'], ['cluster_enabled:1', 'cluster'], ['cluster_enabled:0', 'standalone'], ['redis_mode:sentinel', 'sentinel'], ['server_mode:cluster', 'cluster']] as const) {
      assert.equal(serverFacts(parseInfo(text), 1, 'x').mode, mode, text);
    }
  });
});
