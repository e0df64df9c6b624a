import assert from 'node:assert/strict';
import { Duplex } from 'node:stream';
import { isFailure } from '../../../../src/core/failure.ts';
import { pullDump, type PullOutcome } from '../../../../src/core/save/pull.ts';
import { encodeDump } from '../../../../src/protocol/rdb/dump.ts';
import { createDumpedWriter } from '../../../../src/protocol/rdb/dumpedWriter.ts';
import { bufferArgument, createRequestDecoder } from '../../../../src/protocol/resp/requestDecoder.ts';

/** A file of one key, in this version. */
function file(version: number): Buffer {
  const writer = createDumpedWriter(version);
  writer.database(0, 1, 0);
  const payload = encodeDump({ type: 'string', value: 'value' });
  writer.key(Buffer.from('key'), payload[0] as number, undefined);
  writer.value(payload.subarray(1, -10));
  writer.end();
  return writer.take();
}

/** A master that answers each command by what `answers` says of it; after the last one it hangs up if `ends`. */
function master(answers: Readonly<Record<string, readonly Buffer[]>>, ends = true): { readonly channel: Duplex; readonly asked: string[] } {
  const decoder = createRequestDecoder(bufferArgument);
  const asked: string[] = [];
  const channel = new Duplex({
    read: () => undefined,
    write(chunk: Buffer, _encoding, done) {
      decoder.push(chunk);
      for (let command = decoder.next(); command !== undefined; command = decoder.next()) {
        const name = command.map(String).join(' ');
        asked.push(name);
        const answer = answers[name];
        for (const part of answer ?? [Buffer.from('+OK\r\n')]) channel.push(part);
        if (answer !== undefined && ends) channel.push(null);
      }
      done();
    },
  });
  return { channel, asked };
}

const told = (text: string): Buffer => Buffer.from(text);
const full = told('+FULLRESYNC 0123456789012345678901234567890123456789 1\r\n');
const sized = (bytes: Buffer): Buffer => Buffer.concat([told(`$${bytes.length}\r\n`), bytes]);

async function pull(channel: Duplex, before = 5000): Promise<{ readonly outcome: PullOutcome; readonly written: Buffer }> {
  const parts: Buffer[] = [];
  const outcome = await pullDump(channel, { write: async (bytes) => void parts.push(Buffer.from(bytes)) }, {
    where: 'there', signal: new AbortController().signal, onProgress: () => undefined, patience: { before, within: 5000 },
  });
  assert.equal(channel.destroyed, true);
  return { outcome, written: Buffer.concat(parts) };
}

describe('pulling a dump', () => {
  it('asks as a replica that wants the data only, and looks them through', async () => {
    const { channel, asked } = master({ 'PSYNC ? -1': [told('\n\n'), full, told('\n'), sized(file(10))] });
    const { outcome, written } = await pull(channel);
    assert.deepEqual(asked, ['REPLCONF capa eof', 'REPLCONF rdb-only 1', 'PSYNC ? -1']);
    assert.ok(written.equals(file(10)));
    assert.deepEqual(outcome.kind === 'pulled' && [outcome.summary.keys, outcome.unread], [1, undefined]);
  });

  it('takes a dump of a later version as it is, and says that it did not look it through', async () => {
    const { outcome, written } = await pull(master({ 'PSYNC ? -1': [full, sized(file(16))] }).channel);
    assert.ok(written.equals(file(16)));
    assert.match(outcome.kind === 'pulled' && outcome.unread || '', /^version 16 of Redis dumps/);
  });

  it('finds what is damaged and what is cut short, though all that was announced came', async () => {
    const damaged = file(10);
    damaged[15] = (damaged[15] ?? 0) ^ 1;
    for (const bytes of [damaged, file(10).subarray(0, -9)]) {
      await assert.rejects(pull(master({ 'PSYNC ? -1': [full, sized(bytes)] }).channel), (error) => isFailure(error, 'server') && /^What there sent holds damaged data, at byte \d+: .* Nothing was saved\.$/.test(error.message));
    }
  });

  it('is refused by an error, by the end of the link before the data, by silence, and by what is no master', async () => {
    const refused = async (answer: readonly Buffer[], kind: string, ends = true): Promise<void> => {
      const { outcome, written } = await pull(master({ 'PSYNC ? -1': answer }, ends).channel, 50);
      assert.equal(written.length, 0);
      assert.equal(outcome.kind === 'refused' && outcome.why.kind, kind);
    };
    await refused([told('-NOPERM this user has no permissions to run the \'psync\' command\r\n')], 'permission');
    await refused([full, told('-ERR BGSAVE failed, replication can\'t continue\r\n')], 'server');
    await refused([full], 'unreachable');
    await refused([full], 'timeout', false);
    await refused([told('HTTP/1.1 400 Bad Request\r\n')], 'server');
  });
});
