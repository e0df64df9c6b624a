import type { Reply } from '../../protocol/resp/reply.ts';
import { notify } from '../events.ts';
import type { Context, Handlers } from '../state.ts';
import { cellScore, cellsCovering, distanceWithin, geoPosition } from '../store/geohash.ts';
import type { Position, Shape } from '../store/geohash.ts';
import type { Bytes, ZsetValue } from '../store/value.ts';
import { zsetLowerBound, zsetOf, zsetSize, zsetSlice } from '../store/zsetValue.ts';
import { distanceReply, placeOf, positionArg, positionReply, unitArg } from './geo.ts';
import {
  EMPTY_ARRAY, SYNTAX, ZERO, arg, array, bulk, changed, discard, fail, floatArg, integer, isOption, numberArg, readTyped, store,
} from './support.ts';

/** Which of the commands is meant. */
interface Form {
  readonly kind: 'search' | 'position' | 'member';
  /** Position of the key that is read. */
  readonly source: number;
  /** What may be stored: the result of GEOSEARCHSTORE always, of GEORADIUS by option, of the others not. */
  readonly storing: 'always' | 'option' | 'never';
}

interface Query {
  /** What GEOSEARCH was told the centre by. */
  from: 'member' | 'position' | undefined;
  /** Undefined also for a member of a key that is not there. */
  centre: Position | undefined;
  extent: { readonly kind: 'circle'; readonly radius: number } | { readonly kind: 'box'; readonly width: number; readonly height: number } | undefined;
  /** m. */
  unit: number;
  withDistance: boolean;
  withHash: boolean;
  withPosition: boolean;
  any: boolean;
  /** 0: all. */
  count: number;
  order: 'ASC' | 'DESC' | undefined;
  target: Bytes | undefined;
  storeDistance: boolean;
}

interface Found {
  readonly member: Bytes;
  readonly score: number;
  readonly position: Position;
  /** m. */
  readonly distance: number;
}

function centreOf(zset: ZsetValue, member: Bytes): Position {
  return placeOf(zset, member) ?? fail('ERR could not decode requested zset member');
}

function circle(query: Query, radiusText: Bytes, unitText: Bytes): void {
  const radius = floatArg(radiusText, 'ERR need numeric radius');
  if (radius < 0) fail('ERR radius cannot be negative');
  query.unit = unitArg(unitText);
  query.extent = { kind: 'circle', radius: radius * query.unit };
}

function box(query: Query, widthText: Bytes, heightText: Bytes, unitText: Bytes): void {
  const width = floatArg(widthText, 'ERR need numeric width');
  const height = floatArg(heightText, 'ERR need numeric height');
  if (width < 0 || height < 0) fail('ERR height or width cannot be negative');
  query.unit = unitArg(unitText);
  query.extent = { kind: 'box', width: width * query.unit, height: height * query.unit };
}

/** What stands before the options: the centre and the radius of GEORADIUS. Answers where the options begin. */
function parseBase(query: Query, args: readonly Bytes[], form: Form, zset: ZsetValue | undefined): number {
  if (form.kind === 'search') return form.source + 1;
  if (form.kind === 'position') {
    query.centre = positionArg(arg(args, 2), arg(args, 3));
    circle(query, arg(args, 4), arg(args, 5));
    return 6;
  }
  // Without the key the member and the radius are not even looked at.
  if (zset === undefined) return 5;
  query.centre = centreOf(zset, arg(args, 2));
  circle(query, arg(args, 3), arg(args, 4));
  return 5;
}

/** One of the options that only GEOSEARCH has; the number of arguments it takes, or undefined if it is none. */
function parseSearchOption(query: Query, args: readonly Bytes[], index: number, zset: ZsetValue | undefined): number | undefined {
  const left = args.length - index - 1;
  if (isOption(args[index], 'FROMMEMBER') && left >= 1 && query.from !== 'position') {
    query.from = 'member';
    if (zset !== undefined) query.centre = centreOf(zset, arg(args, index + 1));
    return 1;
  }
  if (isOption(args[index], 'FROMLONLAT') && left >= 2 && query.from !== 'member') {
    query.from = 'position';
    query.centre = positionArg(arg(args, index + 1), arg(args, index + 2));
    return 2;
  }
  if (isOption(args[index], 'BYRADIUS') && left >= 2 && query.extent?.kind !== 'box') {
    circle(query, arg(args, index + 1), arg(args, index + 2));
    return 2;
  }
  if (isOption(args[index], 'BYBOX') && left >= 3 && query.extent?.kind !== 'circle') {
    box(query, arg(args, index + 1), arg(args, index + 2), arg(args, index + 3));
    return 3;
  }
  return undefined;
}

function parseQuery(args: readonly Bytes[], form: Form, zset: ZsetValue | undefined): Query {
  const query: Query = {
    from: undefined, centre: undefined, extent: undefined, unit: 1, withDistance: false, withHash: false, withPosition: false, any: false, count: 0,
    order: undefined, target: form.storing === 'always' ? arg(args, 1) : undefined, storeDistance: false,
  };
  for (let index = parseBase(query, args, form, zset); index < args.length; index += 1) {
    const option = args[index];
    const next = args[index + 1];
    const storing = isOption(option, 'STOREDIST') ? 'STOREDIST' : isOption(option, 'STORE') ? 'STORE' : undefined;
    if (isOption(option, 'WITHDIST')) query.withDistance = true;
    else if (isOption(option, 'WITHHASH')) query.withHash = true;
    else if (isOption(option, 'WITHCOORD')) query.withPosition = true;
    else if (isOption(option, 'ANY')) query.any = true;
    else if (isOption(option, 'ASC')) query.order = 'ASC';
    else if (isOption(option, 'DESC')) query.order = 'DESC';
    else if (isOption(option, 'COUNT') && next !== undefined) {
      query.count = numberArg(next);
      if (query.count <= 0) fail('ERR COUNT must be > 0');
      index += 1;
    } else if (form.storing === 'option' && storing !== undefined && next !== undefined) {
      query.target = next;
      query.storeDistance = storing === 'STOREDIST';
      index += 1;
    } else if (form.storing === 'always' && storing === 'STOREDIST') query.storeDistance = true;
    else index += (form.kind === 'search' ? parseSearchOption(query, args, index, zset) : undefined) ?? fail(SYNTAX);
  }
  const name = args[0] ?? '';
  if (query.target !== undefined && (query.withDistance || query.withHash || query.withPosition)) {
    fail(`ERR ${form.storing === 'always' ? 'GEOSEARCHSTORE' : 'STORE option in GEORADIUS'} is not compatible with WITHDIST, WITHHASH and WITHCOORD options`);
  }
  if (form.kind === 'search' && query.from === undefined) fail(`ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ${name}`);
  if (form.kind === 'search' && query.extent === undefined) fail(`ERR exactly one of BYRADIUS and BYBOX can be specified for ${name}`);
  if (query.any && query.count === 0) fail('ERR the ANY argument requires COUNT argument');
  return query;
}

/** The members within a shape, cell by cell; `limit` ends it early (0: not). */
function search(zset: ZsetValue, shape: Shape, limit: number): Found[] {
  const found: Found[] = [];
  for (const cell of cellsCovering(shape)) {
    const first = cellScore(cell);
    const beyond = first + 4 ** (26 - cell.step);
    const from = zsetLowerBound(zset, (entry) => entry.score >= first);
    const to = zsetLowerBound(zset, (entry) => entry.score >= beyond);
    for (const { member, score } of zsetSlice(zset, from, Math.min(to, zsetSize(zset)) - 1)) {
      const position = geoPosition(score);
      const distance = distanceWithin(shape, position);
      if (distance === undefined) continue;
      found.push({ member, score, position, distance });
      if (found.length === limit) return found;
    }
  }
  return found;
}

function geoSearch(context: Context, args: readonly Bytes[], form: Form): Reply {
  const zset = readTyped(context, arg(args, form.source), 'zset');
  const query = parseQuery(args, form, zset);
  const { target, centre, extent } = query;
  const found = zset === undefined || centre === undefined || extent === undefined ? [] : search(zset, { centre, ...extent }, query.any ? query.count : 0);
  // The nearest are meant where only so many are asked for.
  const order = query.order ?? (query.count > 0 && !query.any ? 'ASC' : undefined);
  if (order !== undefined) found.sort((a, b) => (order === 'ASC' ? a.distance - b.distance : b.distance - a.distance));
  const chosen = query.count > 0 ? found.slice(0, query.count) : found;
  if (target !== undefined) return storeFound(context, target, chosen, query, form.kind === 'search' ? 'geosearchstore' : 'georadiusstore');
  if (chosen.length === 0) return EMPTY_ARRAY;
  return array(
    chosen.map(({ member, score, position, distance }) => {
      const details: Reply[] = [];
      if (query.withDistance) details.push(distanceReply(distance, query.unit));
      if (query.withHash) details.push(integer(score));
      if (query.withPosition) details.push(positionReply(position));
      return details.length === 0 ? bulk(member) : array([bulk(member), ...details]);
    }),
  );
}

function storeFound(context: Context, target: Bytes, found: readonly Found[], { storeDistance, unit }: Query, event: string): Reply {
  if (found.length === 0) {
    discard(context, target);
    return ZERO;
  }
  const members = found.map(({ member, score, distance }) => ({ member, score: storeDistance ? distance / unit : score }));
  store(context, target, zsetOf(members, context.server.environment));
  changed(context, target, found.length - 1);
  notify(context, 'zset', event, target);
  return integer(found.length);
}

/** GEOSEARCH GEOSEARCHSTORE and the older GEORADIUS in its four forms */
export const geoSearchCommands: Handlers = {
  georadius: (context, args) => geoSearch(context, args, { kind: 'position', source: 1, storing: 'option' }),
  georadius_ro: (context, args) => geoSearch(context, args, { kind: 'position', source: 1, storing: 'never' }),
  georadiusbymember: (context, args) => geoSearch(context, args, { kind: 'member', source: 1, storing: 'option' }),
  georadiusbymember_ro: (context, args) => geoSearch(context, args, { kind: 'member', source: 1, storing: 'never' }),
  geosearch: (context, args) => geoSearch(context, args, { kind: 'search', source: 1, storing: 'never' }),
  geosearchstore: (context, args) => geoSearch(context, args, { kind: 'search', source: 2, storing: 'always' }),
};
