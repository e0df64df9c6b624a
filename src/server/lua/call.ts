import { takesArguments } from '../run/arity.ts';
import { FROZEN } from '../run/protected.ts';
import { commandFact, isContainer } from '../../protocol/commands/lookup.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { deniedTo } from '../acl/check.ts';
import { checkCommand } from '../acl/refuse.ts';
import { OUT_OF_MEMORY } from '../memory/evict.ts';
import { replicates } from '../clients/pause.ts';
import { countError, runCommand } from '../run/run.ts';
import { READ_ONLY, isObeyed, lacksReplicas, refusesStale, refusesWrites } from '../replication/state.ts';
import type { Command, ServerState } from '../state.ts';
import { countsOf } from '../observing/statistics.ts';
import type { Bytes } from '../store/value.ts';
import type { Running } from './state.ts';

/** The command of a call, or undefined. */
export function findCommand({ commands, spellings }: ServerState, args: readonly Bytes[]): Command | undefined {
  const given = args[0] ?? '';
  const usual = spellings.get(given);
  if (usual !== undefined) return usual;
  const name = given.toLowerCase();
  if (name.includes('|')) return undefined;
  if (!isContainer(name) || args[1] === undefined) return commands.get(name);
  return commands.get(`${name}|${args[1].toLowerCase()}`) ?? (name === 'debug' ? commands.get(name) : undefined);
}

/** A command that a script calls, with the checks and in the order of Redis's scriptCall. */
export function callFromScript(server: ServerState, running: Running, args: readonly Bytes[]): Reply {
  const command = findCommand(server, args);
  const problem = command === undefined ? unknown(args) : refusal(server, running, command, args);
  if (command === undefined || problem !== undefined) {
    countError(server, problem ?? '');
    if (command !== undefined) {
      const counts = countsOf(server.statistics, command.name);
      counts.rejected += 1;
    }
    return { kind: 'error', text: problem ?? '' };
  }
  return runCommand(running.context, command, args);
}

const WRONG_COUNT = 'ERR Wrong number of args calling Redis command from script';

/** `CONFIG` without a subcommand: a command that lacks an argument. */
function isContainerAlone(args: readonly Bytes[]): boolean {
  return args.length === 1 && isContainer((args[0] ?? '').toLowerCase());
}

function unknown(args: readonly Bytes[]): string {
  return isContainerAlone(args) ? WRONG_COUNT : 'ERR Unknown Redis command called from script';
}

/** True for what a script may call after DEBUG SET-DISABLE-DENY-SCRIPTS 1, of that which it may not. Redis lets it call all of that, and fails by some. */
function asks({ name }: Command, args: readonly Bytes[]): boolean {
  return /^(acl|client|config)\|/.test(name) || (name === 'debug' && /^(protocol|sleep)$/i.test(args[1] ?? ''));
}

function refusal(server: ServerState, running: Running, command: Command, args: readonly Bytes[]): string | undefined {
  const { flags } = command;
  if (!takesArguments(command, args)) return WRONG_COUNT;
  if (flags.has('noscript') && !(server.scriptsAsk && asks(command, args))) return 'ERR This Redis command is not allowed from script';
  if (refusesStale(server) && !flags.has('stale')) return 'ERR Can not execute the command on a stale replica';
  const denial = checkCommand(running.context, command, args, 'lua');
  if (denial !== undefined) return denials[denial.reason];
  if (running.readOnly && replicates(server, command, args)) return 'ERR Write commands are not allowed from read-only scripts.';
  if (!running.allowOom && !running.wrote && server.memory.outOfMemory && flags.has('denyoom')) return OUT_OF_MEMORY;
  if (server.source !== undefined && flags.has('write')) return FROZEN;
  if (flags.has('write') && !running.wrote && refusesWrites(server) && !isObeyed(running.caller)) return READ_ONLY;
  if (flags.has('write') && !running.wrote && lacksReplicas(server)) return 'NOREPLICAS Not enough good replicas to write.';
  if (flags.has('write')) running.wrote = true;
  return undefined;
}

const denials = {
  command: "ERR The user executing the script can't run this command or subcommand",
  key: "ERR The user executing the script can't access at least one of the keys mentioned in the command arguments",
  channel: "ERR The user executing the script can't publish to the channel mentioned in the command",
};

/** redis.acl_check_cmd: true if the script's user may call that; undefined if there is no such command. */
export function mayCall(server: ServerState, { context }: Running, args: readonly Bytes[]): boolean | undefined {
  const command = findCommand(server, args) ?? (isContainerAlone(args) ? commandFact((args[0] ?? '').toLowerCase()) : undefined);
  return command === undefined ? undefined : deniedTo(context.session.user, command, args) === undefined;
}
