// A process that runs a bridge, to be killed or stopped: its argument is JSON of what it is. It says each kind of phase that it comes to, and why it has ended.
import { createTestSessions, testProfile } from './testSessions.ts';
import { startTestBridge } from './bridgePlay.ts';

/** What such a process is told. */
export interface ChildBridge {
  readonly ports: readonly [number, number];
  readonly folder: string;
  readonly id: string;
  /** Ms that it holds its target for. */
  readonly term: number;
}

const { ports, folder, id, term } = JSON.parse(process.argv[2] ?? '') as ChildBridge;
const sessions = createTestSessions();
const bridge = startTestBridge({ sessions, folder, source: testProfile({ port: ports[0] }), target: testProfile({ port: ports[1] }), term }, { id });
bridge.onDidChange(({ phase }) => {
  console.log(phase.kind === 'stopped' && phase.reason.kind === 'failed' ? `${phase.kind}: ${phase.reason.failure.message}` : phase.kind);
  if (phase.kind === 'stopped') void sessions.dispose();
});
