// Pictures and searches that the reader gave a name. A saved view is its link; a saved search is the part
// of a link that searches, and goes with whatever view is looked at.

import { type Address, formatHash, parseHash, START } from "./address";

export interface Saved {
  readonly kind: "view" | "search";
  readonly name: string;
  /** The link, as the address bar has it. */
  readonly hash: string;
}

export const SAVED_MAX = 100;
export const NAME_CHARS_MAX = 60;
/** Longer than any link that the client writes with all its parts at their limits. */
const HASH_CHARS_MAX = 16_000;

/** The list with `saved` in it; what has its name already is replaced. */
export function withSaved(list: readonly Saved[], saved: Saved): readonly Saved[] {
  const name = saved.name.trim().slice(0, NAME_CHARS_MAX);
  if (name === "") return list;
  const others = list.filter((item) => item.kind !== saved.kind || item.name !== name);
  return [...others, { ...saved, name }].slice(-SAVED_MAX);
}

/** The link of what is searched in `address`, wherever. */
export function searchHash({ query, pins }: Address): string {
  return formatHash({ ...START, query, pins }, {});
}

/** What the search of a link is. */
export function searchOf(hash: string): Pick<Address, "query" | "pins"> {
  const { query, pins } = parseHash(hash);
  return { query, pins };
}

/** What is searched, in a line. */
export function searchText({ query, pins }: Pick<Address, "query" | "pins">): string {
  return [...pins, query].filter((text) => text !== "").join(" · ");
}

/** Saved things out of stored JSON of any shape. */
export function readSaved(stored: string | null): readonly Saved[] {
  let value: unknown;
  try {
    value = JSON.parse(stored ?? "[]");
  } catch {
    return [];
  }
  if (!Array.isArray(value)) return [];
  return value.slice(0, SAVED_MAX).flatMap((item): Saved[] => {
    const { kind, name, hash } = (item ?? {}) as Record<string, unknown>;
    if (typeof name !== "string" || typeof hash !== "string") return [];
    if (name.trim() === "" || !hash.startsWith("#/") || hash.length > HASH_CHARS_MAX) return [];
    return [{ kind: kind === "search" ? "search" : "view", name: name.slice(0, NAME_CHARS_MAX), hash }];
  });
}
