// Which of the ten group hues a rank has. The same rank gets the same hue everywhere as long as
// no other rank shares its slot; two ranks share one only when there are more ranks than hues.

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

/** Hues of `ranks`; those in `before` keep theirs, so that nothing changes colour under the reader. */
export function assignHues(
  ranks: Iterable<string>,
  before: ReadonlyMap<string, number> = new Map(),
): ReadonlyMap<string, number> {
  const present = [...new Set(ranks)].sort();
  const hues = new Map<string, number>();
  const taken = new Set<number>();
  for (const rank of present) {
    const hue = before.get(rank);
    if (hue === undefined) continue;
    hues.set(rank, hue);
    taken.add(hue);
  }
  for (const rank of present) {
    if (hues.has(rank)) continue;
    let hue = stableHash(rank) % HUES;
    for (let step = 0; step < HUES && taken.has(hue) && taken.size < HUES; step += 1) hue = (hue + 1) % HUES;
    hues.set(rank, hue);
    taken.add(hue);
  }
  return hues;
}
