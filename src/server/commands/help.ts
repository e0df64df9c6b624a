import type { Reply } from '../../protocol/resp/reply.ts';
import type { Handlers } from '../state.ts';

/**
 * What stands between the first line and the last two of each HELP. Unindented lines and those that begin with `*` are Redis's syntax;
 * what is said about it is our own, in as many lines, since clients may count them. Where Redis has something that the practice server
 * has not, the text says so.
 */
const texts: Readonly<Record<string, string>> = {
  acl: `
CAT [<category>]
    The commands of a category, or without one
    the names of all categories.
DELUSER <username> [<username> ...]
    Remove users.
DRYRUN <username> <command> [<arg> ...]
    Tell if the user may run that command; it is not run.
GETUSER <username>
    All that is set for a user.
GENPASS [<bits>]
    A random password of 256 bits, or of as
    many as \`bits\` says.
LIST
    All users as lines of an ACL file.
LOAD
    Read the ACL file again.
LOG [<count> | RESET]
    What was refused lately.
SAVE
    Write the users to the ACL file.
SETUSER <username> <attribute> [<attribute> ...]
    Make a user, or change one by rules.
USERS
    The names of all users.
WHOAMI
    The name of your own user.`,
  client: `
CACHING (YES|NO)
    Whether the keys of the next command are tracked, in OPTIN and OPTOUT mode.
GETREDIR
    The ID of the client that gets the invalidation messages of this one.
GETNAME
    The name that SETNAME gave to this connection.
ID
    The ID of this connection.
INFO
    The line of this connection in LIST.
KILL <ip:port>
    Close the connection that comes from there.
KILL <option> <value> [<option> <value> [...]]
    Close all connections that fit the options:
    * ADDR (<ip:port>|<unixsocket>:0)
      those that come from there
    * LADDR (<ip:port>|<unixsocket>:0)
      those that came to that address of the server
    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
      those of one kind
    * USER <username>
      those of a user
    * SKIPME (YES|NO)
      whether the one that asks is spared (yes, unless told)
LIST [options ...]
    A line for each connection. Options:
    * TYPE (NORMAL|MASTER|REPLICA|PUBSUB)
      only those of one kind
UNPAUSE
    End a PAUSE before its time.
PAUSE <timeout> [WRITE|ALL]
    Hold all commands back, or those that write, for so many milliseconds.
REPLY (ON|OFF|SKIP)
    Whether this connection gets replies.
SETNAME <name>
    Give this connection a name.
UNBLOCK <clientid> [TIMEOUT|ERROR]
    Wake a client that waits in a blocking command.
TRACKING (ON|OFF) [REDIRECT <id>] [BCAST] [PREFIX <prefix> [...]]
         [OPTIN] [OPTOUT] [NOLOOP]
    Send a message when a key changes that this client may have cached.
TRACKINGINFO
    How TRACKING is set for this connection.
NO-EVICT (ON|OFF)
    Spare this connection when clients take too much memory.`,
  command: `
(no subcommand)
    All commands with their facts.
COUNT
    How many commands there are.
LIST
    The names of all commands.
INFO [<command-name> ...]
    The facts of some commands,
    or of all where
    none is named.
DOCS [<command-name> ...]
    What some commands do and take,
    or all where
    none is named.
GETKEYS <full-command>
    Which arguments of that command are keys.
GETKEYSANDFLAGS <full-command>
    Which arguments of that command are keys, and what happens to them.`,
  config: `
GET <pattern>
    The settings that match a glob pattern, with their values.
SET <directive> <value>
    Change a setting while the server runs.
RESETSTAT
    Let the counters of INFO begin at zero again.
REWRITE
    Bring the configuration file up to date.`,
  debug: `
AOF-FLUSH-SLEEP <microsec>
    For tests of the append-only file, which is not here.
ASSERT
    Crash; not here.
CHANGE-REPL-ID
    Take new replication IDs.
    For tests of replication only.
CONFIG-REWRITE-FORCE-ALL
    CONFIG REWRITE with every setting,
    whether it was changed or not.
CRASH-AND-RECOVER [<milliseconds>]
    Crash and start again; not here.
DIGEST
    A checksum of all that is stored.
DIGEST-VALUE <key> [<key> ...]
    A checksum for each of these keys.
ERROR <string>
    Answer an error with that text, so that
    a client can be tried with it.
LEAK <string>
    Lose memory; not here.
LOG <message>
    Write that to the server's log.
HTSTATS <dbid>
    How full the hash tables of a database are.
HTSTATS-KEY <key>
    The same for the hash table of one key.
LOADAOF
    Load the append-only file, which is not here.
REPLICATE <string>
    Send something to the replicas only.
MALLCTL <key> [<val>]
    A number of the allocator; not here.
MALLCTL-STR <key> [<val>]
    A text of the allocator; not here.
OBJECT <key>
    How a value is kept.
DROP-CLUSTER-PACKET-FILTER <packet-type>
    For tests of a cluster, which is not here.
OOM
    Crash for want of memory; not here.
PANIC
    Crash; not here.
POPULATE <count> [<prefix>] [<size>]
    Make so many string keys, key:0 and on,
    or with another prefix than key, their
    values as long as the size says. Keys
    that are there stay as they are.
PROTOCOL <type>
    Answer a sample of a type of reply: string,
    integer, double, bignum, null, array, set, map, attrib,
    push, verbatim, true, false.
RELOAD [option ...]
    Save everything and load it again. Options:
    * MERGE: what is loaded wins over what is there.
    * NOFLUSH: what is there stays, and a key that
      comes twice ends the server.
    * NOSAVE: load the file that is there.
    As in:
    * DEBUG RELOAD: a round trip through the
      file.
    * DEBUG RELOAD NOSAVE: back to the file
      as it was saved.
    * DEBUG RELOAD NOSAVE NOFLUSH MERGE: the file
      over what is there.
RESTART [<milliseconds>]
    Save and start again; not here.
SDSLEN <key>
    How much room the string of a key has.
SEGFAULT
    Crash; not here.
SET-ACTIVE-EXPIRE <0|1>
    With 0 expired keys stay until somebody asks for
    them, with 1 they are looked for
    as usual.
QUICKLIST-PACKED-THRESHOLD <size>
    From which size on an element gets a node of its own;
    0 is the usual 1 GB.
SET-SKIP-CHECKSUM-VALIDATION <0|1>
    Whether RESTORE and RDB files may have wrong checksums.
SLEEP <seconds>
    Do nothing for so long; fractions count.
STRINGMATCH-TEST
    Try glob patterns at random; not here.
STRUCTSIZE
    How large some of Redis's C structures are.
LISTPACK <key>
    Write the listpack of a key to the log.
QUICKLIST <key> [<0|1>]
    Write the quicklist of a key to the log,
    with 1 more of it.
CLIENT-EVICTION
    How much memory clients take.
PAUSE-CRON <0|1>
    Whether the server's timer stands still.
REPLYBUFFER PEAK-RESET-TIME <NEVER||RESET|time>
    How often reply buffers forget their peak, in milliseconds;
    with NEVER they do not,
    with RESET as often as usual
REPLYBUFFER RESIZING <0|1>
    Whether reply buffers change their size
CLUSTERLINK KILL <to|from|all> <node-id>
    Cut links of a cluster, which is not here.`,
  function: `
LOAD [REPLACE] <FUNCTION CODE>
    Make a library of its source, which begins with its name.
DELETE <LIBRARY NAME>
    Remove a library.
LIST [LIBRARYNAME PATTERN] [WITHCODE]
    The libraries, for each:
    * Library name
    * The engine used to run the Library
    * Library description
    * Functions list
    * Library code (if WITHCODE is given)
    A pattern after LIBRARYNAME leaves out those that do not match it.
STATS
    What runs at the moment:
    * Function name
    * Command used to run the function
    * Duration in MS that the function is running
    nil when nothing does,
    and the engines that there are.
KILL
    Stop the function that runs.
FLUSH [ASYNC|SYNC]
    Remove all libraries.
    Without a mode the setting
    lazyfree-lazy-user-flush decides. Modes:
    * ASYNC: free them later
    * SYNC: free them at once
DUMP
    All libraries as one text that RESTORE takes
RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]
    Bring libraries back. What happens to those
    that are there (APPEND unless told):
    * FLUSH: they are removed first
    * APPEND: they stay, and a name that is taken is an error
    * REPLACE: one with the same name makes way,
      but a function's name that another
      library has is an error`,
  latency: `
DOCTOR
    A report for people on what took long.
GRAPH <event>
    The delays of one kind as a drawing.
HISTORY <event>
    The delays of one kind with their times.
LATEST
    The last delay of every kind.
RESET [<event> ...]
    Forget the delays of some kinds,
    or of all
HISTOGRAM [COMMAND ...]
    How often the commands took how long, as a cumulative distribution,
    or all commands where none is named.`,
  memory: `
DOCTOR
    Advice on the use of memory.
MALLOC-STATS
    Figures of the allocator.
PURGE
    Let the allocator give back what it does not need.
STATS
    Figures about memory.
USAGE <key> [SAMPLES <count>]
    Bytes that a key and its value take, estimated from so many
    of its elements (5 unless told, 0 is all).`,
  module: `
LIST
    The modules that are loaded.
LOAD <path> [<arg> ...]
    Load a module and hand it arguments.
LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]
    Load a module and hand it settings and arguments.
UNLOAD <name>
    Unload a module.`,
  object: `
ENCODING <key>
    In which of several ways a value
    is kept.
FREQ <key>
    How often a key is used, on a scale that grows
    slower and slower; needs an LFU policy.
IDLETIME <key>
    For how many seconds a key
    has not been used.
REFCOUNT <key>
    In how many places the value of a key
    is used.`,
  pubsub: `
CHANNELS [<pattern>]
    The channels that somebody listens to, all or those that match.
NUMPAT
    How many patterns are listened to.
NUMSUB [<channel> ...]
    How many listen to each of these channels; those who listen
    to patterns do not count.
SHARDCHANNELS [<pattern>]
    The shard channels that somebody listens to, all or those that match.
SHARDNUMSUB [<shardchannel> ...]
    How many listen to each of these shard channels`,
  script: `
DEBUG (YES|SYNC|NO)
    Whether the next scripts are debugged.
EXISTS <sha1> [<sha1> ...]
    Which of these scripts the server knows.
FLUSH [ASYNC|SYNC]
    Forget all scripts; replicas may need them.
    Without a mode the setting
    lazyfree-lazy-user-flush decides. Modes:
    * ASYNC: free them later
    * SYNC: free them at once
KILL
    Stop the script that runs.
LOAD <script>
    Keep a script for EVALSHA.`,
  slowlog: `
GET [<count>]
    The last entries, 10 unless told, all for -1.
    Each has:
    id, time, microseconds, arguments, the client's address
    and its name
LEN
    How many entries there are.
RESET
    Forget all entries.`,
  xgroup: `
CREATE <key> <groupname> <id|$> [option]
    Make a group. Options:
    * MKSTREAM
      make the stream too if there is none
    * ENTRIESREAD entries_read
      how many entries it is to have read (for Redis itself)
CREATECONSUMER <key> <groupname> <consumer>
    Make a consumer in a group.
DELCONSUMER <key> <groupname> <consumer>
    Remove a consumer from a group.
DESTROY <key> <groupname>
    Remove a group.
SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]
    Say what a group has read last, and how much.`,
  xinfo: `
CONSUMERS <key> <groupname>
    The consumers of a group.
GROUPS <key>
    The groups of a stream.
STREAM <key> [FULL [COUNT <count>]
    Figures of a stream.`,
};

/** HELP of a container: CONFIG HELP and its like, and DEBUG HELP. */
export function helpReply(container: string): Reply {
  const lines = [`${container.toUpperCase()} <subcommand> [<arg> [value] [opt] ...]. Subcommands are:`, ...(texts[container] ?? '').split('\n').slice(1), 'HELP', '    Prints this help.'];
  return { kind: 'array', items: lines.map((text) => ({ kind: 'simple', text })) };
}

/** HELP of every container that is a row of the command table (DEBUG is one command). */
export const helpCommands: Handlers = Object.fromEntries(
  Object.keys(texts).filter((container) => container !== 'debug').map((container) => [`${container}|help`, () => helpReply(container)]),
);
