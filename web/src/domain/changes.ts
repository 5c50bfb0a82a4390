// Which nodes came or changed their state of late, so that the map can show it for a while.

import type { Nodes } from "./diff";
import { nodeState } from "./node-state";

/** A change is shown this long, ever fainter. */
export const CHANGE_SHOWN_MS = 30_000;
/** More at once are a new picture, not a change of it. */
export const CHANGES_MAX = 400;

/** Unix milliseconds by node id. */
export type Changes = ReadonlyMap<string, number>;

/**
 * The changes after a frame turned `before` into `after` at `nowMs`. The same map while there is none and none has
 * grown old. The first nodes of a view are no change.
 */
export function recentChanges(before: Nodes, after: Nodes, known: Changes, nowMs: number): Changes {
  const fresh = before === after || before.size === 0 ? [] : changedIds(before, after);
  const isOld = (at: number) => nowMs - at >= CHANGE_SHOWN_MS;
  const lasting = [...known].filter(([id, at]) => !isOld(at) && after.has(id));
  if (fresh.length === 0 && lasting.length === known.size) return known;
  if (fresh.length > CHANGES_MAX) return new Map(lasting);
  return new Map([...lasting, ...fresh.map((id) => [id, nowMs] as const)].slice(-CHANGES_MAX));
}

function changedIds(before: Nodes, after: Nodes): string[] {
  const ids: string[] = [];
  for (const node of after.values()) {
    const was = before.get(node.id);
    if (was === node) continue;
    if (was === undefined || nodeState(was) !== nodeState(node)) ids.push(node.id);
  }
  return ids;
}

/** How fresh each change is at `nowMs`: 1 for just now, down to 0. */
export function freshness(changes: Changes, nowMs: number): ReadonlyMap<string, number> {
  const shares = [...changes].map(([id, at]) => [id, 1 - (nowMs - at) / CHANGE_SHOWN_MS] as const);
  return new Map(shares.filter(([, share]) => share > 0));
}
