import type { Clock } from '../../src/core/connection/ports.ts';
import type { Command, Reply, ServerFacts, Session } from '../../src/core/connection/session.ts';
import { Failure, isFailure } from '../../src/core/failure.ts';
import { compileGlob } from '../../src/core/keyspace/glob.ts';

/** A clock that stands still until it is told. */
export interface FakeClock extends Clock {
  advance(ms: number): void;
}

export function createFakeClock(): FakeClock {
  let time = 0;
  return {
    now: () => time,
    elapsed: () => time,
    advance(ms) {
      time += ms;
    },
  };
}

/** A session without a server: `answer` gives the replies; to refuse it throws a Failure. */
export interface FakeSession extends Session {
  /** Every command, as latin1 words. */
  readonly sent: string[][];
  /** The server process that answers now; another one refuses commands that expect this. */
  runId: string;
  /** As the real session would have measured it. */
  smallestRoundTrip: number;
}

export function createFakeSession(answer: (command: readonly string[], raw: Command) => Reply | Promise<Reply>): FakeSession {
  const sent: string[][] = [];
  const ask = async (command: Command): Promise<Reply> => {
    const words = command.map((arg) => (typeof arg === 'string' ? arg : arg.toString('latin1')));
    sent.push(words);
    return answer(words, command);
  };
  const session: FakeSession = {
    sent,
    runId: 'first',
    smallestRoundTrip: 0,
    profile: { id: 'fake', name: 'Fake', endpoint: { kind: 'practice', instance: 'fake' }, access: 'read-write' },
    database: 0,
    ready: async (): Promise<ServerFacts> => ({ runId: session.runId, version: '7.0.15', flavour: 'redis', mode: 'standalone', databases: 16 }),
    async send(command, options = {}) {
      if (options.runId !== undefined && options.runId !== session.runId) throw new Failure('server-changed', 'Another server answers now.');
      return ask(command);
    },
    sendAll: (commands) =>
      Promise.all(commands.map((command) => ask(command).catch((error: unknown) => {
        if (isFailure(error)) return error;
        throw error;
      }))),
    release: () => undefined,
  };
  return session;
}

/** A reply of SCAN and its kind. */
export function scanReply(cursor: string, elements: readonly (string | Buffer)[]): Reply {
  return [Buffer.from(cursor), elements.map((element) => Buffer.from(element as string))];
}

/** A database of strings whose SCAN gives its names in order, COUNT at a time. */
export interface FakeDatabase {
  readonly session: FakeSession;
  readonly names: string[];
  /** By name; what is not listed is a string. */
  readonly types: Map<string, string>;
}

/** Knows SCAN with MATCH and TYPE, TYPE and EXISTS; `before` may answer instead, or throw. */
export function createFakeDatabase(names: readonly string[], before: (command: readonly string[]) => Reply | undefined = () => undefined): FakeDatabase {
  const all = [...names];
  const types = new Map<string, string>();
  const typeOf = (name: string): string => (all.includes(name) ? types.get(name) ?? 'string' : 'none');
  const session = createFakeSession((command) => before(command) ?? reply(command));

  function option(command: readonly string[], name: string): string | undefined {
    const at = command.indexOf(name, 2);
    return at < 0 ? undefined : command[at + 1];
  }

  function reply(command: readonly string[]): Reply {
    const [name, key = ''] = command;
    if (name === 'TYPE') return Buffer.from(typeOf(key));
    if (name === 'EXISTS') return all.includes(key) ? 1 : 0;
    if (name !== 'SCAN') throw new Failure('unsupported', `The server does not know ${name}.`);
    const from = Number(key);
    const to = from + Number(option(command, 'COUNT'));
    const match = option(command, 'MATCH');
    const test = match === undefined ? () => true : compileGlob(Buffer.from(match, 'latin1'));
    const type = option(command, 'TYPE');
    const found = all.slice(from, to).map((one) => Buffer.from(one, 'latin1')).filter(test);
    return [Buffer.from(to >= all.length ? '0' : String(to)), found.filter((one) => type === undefined || typeOf(one.toString('latin1')) === type)];
  }

  return { session, names: all, types };
}
