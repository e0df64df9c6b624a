import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import type { ConnectionProfile } from '../../../../src/core/connection/profile.ts';
import type { Lesson } from '../../../../src/core/lessons/lesson.ts';
import type { Picture } from '../../../../src/core/lessons/onlooker.ts';
import { configOf, createPlay, type Play } from '../../../../src/core/lessons/play.ts';
import { fillIn, parseProse, type LessonProse } from '../../../../src/core/lessons/prose.ts';
import { splitScript } from '../../../../src/core/language/script.ts';
import { systemClock } from '../../../../src/server/clock.ts';
import { load } from '../../../../src/server/persistence/save.ts';
import { seededRandom } from '../../../../src/server/random.ts';
import { createServer, type PracticeServer } from '../../../../src/server/server.ts';
import type { ServerClock } from '../../../../src/server/state.ts';
import { createTestSessions } from '../../../support/testSessions.ts';

/** A learner at a lesson, on real practice servers. */
export interface Learner {
  readonly play: Play;
  readonly prose: LessonProse;
  /** Types commands into a cell of a step and runs it; what is shown. */
  run(step: string, commands: string, server?: string): Promise<string>;
  /** As `run`, of what waits for something to happen: `meanwhile` happens again and again. */
  runWhile(step: string, commands: string, meanwhile: () => Promise<void>): Promise<string>;
  /** Runs the cells of a step as they stand. */
  runCells(step: string): Promise<string>;
  /** Presses Check: `passed`, or what is said to be missing. */
  check(step: string): Promise<string>;
  /** What was drawn so far. */
  readonly pictures: readonly Picture[];
  /** A moment passes on every server. */
  moment(): void;
  /** So many ms pass at once. */
  pass(ms: number): void;
  /** Time passes until a server's link to its master is up. */
  inSync(server: string): Promise<void>;
  /** Opens the file that was saved, as it is now, beside the lesson. */
  openFile(): void;
  close(): Promise<void>;
}

export function readProse(id: string, language = ''): LessonProse {
  return parseProse(readFileSync(join(import.meta.dirname, '../../../../media/lessons', `${id}${language}.md`), 'utf8'));
}

/** Sits a learner down; servers start with the first command. */
export function sitDown(lesson: Lesson): Learner {
  const servers = new Map<string, PracticeServer>();
  let folder: string | undefined;
  let ahead = 0;
  const clock: ServerClock = { ...systemClock, now: () => systemClock.now() + ahead };
  const instance = (name: string): PracticeServer => {
    const known = servers.get(name);
    if (known !== undefined) return known;
    const server = createServer({ random: seededRandom(lesson.seed + lesson.servers.indexOf(name)), cron: false, clock, config: configOf(lesson, name) });
    servers.set(name, server);
    folder ??= mkdtempSync(join(tmpdir(), 'keyspace-lesson-'));
    const path = join(folder, 'dump.rdb');
    server.state.outside = { ...server.state.outside, dataFile: () => path, connect: (address) => dial(address.host) };
    return server;
  };
  /** As workers do for each other. */
  const dial = (name: string): Duplex => {
    const stream = instance(name).connect();
    setImmediate(() => stream.emit('connect'));
    return stream;
  };
  const closeServers = async (): Promise<void> => {
    for (const server of servers.values()) await server.close();
    servers.clear();
    if (folder !== undefined) rmSync(folder, { recursive: true });
    folder = undefined;
  };
  const sessions = createTestSessions({ practice: { connect: async (name) => instance(name).connect() } });
  const profile = (name: string): ConnectionProfile => ({ id: name, name, endpoint: { kind: 'practice', instance: name }, access: 'read-write' });
  const play = createPlay(lesson, {
    sessions,
    profile,
    files: () => [...servers.keys()].filter((name) => name.startsWith('file')).map(profile),
    async restart() {
      for (const name of lesson.servers) await sessions.disconnect(name);
      await closeServers();
    },
    clock: { now: () => Date.now(), elapsed: () => performance.now() },
    pause: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  });
  const prose = readProse(lesson.id);
  const pictures: Picture[] = [];
  const learner: Learner = {
    play,
    pictures,
    prose,
    async run(step, commands, server) {
      let shown = '';
      await play.run(step, server, splitScript(commands), new AbortController().signal, ({ text, picture }) => {
        shown += text;
        if (picture !== undefined) pictures.push(picture);
      });
      return shown;
    },
    async runWhile(step, commands, meanwhile) {
      let shown: string | undefined;
      void learner.run(step, commands).then((text) => {
        shown = text;
      });
      while (shown === undefined) await meanwhile();
      return shown;
    },
    async runCells(step) {
      let shown = '';
      for (const part of prose.steps.find(({ id }) => id === step)?.parts ?? []) if (part.kind === 'commands') shown += await learner.run(step, part.text, part.server);
      return shown;
    },
    async check(step) {
      const verdict = await play.check(step);
      if (verdict.passed) return 'passed';
      const hint = prose.steps.find(({ id }) => id === step)?.hints.get(verdict.hint);
      if (hint === undefined) throw new Error(`the prose of ${step} has no hint ${verdict.hint}`);
      return fillIn(hint, verdict.values);
    },
    moment() {
      for (const server of servers.values()) server.cron();
    },
    pass(ms) {
      ahead += ms;
    },
    async inSync(name) {
      while (instance(name).state.replication.link?.stage !== 'connected') {
        // A master waits for further replicas, and both look after their links now and then.
        ahead += 200;
        learner.moment();
        await new Promise((resolve) => setImmediate(resolve));
      }
    },
    openFile() {
      load(instance(`file ${servers.size}`).state, join(folder ?? '', 'dump.rdb'));
    },
    async close() {
      await sessions.dispose();
      await closeServers();
    },
  };
  return learner;
}

/** The cursor that a shown page begins with. */
export function cursorOf(shown: string): string {
  return /^1\) "(\d+)"/.exec(shown)?.[1] ?? '';
}
