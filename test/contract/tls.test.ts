import assert from 'node:assert/strict';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { TlsOptions } from '../../src/core/connection/profile.ts';
import { asText } from '../../src/core/connection/reply.ts';
import { isFailure, type FailureKind } from '../../src/core/failure.ts';
import { startRedisServer, type RedisServer } from '../support/redisServer.ts';
import { createTestSessions, testProfile } from '../support/testSessions.ts';
import { makeCertificates, type Certificates } from '../support/tls.ts';

describe('TLS with a real server', () => {
  let certificates: Certificates;
  let relaxed: RedisServer;
  let strict: RedisServer;
  let plain: RedisServer;

  before(async () => {
    certificates = await makeCertificates();
    const { caFile, server } = certificates;
    [relaxed, strict, plain] = await Promise.all([
      startRedisServer([], { tls: { caFile, ...server, clientAuth: false } }),
      startRedisServer([], { tls: { caFile, ...server, clientAuth: true } }),
      startRedisServer(),
    ]);
  });
  after(async () => {
    await Promise.all([relaxed.stop(), strict.stop(), plain.stop(), certificates.remove()]);
  });

  async function ping(server: RedisServer, tls: TlsOptions | undefined, host = '127.0.0.1'): Promise<string> {
    const sessions = createTestSessions({ timeouts: { connect: server === plain ? 200 : 5000 } });
    try {
      return asText(await sessions.acquire(testProfile({ port: server.port, host }, tls === undefined ? {} : { tls }), 3).send(['PING']));
    } finally {
      await sessions.dispose();
    }
  }
  async function fails(kind: FailureKind, words: RegExp, server: RedisServer, tls: TlsOptions | undefined): Promise<void> {
    await assert.rejects(ping(server, tls), (error) => isFailure(error, kind) && words.test(error.message) && !error.message.includes('-----BEGIN'));
  }

  it('trusts a server whose authority is named, by address and by name', async () => {
    const { caFile } = certificates;
    assert.equal(await ping(relaxed, { caFile, verify: true }), 'PONG');
    assert.equal(await ping(relaxed, { caFile, verify: true }, 'localhost'), 'PONG');
  });

  it('refuses a server of an unknown authority, unless told not to verify', async () => {
    await fails('tls', /authority that is not trusted/, relaxed, { verify: true });
    await fails('tls', /authority that is not trusted/, relaxed, { caFile: certificates.strangerFile, verify: true });
    assert.equal(await ping(relaxed, { verify: false }), 'PONG');
  });

  it('shows a client certificate where the server wants one', async () => {
    const { caFile, client } = certificates;
    assert.equal(await ping(strict, { caFile, ...client, verify: true }), 'PONG');
    await fails('tls', /client certificate/, strict, { caFile, verify: true });
    const both = join(certificates.dir, 'both.pem');
    const { readFile } = await import('node:fs/promises');
    await writeFile(both, Buffer.concat([await readFile(client.certFile), await readFile(client.keyFile)]));
    assert.equal(await ping(strict, { caFile, certFile: both, verify: true }), 'PONG');
  });

  it('says so when one side speaks TLS and the other does not', async () => {
    // Redis takes the TLS greeting for an inline command without an end, and waits for the rest of it.
    await fails('timeout', /use redis:\/\//, plain, { verify: true });
    await fails('unreachable', /rediss:\/\//, relaxed, undefined);
  });

  it('names a file that cannot be read or used', async () => {
    await fails('tls', /cannot be read: .*missing\.pem/, relaxed, { caFile: join(certificates.dir, 'missing.pem'), verify: true });
    const garbage = join(certificates.dir, 'garbage.pem');
    await writeFile(garbage, '-----BEGIN CERTIFICATE-----\nnonsense\n');
    await fails('tls', /PEM/, strict, { caFile: certificates.caFile, certFile: garbage, verify: true });
  });

  it('opens channels over TLS', async () => {
    const sessions = createTestSessions();
    const channel = await sessions.openChannel(testProfile(relaxed, { tls: { caFile: certificates.caFile, verify: true } }), 1, 'copy');
    channel.write('PING\r\n');
    for await (const chunk of channel) {
      assert.equal(String(chunk), '+PONG\r\n');
      break;
    }
    await sessions.dispose();
  });
});
