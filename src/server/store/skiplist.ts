/** A member of a sorted set with its score. */
export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/** An element of the skiplist: `forward[i]` is the next one on level i, `span[i]` the number of elements it jumps. */
export interface SkipNode extends ScoredMember {
  readonly forward: (SkipNode | undefined)[];
  readonly span: number[];
  backward: SkipNode | undefined;
}

/** Redis's skiplist: members by score, then by bytes; rank and range in O(log n). Ranks count from 0. */
export interface Skiplist {
  readonly header: SkipNode;
  tail: SkipNode | undefined;
  length: number;
  level: number;
  readonly random: () => number;
}

const MAX_LEVEL = 32;
const PROBABILITY = 0.25;

/** Makes an empty skiplist; `random` answers [0, 1) and decides the levels. */
export function createSkiplist(random: () => number): Skiplist {
  return { header: makeNode('', 0, MAX_LEVEL), tail: undefined, length: 0, level: 1, random };
}

function makeNode(member: string, score: number, levels: number): SkipNode {
  const forward: (SkipNode | undefined)[] = [];
  const span: number[] = [];
  for (let level = 0; level < levels; level += 1) {
    forward.push(undefined);
    span.push(0);
  }
  return { member, score, forward, span, backward: undefined };
}

/** True if `a` stands before `b`. */
export function precedes(a: ScoredMember, b: ScoredMember): boolean {
  return a.score < b.score || (a.score === b.score && a.member < b.member);
}

/** Adds a member that is not there yet. */
export function skipInsert(list: Skiplist, score: number, member: string): SkipNode {
  const target = { member, score };
  const update: SkipNode[] = [];
  const rank: number[] = [];
  let node = list.header;
  for (let level = list.level - 1; level >= 0; level -= 1) {
    let walked = level === list.level - 1 ? 0 : (rank[level + 1] ?? 0);
    for (let next = node.forward[level]; next !== undefined && precedes(next, target); next = node.forward[level]) {
      walked += node.span[level] ?? 0;
      node = next;
    }
    rank[level] = walked;
    update[level] = node;
  }
  let levels = 1;
  while (levels < MAX_LEVEL && list.random() < PROBABILITY) levels += 1;
  for (let level = list.level; level < levels; level += 1) {
    rank[level] = 0;
    update[level] = list.header;
    list.header.span[level] = list.length;
  }
  if (levels > list.level) list.level = levels;
  const added = makeNode(member, score, levels);
  const position = rank[0] ?? 0;
  for (let level = 0; level < levels; level += 1) {
    const before = update[level] as SkipNode;
    const walked = position - (rank[level] ?? 0);
    added.forward[level] = before.forward[level];
    added.span[level] = (before.span[level] ?? 0) - walked;
    before.forward[level] = added;
    before.span[level] = walked + 1;
  }
  for (let level = levels; level < list.level; level += 1) {
    const before = update[level] as SkipNode;
    before.span[level] = (before.span[level] ?? 0) + 1;
  }
  const before = update[0];
  added.backward = before === list.header ? undefined : before;
  const after = added.forward[0];
  if (after === undefined) list.tail = added;
  else after.backward = added;
  list.length += 1;
  return added;
}

/** Removes a member with its present score; false if it is not there. */
export function skipDelete(list: Skiplist, score: number, member: string): boolean {
  const target = { member, score };
  const update: SkipNode[] = [];
  let node = list.header;
  for (let level = list.level - 1; level >= 0; level -= 1) {
    for (let next = node.forward[level]; next !== undefined && precedes(next, target); next = node.forward[level]) node = next;
    update[level] = node;
  }
  const found = node.forward[0];
  if (found === undefined || found.score !== score || found.member !== member) return false;
  for (let level = 0; level < list.level; level += 1) {
    const before = update[level] as SkipNode;
    if (before.forward[level] === found) {
      before.span[level] = (before.span[level] ?? 0) + (found.span[level] ?? 0) - 1;
      before.forward[level] = found.forward[level];
    } else before.span[level] = (before.span[level] ?? 0) - 1;
  }
  const after = found.forward[0];
  if (after === undefined) list.tail = found.backward;
  else after.backward = found.backward;
  while (list.level > 1 && list.header.forward[list.level - 1] === undefined) list.level -= 1;
  list.length -= 1;
  return true;
}

/** Rank of the first element for which `reached` is true (it must stay true from there on); `length` if none is. */
export function skipLowerBound(list: Skiplist, reached: (node: ScoredMember) => boolean): number {
  let node = list.header;
  let rank = 0;
  for (let level = list.level - 1; level >= 0; level -= 1) {
    for (let next = node.forward[level]; next !== undefined && !reached(next); next = node.forward[level]) {
      rank += node.span[level] ?? 0;
      node = next;
    }
  }
  return rank;
}

/** The element at `rank`, or undefined. */
export function skipAt(list: Skiplist, rank: number): SkipNode | undefined {
  if (rank < 0 || rank >= list.length) return undefined;
  let node = list.header;
  let walked = 0;
  for (let level = list.level - 1; level >= 0; level -= 1) {
    for (let next = node.forward[level]; next !== undefined; next = node.forward[level]) {
      const span = node.span[level] ?? 0;
      if (walked + span > rank + 1) break;
      walked += span;
      node = next;
      if (walked === rank + 1) return node;
    }
  }
  return undefined;
}
