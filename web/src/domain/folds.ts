// Which boxes of the map are open: all of them or none, but for those the reader opened or closed.

export interface Folds {
  /** Null where the map decides: closed while there is more than can be read. */
  readonly closed: boolean | null;
  /** Boxes that are as the rest is not. */
  readonly except: readonly string[];
}

export const NO_FOLDS: Folds = { closed: null, except: [] };

export const EXCEPTIONS_MAX = 64;

/** Boxes one in the other. */
export const GROUP_LEVELS_MAX = 2;

/** More nodes than this cannot be read at once. */
export const READABLE_NODES_MAX = 1500;
/** A map that groups by itself does so until it is below this, so that it does not flicker between both. */
const READABLE_AGAIN_NODES = 1200;

/** Whether there is more than can be read, given what held before. */
export function isCrowded(nodes: number, before: boolean): boolean {
  return nodes > (before ? READABLE_AGAIN_NODES : READABLE_NODES_MAX);
}

export function isClosed(folds: Folds, id: string, crowded: boolean): boolean {
  return (folds.closed ?? crowded) !== folds.except.includes(id);
}

/** One box the other way round. */
export function toggled(folds: Folds, id: string): Folds {
  const has = folds.except.includes(id);
  const others = folds.except.filter((item) => item !== id);
  return { ...folds, except: has ? others : [...others, id].slice(-EXCEPTIONS_MAX) };
}
