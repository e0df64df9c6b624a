// A process that clones with a journal, to be killed: its argument is JSON of a request and where it is kept. It says how many keys it has copied.
import { createJournal, openJournal } from '../../src/core/transfer/journal.ts';
import { clone } from '../../src/core/transfer/clone.ts';
import { saveRequest } from '../../src/core/transfer/savedRequest.ts';
import { createTestSessions, testProfile } from './testSessions.ts';

/** What such a process is told. */
export interface ChildClone {
  readonly ports: readonly [number, number];
  readonly path: string;
  readonly conflict: 'stop' | 'skip' | 'empty';
  readonly resume: boolean;
}

const { ports, path, conflict, resume } = JSON.parse(process.argv[2] ?? '') as ChildClone;
const [source, target] = ports.map((port) => ({ profile: testProfile({ port }), database: 0 })) as [{ profile: ReturnType<typeof testProfile>; database: number }, { profile: ReturnType<typeof testProfile>; database: number }];
const request = { source, target, scope: { pattern: undefined, types: undefined }, conflict, verify: true } as const;
const sessions = createTestSessions();
const journal = resume ? await openJournal(path) : createJournal(path, saveRequest(request), [1, 2]);
const { verification } = await clone({ sessions, seeds: [3, 4], patience: 10_000, pause: () => Promise.resolve(), journal }, request, new AbortController().signal, ({ keys }) => {
  console.log(String(keys));
});
console.log(`differences ${String(verification?.differences.length)}`);
await journal.close();
await sessions.dispose();
