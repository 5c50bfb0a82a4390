// Keeps a view's nodes in step with the app's frames.
// Law: applyDiff(diffOf(a, b), a) holds the nodes of b.

import { patched } from "../api/lean";
import type { Diff, NodeSummary } from "../api/types";

export type Nodes = ReadonlyMap<string, NodeSummary>;

export const NO_NODES: Nodes = new Map();

/** The nodes after a frame; the same map when the frame changes nothing. */
export function applyDiff(diff: Diff, nodes: Nodes): Nodes {
  const changes = diff.add.length + diff.update.length + diff.remove.length + diff.patches.length;
  if (!diff.reset && changes === 0) return nodes;
  const next = new Map<string, NodeSummary>(diff.reset ? [] : nodes);
  for (const id of diff.remove) next.delete(id);
  for (const node of diff.add) next.set(node.id, node);
  for (const node of diff.update) {
    // A frame may cross a removal on its way; a node we no longer hold is not brought back.
    if (next.has(node.id)) next.set(node.id, node);
  }
  for (const patch of diff.patches) {
    const node = next.get(patch.id);
    if (node !== undefined) next.set(patch.id, patched(node, patch));
  }
  return next;
}

/** The frame that turns `before` into `after`; nodes count as equal when they are the same object. */
export function diffOf(before: Nodes, after: Nodes): Diff {
  const add: NodeSummary[] = [];
  const update: NodeSummary[] = [];
  for (const node of after.values()) {
    const known = before.get(node.id);
    if (known === undefined) add.push(node);
    else if (known !== node) update.push(node);
  }
  const remove = [...before.keys()].filter((id) => !after.has(id));
  return { add, update, remove, patches: [], reset: false };
}
