import type { Clock } from '../connection/ports.ts';
import type { ConnectionProfile } from '../connection/profile.ts';
import type { Session, Sessions } from '../connection/session.ts';
import { Failure } from '../failure.ts';
import { splitScript, type Statement } from '../language/script.ts';
import { runScript, type StatementResult } from '../terminal/runScript.ts';
import { l10n } from '../../l10n.ts';
import type { Ask, Lesson, Ran, Verdict } from './lesson.ts';
import { createOnlooker, type Picture } from './onlooker.ts';

/** The servers that a lesson is played on, empty at first. */
export interface Stage {
  readonly sessions: Sessions;
  /** The connection to a server of the lesson. */
  readonly profile: (server: string) => ConnectionProfile;
  /** Throws the servers away; the next to connect meets empty ones. */
  readonly restart: () => Promise<void>;
  /** The servers were filled, by nobody's command. */
  readonly onFilled?: () => void;
  readonly clock: Clock;
  /** Resolves after so many ms. */
  readonly pause: (ms: number) => Promise<void>;
  /** RDB files that are open. */
  readonly files?: () => readonly ConnectionProfile[];
}

/** What came of a command of a cell. */
export interface PlayResult extends StatementResult {
  readonly picture: Picture | undefined;
}

/** A lesson that is being played. Its servers are filled before the first command. */
export interface Play {
  readonly lesson: Lesson;
  /** Fills the servers, unless they are. */
  begin(): Promise<void>;
  /** Runs commands of a step, each remembered for its check. Rejects with Failure as `runScript` does. */
  run(step: string, server: string | undefined, statements: readonly Statement[], signal: AbortSignal, onResult: (result: PlayResult) => void): Promise<void>;
  /** Asks whether a step is done. Throws Failure. */
  check(step: string): Promise<Verdict>;
  /** From the beginning: forgets what was run, and fills fresh servers. */
  reset(): Promise<void>;
  /** Ends a script that runs and runs, where one does. */
  interrupt(): Promise<void>;
}

/** How the servers of lessons are started: replicas are served at once, and a script that never ends can be stopped after a moment. */
const lessonConfig = { 'repl-diskless-sync-delay': '0', 'busy-reply-threshold': '200' } as const;

/** The parameters of a server of a lesson. One of several says its name to the others. */
export function configOf({ servers, config }: Lesson, server: string): Readonly<Record<string, string>> {
  return { ...lessonConfig, ...(servers.length > 1 ? { 'replica-announce-ip': server, 'replica-announce-port': '6379' } : {}), ...config };
}

/** Commands of a step that a check looks at. */
const REMEMBERED = 1000;

/** Connects to nothing before the first command. */
export function createPlay(lesson: Lesson, stage: Stage): Play {
  const ran = new Map<string, Ran[]>();
  let filled: Promise<void> | undefined;

  const files = (): readonly ConnectionProfile[] => stage.files?.() ?? [];
  const acquire = (place: string): Session => {
    const file = files().find(({ id }) => id === place);
    if (file !== undefined) return stage.sessions.acquire(file, 0);
    const [server = '', database = '0'] = place.split('/');
    return stage.sessions.acquire(stage.profile(server), Number(database));
  };
  const ask: Ask = async (place, ...command) => {
    const session = acquire(place);
    try {
      return await session.send(command);
    } finally {
      session.release();
    }
  };
  const onlooker = createOnlooker(lesson, ask, (server) => ({
    clock: stage.clock, pause: stage.pause, open: () => stage.sessions.openChannel(stage.profile(server), 0, 'terminal'),
  }));
  const fill = (): Promise<void> => {
    if (filled !== undefined) return filled;
    const filling = lesson.setUp(ask).then(() => stage.onFilled?.());
    filled = filling;
    filling.catch(() => {
      if (filled === filling) filled = undefined;
    });
    return filling;
  };

  return {
    lesson,
    begin: fill,
    async run(step, server = lesson.servers[0], statements, signal, onResult) {
      if (!lesson.servers.includes(server)) throw new Failure('bad-input', l10n.t('This lesson has no server “{0}”.', server));
      await fill();
      const remembered = ran.get(step) ?? [];
      ran.set(step, remembered);
      const channel = await stage.sessions.openChannel(stage.profile(server), 0, 'terminal');
      await runScript(channel, statements, signal, async (result) => {
        const words = result.statement.line.words.map(({ bytes }) => bytes.toString('latin1'));
        if (result.reply !== undefined) remembered.push({ server, words, reply: result.reply });
        if (remembered.length > REMEMBERED) remembered.shift();
        onResult({ ...result, picture: await onlooker.after(server, result, remembered) });
      }, (statement) => onlooker.before(server, statement)).finally(onlooker.stop);
    },
    async check(step) {
      const check = lesson.checks[step];
      if (check === undefined) throw new Failure('bad-input', l10n.t('This lesson has no step “{0}”.', step));
      await fill();
      // Each place by one connection, as long as the check lasts.
      const held = new Map<string, Session>();
      const askAgain: Ask = (place, ...command) => {
        const session = held.get(place) ?? acquire(place);
        held.set(place, session);
        return session.send(command);
      };
      try {
        return await check({ ran: ran.get(step) ?? [], ask: askAgain, files: files().map(({ id }) => id) });
      } finally {
        for (const session of held.values()) session.release();
      }
    },
    async reset() {
      ran.clear();
      onlooker.reset();
      filled = undefined;
      await stage.restart();
    },
    async interrupt() {
      // By a channel, which asks nothing before: a busy server would refuse that. Where no script runs, the reply is an error, and all is well.
      for (const server of lesson.servers) {
        const channel = await stage.sessions.openChannel(stage.profile(server), 0, 'terminal');
        await runScript(channel, splitScript('SCRIPT KILL'), new AbortController().signal, () => undefined);
      }
    },
  };
}
