import type { Reply } from '../../protocol/resp/reply.ts';
import type { Context } from '../state.ts';
import type { Bytes } from '../store/value.ts';
import { arg, integerArg, isOption } from './support.ts';

/** LOLWUT [VERSION n …]: for 5 and 6 a picture of our own, which ends in the version as Redis's do; for others the version alone. */
export function lolwut({ server }: Context, args: readonly Bytes[]): Reply {
  const version = args.length >= 3 && isOption(args[1], 'VERSION') ? integerArg(arg(args, 2)) : 0;
  const options = args.slice(3);
  let picture = '';
  if (version === 5) picture = pond(numbers(options, [[66, 1, 1000], [8, 1, 200], [12, 1, 200]]), server.random);
  else if (version === 6) picture = skyline(numbers(options, [[80, 1, 1000], [20, 1, 1000]]), server.random);
  return { kind: 'verbatim', format: 'txt', value: Buffer.from(`${picture}Redis ver. ${server.config.version}\n`) };
}

/** Options as integers, each with what it is when left out, its least and its most. */
function numbers(options: readonly Bytes[], bounds: readonly (readonly [usual: number, least: number, most: number])[]): number[] {
  return bounds.map(([usual, least, most], at) => Math.min(most, Math.max(least, Number(integerArg(options[at] ?? String(usual))))));
}

/** Dots of a picture: a braille character is two wide and four high. */
const TALLEST = 800;

/** Rings on water where stones fell, `across` times `down` of them, in braille `columns` wide. */
function pond([columns = 1, across = 1, down = 1]: readonly number[], random: () => number): string {
  const width = columns * 2;
  const cell = width / across;
  const height = Math.min(TALLEST, Math.ceil(cell * down));
  const lines = Array.from({ length: Math.ceil(height / 4) }, () => new Uint8Array(columns));
  const dot = (x: number, y: number): void => {
    if (x < 0 || y < 0 || x >= width || y >= height) return;
    const [line, column, bit] = [lines[y >> 2], x >> 1, y & 3];
    // Unicode numbers the lowest row of dots after all others.
    if (line !== undefined) line[column] = (line[column] ?? 0) | (bit === 3 ? 0x40 << (x & 1) : 1 << (bit + 3 * (x & 1)));
  };
  for (let stone = 0; stone < across * down; stone += 1) {
    const x = (stone % across) * cell + random() * cell;
    const y = Math.floor(stone / across) * cell + random() * cell;
    const rings = 1 + Math.floor(random() * 3);
    for (let ring = 1; ring <= rings && y < height; ring += 1) {
      const radius = (ring * cell) / 5;
      const steps = Math.min(720, Math.ceil(radius * 7));
      for (let step = 0; step < steps; step += 1) {
        const angle = (step / steps) * 2 * Math.PI;
        dot(Math.round(x + radius * Math.cos(angle)), Math.round(y + radius * Math.sin(angle)));
      }
    }
  }
  return `${lines.map((line) => String.fromCodePoint(...Array.from(line, (dots) => 0x2800 + dots))).join('\n')}\n\nRings on a pond, by Keyspace. `;
}

/** Shades of a terminal from the sky to the nearest house; colors as `ESC [ 0 ; … m` sets them. */
const SHADES = ['97;107', '37;47', '90;100', '30;40'];

/** Houses in front of houses, in blanks of four shades. */
function skyline([columns = 1, rows = 1]: readonly number[], random: () => number): string {
  const picture = Array.from({ length: rows }, () => new Uint8Array(columns));
  for (let shade = 1; shade < SHADES.length; shade += 1) {
    for (let left = 0; left < columns;) {
      const right = left + 3 + Math.floor(random() * 8);
      // Nearer houses are lower.
      const top = Math.floor(rows * (0.15 + 0.2 * shade + 0.3 * random()));
      for (let y = top; y < rows; y += 1) picture[y]?.fill(shade, left, right);
      left = right + Math.floor(random() * 4);
    }
  }
  return `${picture.map((line) => shaded(line)).join('\n')}\nA town at night, by Keyspace. `;
}

/** A line of shades: one escape sequence for each run of the same. */
function shaded(line: Uint8Array): string {
  let text = '';
  for (let from = 0; from < line.length;) {
    let to = from;
    while (to < line.length && line[to] === line[from]) to += 1;
    text += `\x1b[0;${SHADES[line[from] ?? 0] ?? ''}m${' '.repeat(to - from)}\x1b[0m`;
    from = to;
  }
  return text;
}
