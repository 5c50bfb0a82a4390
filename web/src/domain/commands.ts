// Which commands, views and names fit what is typed, best first.

/** How well `words` fit what is typed: 0 where they do not, more the earlier and the closer. */
export function fitOf(words: string, typed: string): number {
  const text = words.toLowerCase();
  const parts = typed
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== "");
  if (parts.length === 0) return 1;
  let worst = Number.POSITIVE_INFINITY;
  for (const part of parts) {
    const at = text.indexOf(part);
    if (at < 0) return 0;
    // At the start, at the start of a word, anywhere.
    const fit = at === 0 ? 3 : /[\s:(]/.test(text.charAt(at - 1)) || text.includes(` ${part}`) ? 2 : 1;
    worst = Math.min(worst, fit);
  }
  return worst;
}

/** Those that fit, best first; of equals the first stays first. */
export function fitting<T>(items: readonly T[], wordsOf: (item: T) => string, typed: string): readonly T[] {
  return items
    .map((item, at) => ({ item, at, fit: fitOf(wordsOf(item), typed) }))
    .filter(({ fit }) => fit > 0)
    .sort((a, b) => b.fit - a.fit || a.at - b.at)
    .map(({ item }) => item);
}
