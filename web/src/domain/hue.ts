// Which of the ten group hues a rank has. The same rank gets the same hue everywhere as long as
// no other rank shares its slot; two ranks share one only when there are more ranks than hues.

import type { NodeSummary } from "../api/types";

export const HUES = 10;

/** FNV-1a, 32 bits: the same on every machine and in every version. */
export function stableHash(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash ^= text.charCodeAt(index);
    hash = Math.imul(hash, 0x01000193);
  }
  return hash >>> 0;
}

/**
 * Hues by rank, for ranks with how many nodes have each. Those in `before` keep theirs, so that
 * nothing changes colour under the reader; of the new ones the most frequent choose first.
 */
export function assignHues(
  counts: ReadonlyMap<string, number>,
  before: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const hues = new Map<string, number>();
  const taken = new Set<number>();
  const fresh: string[] = [];
  for (const rank of counts.keys()) {
    const hue = before.get(rank);
    if (hue === undefined) fresh.push(rank);
    else {
      hues.set(rank, hue);
      taken.add(hue);
    }
  }
  fresh.sort((a, b) => (counts.get(b) ?? 0) - (counts.get(a) ?? 0) || (a < b ? -1 : 1));
  for (const rank of fresh) {
    let hue = stableHash(rank) % HUES;
    for (let step = 0; step < HUES && taken.has(hue) && taken.size < HUES; step += 1) hue = (hue + 1) % HUES;
    hues.set(rank, hue);
    taken.add(hue);
  }
  return hues;
}

/** The hue of a node; of a rank that the view does not have, the one it would choose first. */
export function hueOf(node: NodeSummary, hues: ReadonlyMap<string, number>): number {
  if (node.pseudo) return -1;
  return hues.get(node.rank) ?? stableHash(node.rank) % HUES;
}
