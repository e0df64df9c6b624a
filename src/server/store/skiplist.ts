/** A member of a sorted set with its score. */
export interface ScoredMember {
  readonly member: string;
  readonly score: number;
}

/** The next element on one level, and the number of elements that it is away. */
interface Link {
  next: SkipNode | undefined;
  span: number;
}

/** An element of the skiplist. It is its own link on the lowest level, where three of four have their only one; `above` has the others. */
export interface SkipNode extends ScoredMember, Link {
  readonly above: readonly Link[];
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
const NONE: readonly Link[] = [];

/** Makes an empty skiplist; `random` answers [0, 1) and decides the levels. */
export function createSkiplist(random: () => number): Skiplist {
  return { header: makeNode('', 0, MAX_LEVEL), tail: undefined, length: 0, level: 1, random };
}

function makeNode(member: string, score: number, levels: number): SkipNode {
  const above = levels === 1 ? NONE : Array.from({ length: levels - 1 }, (): Link => ({ next: undefined, span: 0 }));
  return { member, score, next: undefined, span: 0, above, backward: undefined };
}

/** The link of a node that reaches to `level`. */
function linkOf(node: SkipNode, level: number): Link {
  return level === 0 ? node : (node.above[level - 1] as Link);
}

/** True if `a` stands before `b`. */
export function precedes(a: ScoredMember, b: ScoredMember): boolean {
  return standsBefore(a, b.score, b.member);
}

function standsBefore(a: ScoredMember, score: number, member: string): boolean {
  return a.score < score || (a.score === score && a.member < member);
}

/** Adds a member that is not there yet. */
export function skipInsert(list: Skiplist, score: number, member: string): SkipNode {
  const update: Link[] = [];
  const rank: number[] = [];
  let node = list.header;
  let walked = 0;
  for (let level = list.level - 1; level >= 0; level -= 1) {
    let link = linkOf(node, level);
    for (let { next } = link; next !== undefined && standsBefore(next, score, member); { next } = link) {
      walked += link.span;
      node = next;
      link = linkOf(next, level);
    }
    rank[level] = walked;
    update[level] = link;
  }
  let levels = 1;
  while (levels < MAX_LEVEL && list.random() < PROBABILITY) levels += 1;
  for (let level = list.level; level < levels; level += 1) {
    rank[level] = 0;
    const link = linkOf(list.header, level);
    link.span = list.length;
    update[level] = link;
  }
  if (levels > list.level) list.level = levels;
  const added = makeNode(member, score, levels);
  for (let level = 0; level < levels; level += 1) {
    const before = update[level] as Link;
    const after = linkOf(added, level);
    const passed = walked - (rank[level] ?? 0);
    after.next = before.next;
    after.span = before.span - passed;
    before.next = added;
    before.span = passed + 1;
  }
  for (let level = levels; level < list.level; level += 1) (update[level] as Link).span += 1;
  added.backward = node === list.header ? undefined : node;
  if (added.next === undefined) list.tail = added;
  else added.next.backward = added;
  list.length += 1;
  return added;
}

/** Removes a member with its present score; false if it is not there. */
export function skipDelete(list: Skiplist, score: number, member: string): boolean {
  const update: Link[] = [];
  let node = list.header;
  for (let level = list.level - 1; level >= 0; level -= 1) {
    let link = linkOf(node, level);
    for (let { next } = link; next !== undefined && standsBefore(next, score, member); { next } = link) {
      node = next;
      link = linkOf(next, level);
    }
    update[level] = link;
  }
  const found = node.next;
  if (found === undefined || found.score !== score || found.member !== member) return false;
  for (let level = 0; level < list.level; level += 1) {
    const before = update[level] as Link;
    if (before.next === found) {
      const after = linkOf(found, level);
      before.span += after.span - 1;
      before.next = after.next;
    } else before.span -= 1;
  }
  if (found.next === undefined) list.tail = found.backward;
  else found.next.backward = found.backward;
  while (list.level > 1 && linkOf(list.header, list.level - 1).next === undefined) list.level -= 1;
  list.length -= 1;
  return true;
}

/** Rank of the first element for which `reached` is true (it must stay true from there on); `length` if none is. */
export function skipLowerBound(list: Skiplist, reached: (node: ScoredMember) => boolean): number {
  let node = list.header;
  let rank = 0;
  for (let level = list.level - 1; level >= 0; level -= 1) {
    let link = linkOf(node, level);
    for (let { next } = link; next !== undefined && !reached(next); { next } = link) {
      rank += link.span;
      node = next;
      link = linkOf(next, level);
    }
  }
  return rank;
}

/** The element at `rank`, or undefined. */
export function skipAt(list: Skiplist, rank: number): SkipNode | undefined {
  if (rank < 0 || rank >= list.length) return undefined;
  let node = list.header;
  let left = rank + 1;
  for (let level = list.level - 1; left > 0 && level >= 0; level -= 1) {
    let link = linkOf(node, level);
    for (let { next } = link; next !== undefined && link.span <= left; { next } = link) {
      left -= link.span;
      node = next;
      link = linkOf(next, level);
    }
  }
  return node;
}
