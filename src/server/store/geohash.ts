/** Longitude and latitude, degrees. */
export type Position = readonly [longitude: number, latitude: number];

/** A cell of the earth: `longitude` and `latitude` count cells of 2^-step of the range, from its lower end. */
export interface Cell {
  readonly longitude: number;
  readonly latitude: number;
  readonly step: number;
}

/** Bits of each coordinate in a score. */
export const STEPS = 26;
export const LONGITUDES: Range = [-180, 180];
/** The latitudes of the web's Mercator maps: no place beyond can be added. */
export const LATITUDES: Range = [-85.05112878, 85.05112878];

export type Range = readonly [low: number, high: number];

/** The 52-bit score of a position; other latitudes for the standard geohash. */
export function geoScore([longitude, latitude]: Position, latitudes: Range = LATITUDES): number {
  return cellScore(cellAt([longitude, latitude], STEPS, latitudes));
}

/** The cell of a position at a step (1 to 26). */
export function cellAt([longitude, latitude]: Position, step: number, latitudes: Range = LATITUDES): Cell {
  const index = (value: number, [low, high]: Range): number => Math.floor(((value - low) / (high - low)) * 2 ** step) >>> 0;
  return { longitude: index(longitude, LONGITUDES), latitude: index(latitude, latitudes), step };
}

/** The lowest score within a cell: its bits, those of the longitude in between those of the latitude, aligned to 52. */
export function cellScore({ longitude, latitude, step }: Cell): number {
  const high = spread(latitude >>> 16) + 2 * spread(longitude >>> 16);
  const low = spread(latitude & 0xffff) + 2 * spread(longitude & 0xffff);
  return (high * 2 ** 32 + low) * 4 ** (STEPS - step);
}

/** Puts a zero before each of 16 bits. */
function spread(bits: number): number {
  let value = bits;
  value = (value | (value << 8)) & 0x00ff00ff;
  value = (value | (value << 4)) & 0x0f0f0f0f;
  value = (value | (value << 2)) & 0x33333333;
  return (value | (value << 1)) & 0x55555555;
}

/** Every other of 32 bits, from the lowest. */
function squash(bits: number): number {
  let value = bits & 0x55555555;
  value = (value | (value >>> 1)) & 0x33333333;
  value = (value | (value >>> 2)) & 0x0f0f0f0f;
  value = (value | (value >>> 4)) & 0x00ff00ff;
  return (value | (value >>> 8)) & 0xffff;
}

/** A score as 64 unsigned bits. Any score is taken for a place; out of range x86 converts as it does here. */
function bitsOf(score: number): bigint {
  if (score >= 2 ** 64) return 0n;
  return score < -(2 ** 63) ? 1n << 63n : BigInt.asUintN(64, BigInt(Math.trunc(score)));
}

/** The middle of the cell that a score stands for. */
export function geoPosition(score: number): Position {
  const bits = bitsOf(score);
  const [high, low] = [Number(bits >> 32n), Number(bits & 0xffff_ffffn)];
  const latitude = (squash(low) | (squash(high) << 16)) >>> 0;
  const longitude = (squash(low >>> 1) | (squash(high >>> 1) << 16)) >>> 0;
  const area = cellArea({ longitude, latitude, step: STEPS });
  const middle = (side: Range, [low_, high_]: Range): number => Math.min(high_, Math.max(low_, (side[0] + side[1]) / 2));
  return [middle(area.longitude, LONGITUDES), middle(area.latitude, LATITUDES)];
}

/** The sides of a cell, degrees. */
export function cellArea({ longitude, latitude, step }: Cell): { longitude: Range; latitude: Range } {
  const cells = 2 ** step;
  const side = (index: number, [low, high]: Range): Range => [low + (index / cells) * (high - low), low + (((index + 1) >>> 0) / cells) * (high - low)];
  return { longitude: side(longitude, LONGITUDES), latitude: side(latitude, LATITUDES) };
}

/** The cell so many cells to the east and to the north; the world goes round both ways. */
export function neighbour({ longitude, latitude, step }: Cell, east: number, north: number): Cell {
  // The upper end of a range has an index of its own, beyond the last cell; it stays where there is no step to take.
  const move = (index: number, by: number): number => (by === 0 ? index : (index + by) & (2 ** step - 1));
  return { longitude: move(longitude, east), latitude: move(latitude, north), step };
}

const ALPHABET = '0123456789bcdefghjkmnpqrstuvwxyz';

/** GEOHASH's 11 characters for a score; there are bits for ten, and the last is always 0. */
export function geohashText(score: number): string {
  const bits = BigInt(geoScore(geoPosition(score), [-90, 90]));
  let text = '';
  for (let shift = 47n; shift >= 2n; shift -= 5n) text += ALPHABET[Number((bits >> shift) & 31n)] ?? '';
  return `${text}0`;
}

const EARTH_RADIUS = 6372797.560856;
const radians = (degrees: number): number => degrees * (Math.PI / 180);
const degrees = (angle: number): number => angle / (Math.PI / 180);

/** Along a meridian, m. */
function latitudeDistance(a: number, b: number): number {
  return EARTH_RADIUS * Math.abs(radians(b) - radians(a));
}

/** The distance over a sphere (haversine), m. */
export function geoDistance([longitudeA, latitudeA]: Position, [longitudeB, latitudeB]: Position): number {
  const v = Math.sin((radians(longitudeB) - radians(longitudeA)) / 2);
  if (v === 0) return latitudeDistance(latitudeA, latitudeB);
  const [a, b] = [radians(latitudeA), radians(latitudeB)];
  const u = Math.sin((b - a) / 2);
  return 2 * EARTH_RADIUS * Math.asin(Math.sqrt(u * u + Math.cos(a) * Math.cos(b) * v * v));
}

/** What GEOSEARCH looks through; lengths in m. */
export type Shape = { readonly centre: Position } & ({ readonly kind: 'circle'; readonly radius: number } | { readonly kind: 'box'; readonly width: number; readonly height: number });

/** How far a place in the shape is from its centre, m; undefined outside. */
export function distanceWithin(shape: Shape, place: Position): number | undefined {
  if (shape.kind === 'box') {
    if (latitudeDistance(place[1], shape.centre[1]) > shape.height / 2) return undefined;
    if (geoDistance(place, [shape.centre[0], place[1]]) > shape.width / 2) return undefined;
    return geoDistance(shape.centre, place);
  }
  const distance = geoDistance(shape.centre, place);
  return distance > shape.radius ? undefined : distance;
}

/** The step at which nine cells cover a radius in m; fewer towards the poles, where cells are narrow. */
function stepFor(radius: number, latitude: number): number {
  if (radius === 0) return STEPS;
  let step = 1;
  for (let reach = radius; reach < 20037726.37; reach *= 2) step += 1;
  step -= 2;
  if (Math.abs(latitude) > 66) step -= 1;
  if (Math.abs(latitude) > 80) step -= 1;
  return Math.min(STEPS, Math.max(1, step));
}

/** Where the cells around the middle lie, in the order in which Redis looks through them. */
const around: readonly (readonly [east: number, north: number])[] = [[0, 0], [0, 1], [0, -1], [1, 0], [-1, 0], [1, 1], [-1, 1], [1, -1], [-1, -1]];

/** The cells that cover a shape, in Redis's order: unsorted results come in it. */
export function cellsCovering(shape: Shape): Cell[] {
  const [longitude, latitude] = shape.centre;
  const half = shape.kind === 'circle' ? { width: shape.radius, height: shape.radius } : { width: shape.width / 2, height: shape.height / 2 };
  const up = degrees(half.height / EARTH_RADIUS);
  // The shape is widest on the side of the nearer pole.
  const widest = latitude < 0 ? latitude - up : latitude + up;
  const aside = degrees(half.width / EARTH_RADIUS / Math.cos(radians(widest)));
  const bounds = { west: longitude - aside, east: longitude + aside, south: latitude - up, north: latitude + up };
  const radius = shape.kind === 'circle' ? shape.radius : Math.sqrt(half.width * half.width + half.height * half.height);
  let step = stepFor(radius, latitude);
  let middle = cellAt(shape.centre, step);
  const short =
    cellArea(neighbour(middle, 0, 1)).latitude[1] < bounds.north ||
    cellArea(neighbour(middle, 0, -1)).latitude[0] > bounds.south ||
    cellArea(neighbour(middle, 1, 0)).longitude[1] < bounds.east ||
    cellArea(neighbour(middle, -1, 0)).longitude[0] > bounds.west;
  if (step > 1 && short) {
    step -= 1;
    middle = cellAt(shape.centre, step);
  }
  const area = cellArea(middle);
  const useless = (east: number, north: number): boolean =>
    step >= 2 &&
    ((north < 0 && area.latitude[0] < bounds.south) ||
      (north > 0 && area.latitude[1] > bounds.north) ||
      (east < 0 && area.longitude[0] < bounds.west) ||
      (east > 0 && area.longitude[1] > bounds.east));
  const cells: Cell[] = [];
  for (const [east, north] of around) {
    if (useless(east, north)) continue;
    const cell = neighbour(middle, east, north);
    const last = cells.at(-1);
    // Around the whole world neighbours may be one and the same.
    if (last?.longitude === cell.longitude && last.latitude === cell.latitude) continue;
    cells.push(cell);
  }
  return cells;
}
