import { argumentsOf, type CommandArgument } from '../../protocol/commands/arguments.ts';
import { documentOf } from '../../protocol/commands/documents.ts';
import type { CommandFact } from '../../protocol/commands/fact.ts';
import { isContainer } from '../../protocol/commands/lookup.ts';
import type { Reply } from '../../protocol/resp/reply.ts';
import { array, bulk, integer, map } from './support.ts';

type Entry = readonly [name: string, value: Reply];

const statuses = (texts: readonly string[]): Reply => ({ kind: 'set', items: texts.map((flag) => ({ kind: 'simple', text: flag })) });

function text(name: string, value: string | undefined): Entry[] {
  return value === undefined ? [] : [[name, bulk(value)]];
}

function argumentReply({ name, type, keySpec, token, since, deprecatedSince, flags, parts }: CommandArgument): Reply {
  const entries: Entry[] = [...text('name', name), ...text('type', type)];
  if (keySpec !== undefined) entries.push(['key_spec_index', integer(keySpec)]);
  entries.push(...text('token', token), ...text('since', since), ...text('deprecated_since', deprecatedSince));
  if (flags.length > 0) entries.push(['flags', statuses(flags)]);
  if (parts.length > 0) entries.push(['arguments', array(parts.map(argumentReply))]);
  return map(entries);
}

function documentReply({ name, since, group }: CommandFact, here: readonly CommandFact[]): Reply {
  const document = documentOf(name);
  const entries: Entry[] = [...text('summary', document?.summary), ...text('since', since), ...text('group', group), ...text('complexity', document?.complexity)];
  if (document !== undefined && document.flags.length > 0) entries.push(['doc_flags', statuses(document.flags)]);
  entries.push(...text('deprecated_since', document?.deprecated?.since), ...text('replaced_by', document?.deprecated?.instead));
  const args = argumentsOf(name);
  if (args.length > 0) entries.push(['arguments', array(args.map(argumentReply))]);
  const below = isContainer(name) ? here.filter((fact) => fact.name.startsWith(`${name}|`)) : [];
  if (below.length > 0) entries.push(['subcommands', commandDocuments(below, here)]);
  return map(entries);
}

/** COMMAND DOCS of these commands; `here` are the facts of all, to find subcommands among. Summaries are our own, and no history is told. */
export function commandDocuments(wanted: readonly CommandFact[], here: readonly CommandFact[]): Reply {
  return { kind: 'map', items: wanted.flatMap((fact) => [bulk(fact.name), documentReply(fact, here)]) };
}
