import { parseInteger } from '../../protocol/resp/number.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { sha1hex } from '../lua/redisLibrary.ts';
import { engineFor, killScript, runScript } from '../lua/running.ts';
import { shebangOf } from '../lua/shebang.ts';
import type { Script } from '../lua/state.ts';
import type { Context, Handler, Handlers, ServerState } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { NOT_INTEGER, OK, ONE, ZERO, arg, array, bulk, fail, isOption } from './support.ts';

const NO_SCRIPT = 'NOSCRIPT No matching script. Please use EVAL.';
const CHUNK = '@user_script';

/** Compiles what the cache has only the text of. Throws the error of a text that is no script. */
function compiled(server: ServerState, script: Script): NonNullable<Script['compiled']> {
  const { scripting } = server;
  if (scripting.evals?.broken === true) scripting.evals = undefined;
  const engine = (scripting.evals ??= engineFor(server, 'eval'));
  if (script.compiled?.engine === engine) return script.compiled;
  // The line with `#!` is left empty, so that errors tell the right line.
  const source = script.flags === undefined ? script.body : script.body.slice(script.body.indexOf('\n'));
  const fn = engine.compile(source, CHUNK);
  if (typeof fn !== 'number') return fail(`ERR Error compiling script (new function): ${fn.error}`);
  return (script.compiled = { engine, fn });
}

/** The script of a text, from the cache or new in it. Throws CommandError. */
function scriptOf(server: ServerState, body: Bytes): Script {
  const { bodies, scripts } = server.scripting;
  const known = bodies.get(body);
  if (known !== undefined) return known;
  const script: Script = { sha: sha1hex(body), body, flags: shebangOf(body), compiled: undefined };
  compiled(server, script);
  bodies.set(body, script);
  scripts.set(script.sha, script);
  return script;
}

/** How many of the arguments after `args[2]` are keys. Throws CommandError. */
export function keyCount(args: readonly Bytes[], notNumber: string): number {
  const count = parseInteger(arg(args, 2));
  if (count === undefined) return fail(notNumber);
  if (count > args.length - 3) fail("ERR Number of keys can't be greater than number of args");
  if (count < 0) fail("ERR Number of keys can't be negative");
  return Number(count);
}

function evaluate(context: Context, args: readonly Bytes[], find: () => Script, readOnly: boolean): Reply {
  const keys = keyCount(args, NOT_INTEGER);
  const script = find();
  const { engine, fn } = compiled(context.server, script);
  return runScript(context, {
    kind: 'eval', engine, fn, title: script.sha, keys: args.slice(3, 3 + keys), args: args.slice(3 + keys), command: args, flags: script.flags, readOnly,
  });
}

const evalHandler = (readOnly: boolean): Handler => (context, args) => evaluate(context, args, () => scriptOf(context.server, arg(args, 1)), readOnly);

const evalShaHandler = (readOnly: boolean): Handler => (context, args) => {
  const sha = arg(args, 1);
  if (sha.length !== 40) return fail(NO_SCRIPT);
  return evaluate(context, args, () => context.server.scripting.scripts.get(sha.toLowerCase()) ?? fail(NO_SCRIPT), readOnly);
};

function flush({ server }: Context, args: readonly Bytes[]): Reply {
  if (args.length > 3 || (args.length === 3 && !isOption(args[2], 'SYNC') && !isOption(args[2], 'ASYNC'))) {
    fail('ERR SCRIPT FLUSH only support SYNC|ASYNC option');
  }
  const { scripting } = server;
  scripting.scripts.clear();
  scripting.bodies.clear();
  scripting.evals = undefined;
  return OK;
}

function debug(context: Context, args: readonly Bytes[]): Reply {
  // In a transaction replies before this one are on their way.
  if (!context.mayBlock) return fail('ERR SCRIPT DEBUG must be called outside a pipeline');
  // Nobody debugs here: what asks for it is refused, so that a client does not wait for the debugger.
  if (isOption(args[2], 'NO')) return OK;
  if (isOption(args[2], 'YES') || isOption(args[2], 'SYNC')) return fail('ERR SCRIPT DEBUG is not available in this server');
  return fail('ERR Use SCRIPT DEBUG YES/SYNC/NO');
}

/** EVAL EVALSHA EVAL_RO EVALSHA_RO SCRIPT ... */
export const scriptingCommands: Handlers = {
  eval: evalHandler(false),
  eval_ro: evalHandler(true),
  evalsha: evalShaHandler(false),
  evalsha_ro: evalShaHandler(true),
  'script|debug': debug,
  'script|exists': ({ server }, args) => array(args.slice(2).map((sha) => (server.scripting.scripts.has(sha.toLowerCase()) ? ONE : ZERO))),
  'script|flush': flush,
  'script|kill': ({ server }) => {
    killScript(server, 'eval');
    return OK;
  },
  'script|load': ({ server }, args) => bulk(scriptOf(server, arg(args, 2)).sha),
};
