import { startPractice } from '../contract/practice.ts';
import { closingSteps, createCalls, openingSteps, randomCommandNames, takeSteps } from '../contract/randomCalls.ts';
import { play, type Player } from '../contract/play.ts';
import type { Script, Step } from '../contract/script.ts';
import { seededRandom } from '../support/random.ts';
import { startRedisServer } from '../support/redisServer.ts';
import { connectResp, printArguments } from '../support/respClient.ts';
import { replyText } from '../support/respReply.ts';

/** Calls on one data set before both servers are emptied: long enough to make tables convert, short enough to shrink. */
const SESSION = 400;

/** Replays of a session that are spent on making it shorter. */
const SHRINKS = 300;

/**
 * Random calls, most of them valid, on the practice server and on a real redis-server: equal replies, reply by reply.
 * Throws at the first difference, with the seed and the shortest sequence found that still shows it.
 */
export async function run({ seed, seconds }: { seed: number; seconds: number }): Promise<{ checks: number }> {
  const end = performance.now() + seconds * 1000;
  const real = await startRedisServer();
  const practice = await startPractice();
  const ours: Player = { open: () => Promise.resolve(practice.openStream()) };
  const theirs: Player = { open: () => connectResp(real.port) };
  try {
    // When a key expires actively is up to each server; what a look at it does is not. And a wait is over at the server's next tick.
    for (const player of [ours, theirs]) await settle(player);
    const random = seededRandom(seed);
    const known = await commandsOf(ours);
    const nextSteps = createCalls(random, known);
    const opening = openingSteps(known);
    let checks = 0;
    for (let session = 0; session === 0 || performance.now() < end; session += 1) {
      const protocol = random.oneIn(2) ? 2 : 3;
      const events = random.oneIn(2);
      const script: Script = { name: `session ${String(session)}`, steps: [...opening, ...takeSteps(nextSteps, SESSION), ...closingSteps(known)] };
      const played = await play(script, ours, theirs, protocol, { stopAtFirst: true, events }).catch((error: unknown) => {
        throw new Error(`seed ${String(seed)}, ${script.name}, RESP${String(protocol)}: ${String(error)}`, { cause: error });
      });
      checks += played.checks;
      const [difference] = played.differences;
      if (difference === undefined) continue;
      const shown = (script.steps as readonly Step[]).slice(0, played.steps);
      const short = await shrink(shown, opening, { ours, theirs, protocol, events });
      throw new Error(`seed ${String(seed)}, ${script.name}, RESP${String(protocol)}${events ? ' with events' : ''}: ${short.difference ?? difference}\nafter\n${printSteps(short.steps)}`);
    }
    return { checks };
  } finally {
    await practice.close();
    await real.stop();
  }
}

async function settle(player: Player): Promise<void> {
  const client = await player.open();
  await client.call(['DEBUG', 'SET-ACTIVE-EXPIRE', '0']);
  await client.call(['CONFIG', 'SET', 'hz', '500']);
  client.close();
}

/** The commands that the practice server has; what it calls unknown is left out. */
async function commandsOf(player: Player): Promise<Set<string>> {
  const known = new Set<string>();
  const client = await player.open();
  for (const name of randomCommandNames()) {
    const reply = replyText(await client.call([name])) ?? '';
    if (name === 'NOSUCH' || !reply.startsWith('ERR unknown command')) known.add(name);
  }
  client.close();
  return known;
}

interface Shrunk {
  readonly steps: readonly Step[];
  readonly difference: string | undefined;
}

/** Leaves out halves, quarters … single steps for as long as a difference remains. */
async function shrink(all: readonly Step[], opening: readonly Step[], { ours, theirs, protocol, events }: { ours: Player; theirs: Player; protocol: 2 | 3; events: boolean }): Promise<Shrunk> {
  let kept: Shrunk = { steps: all.slice(opening.length), difference: undefined };
  let units = inUnits(kept.steps);
  let replays = 0;
  for (let size = Math.ceil(units.length / 2); size >= 1 && replays < SHRINKS; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let at = 0; at < units.length - 1 && replays < SHRINKS; ) {
      const fewer = units.toSpliced(at, Math.min(size, units.length - 1 - at)).flat();
      replays += 1;
      const played = await play({ name: 'shrinking', steps: [...opening, ...fewer] }, ours, theirs, protocol, { stopAtFirst: true, events });
      if (played.differences.length > 0) {
        kept = { steps: fewer.slice(0, played.steps - opening.length), difference: played.differences[0] };
        units = inUnits(kept.steps);
      } else at += size;
    }
  }
  return kept;
}

/** Steps of which none can do without the others stay together: from a client that begins to wait to what it hears. */
function inUnits(steps: readonly Step[]): Step[][] {
  const units: Step[][] = [];
  let open: Step[] | undefined;
  for (const step of steps) {
    if (open !== undefined) open.push(step);
    else units.push((open = [step]));
    if (step.do !== 'on' || !step.blocks) open = units.at(-1)?.some((one) => one.do === 'on' && one.blocks) === true && (step.do !== 'on' || step.args.length > 0) ? open : undefined;
  }
  return units;
}

function printSteps(steps: readonly Step[]): string {
  return steps.slice(-60).map((step) => `    ${step.do === 'raw' ? 'raw' : printArguments(step.args, 400)}`).join('\n');
}
