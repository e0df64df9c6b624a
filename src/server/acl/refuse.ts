import { describeClient } from '../clients/clientInfo.ts';
import type { Command, Context } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { deniedTo } from './check.ts';
import type { Denial } from './check.ts';
import { withRefusal } from './log.ts';
import type { LogContext, LogReason } from './log.ts';

/** Tells ACL LOG of a refusal. */
export function noteRefusal(context: Context, reason: LogReason, where: LogContext, object: Bytes, username: Bytes): void {
  const { server, now } = context;
  // A script's client is the one that called it.
  const clientInfo = describeClient(server.current ?? context.session, now, true);
  server.acl.log = withRefusal(server.acl.log, { reason, context: where, object, username, clientInfo, time: now }, server.config.number('acllog-max-len'));
}

/** Undefined if the client's user may call that; otherwise what he lacks, which ACL LOG knows then. */
export function checkCommand(context: Context, command: Command, args: readonly Bytes[], where: LogContext): Denial | undefined {
  const { user } = context.session;
  // Nearly every client there is: it must cost nothing.
  if (user.unrestricted) return undefined;
  const denial = deniedTo(user, command, args);
  if (denial !== undefined) noteRefusal(context, denial.reason, where, denial.reason === 'command' ? command.name : (args[denial.at] ?? ''), user.name);
  return denial;
}

/** The error of a refused call. */
export function denialError({ reason }: Denial, command: Command): string {
  return `NOPERM ${denialText(reason, command.name)}`;
}

function denialText(reason: Denial['reason'], name: string): string {
  if (reason === 'command') return `this user has no permissions to run the '${name}' command`;
  return `this user has no permissions to access one of the ${reason}s used as arguments`;
}
