import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context, Handlers } from '../state.ts';
import { LATITUDES, LONGITUDES, geoDistance, geoPosition, geoScore, geohashText } from '../store/geohash.ts';
import type { Position } from '../store/geohash.ts';
import { formatLongDouble, longDoubleOf } from '../store/longDouble.ts';
import type { Bytes, ZsetValue } from '../store/value.ts';
import { zsetScore } from '../store/zsetValue.ts';
import { NULL, NULL_ARRAY, SYNTAX, arg, array, bulk, fail, floatArg, isOption, readTyped } from './support.ts';
import { zsetCommands } from './zset.ts';

const units = { M: 1, KM: 1000, FT: 0.3048, MI: 1609.34 } as const;

/** Metres of a unit. */
export function unitArg(text: Bytes): number {
  const found = Object.entries(units).find(([name]) => isOption(text, name));
  return found?.[1] ?? fail('ERR unsupported unit provided. please use M, KM, FT, MI');
}

/** C's `%f`. */
function fixed(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Math.abs(value) < 1e21 ? value.toFixed(6) : `${BigInt(value).toString()}.000000`;
}

/** Longitude and latitude in two arguments. */
export function positionArg(longitudeText: Bytes, latitudeText: Bytes): Position {
  const position = [floatArg(longitudeText), floatArg(latitudeText)] as const;
  const [longitude, latitude] = position;
  if (longitude < LONGITUDES[0] || longitude > LONGITUDES[1] || latitude < LATITUDES[0] || latitude > LATITUDES[1]) {
    fail(`ERR invalid longitude,latitude pair ${fixed(longitude)},${fixed(latitude)}`);
  }
  return position;
}

/** Where a member lies, or undefined. */
export function placeOf(zset: ZsetValue, member: Bytes): Position | undefined {
  const score = zsetScore(zset, member);
  return score === undefined ? undefined : geoPosition(score);
}

/** A position as GEOPOS answers it: all the digits of a long double. */
export function positionReply(position: Position): Reply {
  return array(position.map((value): Reply => ({ kind: 'double', value, text: formatLongDouble(longDoubleOf(value)) })));
}

/** A distance in m as a text of the unit, with four decimals. */
export function distanceReply(metres: number, unit: number): Reply {
  return bulk((metres / unit).toFixed(4));
}

function geoadd(context: Context, args: readonly Bytes[]): Reply {
  let first = 2;
  while (first < args.length && ['NX', 'XX', 'CH'].some((name) => isOption(args[first], name))) first += 1;
  const options = args.slice(2, first);
  if ((args.length - first) % 3 !== 0 || (options.some((text) => isOption(text, 'NX')) && options.some((text) => isOption(text, 'XX')))) fail(SYNTAX);
  const pairs: Bytes[] = [];
  for (let index = first; index < args.length; index += 3) {
    const position = positionArg(arg(args, index), arg(args, index + 1));
    pairs.push(geoScore(position).toString(), arg(args, index + 2));
  }
  return zsetCommands['zadd']?.(context, ['zadd', arg(args, 1), ...options, ...pairs]) ?? fail(SYNTAX);
}

function geopos(context: Context, args: readonly Bytes[]): Reply {
  const zset = readTyped(context, arg(args, 1), 'zset');
  return array(
    args.slice(2).map((member) => {
      const place = zset === undefined ? undefined : placeOf(zset, member);
      return place === undefined ? NULL_ARRAY : positionReply(place);
    }),
  );
}

function geohash(context: Context, args: readonly Bytes[]): Reply {
  const zset = readTyped(context, arg(args, 1), 'zset');
  return array(
    args.slice(2).map((member) => {
      const score = zset === undefined ? undefined : zsetScore(zset, member);
      return score === undefined ? NULL : bulk(geohashText(score));
    }),
  );
}

function geodist(context: Context, args: readonly Bytes[]): Reply {
  if (args.length > 5) fail(SYNTAX);
  const unit = args.length === 5 ? unitArg(arg(args, 4)) : 1;
  const zset = readTyped(context, arg(args, 1), 'zset');
  if (zset === undefined) return NULL;
  const [from, to] = [placeOf(zset, arg(args, 2)), placeOf(zset, arg(args, 3))];
  return from === undefined || to === undefined ? NULL : distanceReply(geoDistance(from, to), unit);
}

/** GEOADD GEODIST GEOHASH GEOPOS */
export const geoCommands: Handlers = { geoadd, geodist, geohash, geopos };
