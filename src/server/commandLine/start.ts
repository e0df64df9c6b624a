import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { applyUserLines, loadAclFile } from '../acl/file.ts';
import { systemClock } from '../clock.ts';
import { commandMap } from '../commands/index.ts';
import { createConfig } from '../config.ts';
import type { Config } from '../config.ts';
import { RdbError } from '../../protocol/rdb/bytes.ts';
import { faultInLog } from '../persistence/fault.ts';
import { load as loadFile } from '../persistence/save.ts';
import { sampleNames } from '../samples/index.ts';
import { connectTo } from '../outgoing.ts';
import type { Outside } from '../outside.ts';
import { followMaster, recallStream } from '../replication/role.ts';
import { createServer } from '../server.ts';
import type { PracticeServer } from '../server.ts';
import type { Bytes } from '../store/value.ts';
import { readArguments } from './arguments.ts';
import type { CommandLine } from './arguments.ts';
import { createLifecycle, writePidFile } from './lifecycle.ts';
import { createListeners, isNarrowed } from './listeners.ts';
import type { Listeners } from './listeners.ts';
import { StartError, enterFolder, loadConfig } from './load.ts';
import type { Loaded } from './load.ts';
import { createLog, logLevel, put } from './log.ts';
import type { Log } from './log.ts';
import { rewriteFile } from './rewriteFile.ts';
import { systemError } from '../systemError.ts';
import { usage } from './usage.ts';

type Serve = Extract<CommandLine, { readonly do: 'serve' }>;

/** Ends the process with the text on the standard error. */
function stop(text: string): never {
  process.stderr.write(text);
  process.exit(1);
}

/** Runs the server that the arguments ask for, as redis-server does; the process ends with 1 where it cannot. */
export async function start(argv: readonly string[]): Promise<void> {
  const line = readArguments(argv);
  switch (line.do) {
    case 'version':
      process.stdout.write(`Redis server v=${createConfig().version} sha=00000000:0 malloc=v8 bits=64 build=0\n`);
      return;
    case 'usage':
      return stop(usage(sampleNames));
    case 'check-system':
      process.stdout.write('[keyspace]...There is nothing in this system that the practice server depends on\n');
      return;
    case 'test-memory':
      return stop('This server cannot test the memory: use the real redis-server for --test-memory.\n');
    case 'sentinel':
      return stop('This server cannot be a Sentinel: use the real redis-server for --sentinel.\n');
    case 'serve':
      return await serve(line, argv);
  }
}

async function serve(line: Serve, argv: readonly string[]): Promise<void> {
  const config = createConfig();
  const log = createLog(systemClock.now);
  const folder = process.cwd();
  const configFile = line.file === undefined ? '' : resolve(line.file);
  enterFolder(config, folder);
  const sample = sampleNames.find((name) => name === line.sample);
  if (line.sample !== undefined && sample === undefined) stop(`--sample knows ${sampleNames.join(', ')}, not ${line.sample}\n`);
  // Sample data are there to be tried: unless it is asked for, they do not replace a file that holds somebody's own.
  if (sample !== undefined) config.start('save', '');
  if (line.stdin) log('warning', 'Reading config from stdin');
  const stdin = line.stdin ? readFileSync(0, 'latin1') : undefined;
  const known = commandMap();
  const loaded = load(config, log, () => loadConfig(config, { file: configFile === '' ? undefined : configFile, stdin, options: line.options }, (name) => known.has(name)));
  log.level = logLevel(config.get('loglevel'));
  log.file = pathOf(config, 'logfile');

  if (config.get('daemonize') === 'yes' && process.env['KEYSPACE_DAEMON'] === undefined) return becomeDaemon(argv, folder, stdin);

  sayHello(config, log, line);
  const server = createServer({ prepared: config, renamed: loaded.renamed });
  const { state } = server;
  log.role = 'M';
  log('notice', 'monotonic clock: POSIX clock_gettime');
  refuseModes(config, loaded, log);
  const listeners = createListeners(server.accept, log);
  const pidFile = pathOf(config, 'pidfile') || (config.get('daemonize') === 'yes' ? '/var/run/redis.pid' : '');
  const { shutDown } = createLifecycle({ server, listeners, log, pidFile });
  const logInRole: Outside['log'] = (level, text) => {
    log.role = state.replication.link === undefined ? 'M' : 'S';
    log(level, text);
  };
  state.outside = {
    log: logInRole, configFile, executable: resolve(process.argv[1] ?? process.execPath), shutDown,
    listenAgain: () => listenAgain(server, listeners),
    dataFile: () => resolve(pathOf(config, 'dbfilename')),
    connect: connectTo,
    rewriteConfig: configFile === '' ? undefined : (users, all) => rewriteFile(configFile, config, users, all),
  };
  config.onSet('loglevel', (value) => {
    log.level = logLevel(value);
    return undefined;
  });
  config.onSet('dir', (value) => enterFolder(config, value));
  if (sample !== undefined) await server.loadSample(sample);
  await listen(server, listeners, log);
  writePidFile(pidFile);
  if (config.get('always-show-logo') === 'yes') put(log.file, banner(state.config.version, state.port));
  else log('notice', `Running mode=standalone, port=${state.port}.`);
  log('warning', 'Server initialized');

  loadUsers(server, loaded, log);
  if (sample === undefined) {
    loadData(server, log);
    recallStream(state);
  }

  const [masterHost, masterPort] = config.get('replicaof').split(' ');
  if (masterHost !== undefined && masterPort !== undefined) followMaster(state, masterHost, Number(masterPort));

  sayWhatIsMissing(config, log);
  if (listeners.count() > 0) log('notice', 'Ready to accept connections');
  const path = config.get('unixsocket');
  if (path !== '') log('notice', `The server is now ready to accept connections at ${path}`);
}

/** Reads the configuration; what is wrong with it is printed as Redis prints it, and the process ends. */
function load(config: Config, log: Log, read: () => Loaded): Loaded {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof StartError)) throw error;
    if (error.kind === 'directive') stop(error.message);
    log.file = pathOf(config, 'logfile');
    log('warning', error.message);
    process.exit(1);
  }
}

/** A path of the configuration, which holds a character for each byte, as Node wants it: absolute, or ''. */
function pathOf(config: Config, name: string): string {
  const path = asPath(config.get(name));
  return path === '' ? '' : resolve(path);
}

function asPath(bytes: Bytes): string {
  return Buffer.from(bytes, 'latin1').toString();
}

/** Starts the same again without a terminal, and leaves it alone. What came by the standard input goes there too. */
function becomeDaemon(argv: readonly string[], folder: string, stdin: Bytes | undefined): void {
  const child = spawn(process.execPath, [...process.execArgv, process.argv[1] ?? '', ...argv], {
    cwd: folder, detached: true, stdio: [stdin === undefined ? 'ignore' : 'pipe', 'ignore', 'ignore'], env: { ...process.env, KEYSPACE_DAEMON: '1' },
  });
  child.once('error', (error) => stop(`Can't become a daemon: ${error.message}\n`));
  child.once('spawn', () => {
    if (stdin === undefined) process.exit(0);
    child.stdin?.end(stdin, 'latin1', () => process.exit(0));
  });
}

function sayHello(config: Config, log: Log, { empty }: Serve): void {
  log('warning', 'oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo');
  log('warning', `Redis version=${config.version}, bits=64, commit=00000000, modified=0, pid=${process.pid}, just started`);
  log('notice', 'This is the practice server of Keyspace, which stands in for redis-server');
  if (empty) log('warning', 'Warning: no config file specified, using the default config. In order to specify a config file use npm run serve -- /path/to/redis.conf');
  else log('warning', 'Configuration loaded');
}

/** What stands at the head of the log with always-show-logo. Test suites look in it for the number of the process. */
function banner(version: string, port: number): string {
  return [
    '', '      .-----------.', '     /  o   o   o  \\     Keyspace, in place of Redis ' + version, '    |---------------|    Running in standalone mode',
    '    |  o   o   o   o|    Port: ' + port.toString(), '    |---------------|    PID: ' + process.pid.toString(), '     \\  o   o   o  /', "      '-----------'", '', '',
  ].join('\n');
}

/** Ends the process where something is asked for that this server is not. */
function refuseModes(config: Config, { modules }: Loaded, log: Log): void {
  if (config.get('tls-port') !== '0') {
    log('warning', 'This server speaks no TLS');
    log('warning', 'Failed to configure TLS. Check logs for more info.');
    process.exit(1);
  }
  const [name] = modules[0] ?? [];
  if (name === undefined) return;
  log('warning', `Module ${name} failed to load: this server runs no modules`);
  log('warning', `Can't load module from ${name}: server aborting`);
  process.exit(1);
}

/** Makes the users of the configuration or of the aclfile, or ends the process with Redis's words. */
function loadUsers({ state: { acl, config } }: PracticeServer, { users }: Loaded, log: Log): void {
  const defaults = { allChannels: config.get('acl-pubsub-default') === 'allchannels' };
  const file = pathOf(config, 'aclfile');
  if (users.size > 0 && file !== '') {
    log('warning', 'Configuring Redis with users defined in redis.conf and at the same setting an ACL file path is invalid. This setup is very likely to lead to configuration errors and security holes, please define either an ACL file or declare users directly in your redis.conf, but not both.');
    process.exit(1);
  }
  const problem = applyUserLines(acl, users, defaults);
  if (problem !== undefined) {
    log('warning', problem);
    log('warning', 'Critical error while loading ACLs. Exiting.');
    process.exit(1);
  }
  if (file === '') return;
  const loaded = loadAclFile(acl, file, config.get('aclfile'), defaults);
  if (!('error' in loaded)) return;
  log('warning', `Aborting Redis startup because of ACL errors: ${loaded.error}`);
  process.exit(1);
}

/** Takes in the file of an earlier run, or ends the process where it is damaged: it is not to be overwritten unseen. */
function loadData({ state }: PracticeServer, log: Log): void {
  const path = state.outside.dataFile?.() ?? '';
  if (!existsSync(path)) return;
  const started = state.clock.now();
  try {
    const { keys, expired, empty } = loadFile(state, path);
    if (empty === 0) log('notice', `Done loading RDB, keys loaded: ${keys}, keys expired: ${expired}.`);
    else log('warning', `Done loading RDB, keys loaded: ${keys}, keys expired: ${expired}, empty keys skipped: ${empty}.`);
    log('notice', `DB loaded from disk: ${((state.clock.now() - started) / 1000).toFixed(3)} seconds`);
  } catch (error) {
    if (error instanceof RdbError) {
      log('warning', `${path}: ${error.message} (at byte ${error.offset})`);
      log('warning', faultInLog(error));
      log('warning', 'Terminating server after rdb file reading failure.');
    } else {
      log('warning', `${path}: ${systemError(error)}`);
      log('warning', 'Fatal error loading the DB, check server logs. Exiting.');
    }
    process.exit(1);
  }
}

/** Opens the port and the Unix socket, or ends the process with Redis's words. */
async function listen(server: PracticeServer, listeners: Listeners, log: Log): Promise<void> {
  const { config } = server.state;
  const port = config.number('port');
  const path = asPath(config.get('unixsocket'));
  if (isNarrowed(config.get('bind')) && port !== 0) log('warning', `Bound to the addresses of this machine only, not to ${config.get('bind')}`);
  if (!(await listeners.open({ bind: config.get('bind'), port, backlog: config.number('tcp-backlog') }))) {
    log('warning', `Failed listening on port ${port} (TCP), aborting.`);
    process.exit(1);
  }
  if (path !== '') {
    try {
      await listeners.openPath(path, Number.parseInt(config.get('unixsocketperm'), 8));
    } catch (error) {
      log('warning', `Failed opening Unix socket: bind: ${systemError(error)}`);
      process.exit(1);
    }
  }
  if (listeners.count() === 0 && path === '') {
    log('warning', 'Configured to not listen anywhere, exiting.');
    process.exit(1);
  }
  server.state.port = port;
}

async function listenAgain({ state }: PracticeServer, listeners: Listeners): Promise<boolean> {
  const { config } = state;
  const port = config.number('port');
  const there = await listeners.open({ bind: config.get('bind'), port, backlog: config.number('tcp-backlog') });
  if (there) state.port = port;
  return there;
}

/** What a redis.conf may ask for that does nothing here yet. */
function sayWhatIsMissing(config: Config, log: Log): void {
  if (config.get('appendonly') === 'yes') log('warning', 'appendonly is accepted, but this server writes no append only file yet');
  if (config.get('supervised') !== 'no') log('warning', 'supervised is accepted, but this server tells its supervisor nothing');
}
