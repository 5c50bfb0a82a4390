// Makes frames small before they cross to the page's thread. Most updates of a node change only
// figures (metrics, an uptime); copying whole nodes for that would stop the page on large views.
// Law: applying a lean frame gives the same nodes as applying the frame it came from.

import { decodeDiff } from "./decode";
import type { Diff, MetadataRow, Metric, NodePatch, NodeSummary } from "./types";

/** Numbers in `NodePatch.metrics` for each metric: value, min, max. */
const NUMBERS = 3;

function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}

/** Whether two metrics differ at most in their numbers; those with samples never do. */
function sameMetric(a: Metric, b: Metric | undefined): boolean {
  if (b === undefined || a.samples.length + b.samples.length > 0) return false;
  if (a.id !== b.id || a.label !== b.label || a.format !== b.format || a.group !== b.group) return false;
  return a.empty === b.empty && a.priority === b.priority && a.url === b.url;
}

function sameFact(a: MetadataRow, b: MetadataRow | undefined): boolean {
  if (b === undefined || a.id !== b.id || a.label !== b.label) return false;
  return a.priority === b.priority && a.dataType === b.dataType && a.truncate === b.truncate;
}

/** Whether all but metadata, metrics and edges is equal. */
function sameFrame(a: NodeSummary, b: NodeSummary): boolean {
  if (a.label !== b.label || a.labelMinor !== b.labelMinor || a.rank !== b.rank) return false;
  if (a.shape !== b.shape || a.stack !== b.stack || a.pseudo !== b.pseudo) return false;
  return same(a.adjacency, b.adjacency) && same(a.parents, b.parents) && same(a.tables, b.tables);
}

/** What turns `before` into `after`, or null when more than figures changed. */
export function patchOf(before: NodeSummary, after: NodeSummary): NodePatch | null {
  const { metadata, metrics } = after;
  if (metadata.length !== before.metadata.length || metrics.length !== before.metrics.length) return null;
  if (!before.metadata.every((row, index) => sameFact(row, metadata[index]))) return null;
  if (!before.metrics.every((row, index) => sameMetric(row, metrics[index]))) return null;
  if (!sameFrame(before, after)) return null;
  const facts: (readonly [number, string])[] = [];
  metadata.forEach((row, index) => {
    if (row.value !== before.metadata[index]?.value) facts.push([index, row.value]);
  });
  return {
    id: after.id,
    metrics: metrics.flatMap((row) => [row.value, row.min, row.max]),
    facts,
    edges: same(before.edges, after.edges) ? null : after.edges,
  };
}

/** The node after a patch made from its predecessor. */
export function patched(node: NodeSummary, patch: NodePatch): NodeSummary {
  const { metrics: numbers, facts } = patch;
  const metrics = node.metrics.map((row, index) => ({
    ...row,
    value: numbers[index * NUMBERS] ?? row.value,
    min: numbers[index * NUMBERS + 1] ?? row.min,
    max: numbers[index * NUMBERS + 2] ?? row.max,
  }));
  const edges = patch.edges ?? node.edges;
  if (facts.length === 0) return { ...node, metrics, edges };
  const metadata = [...node.metadata];
  for (const [index, value] of facts) {
    const row = metadata[index];
    if (row !== undefined) metadata[index] = { ...row, value };
  }
  return { ...node, metrics, metadata, edges };
}

/** Reads the frames of one connection in order. */
export class FrameReader {
  readonly #known = new Map<string, NodeSummary>();
  #isFirst = true;

  read(frame: unknown): Diff {
    const diff = decodeDiff(frame);
    // The first frame of a connection carries everything, whether it says so or not.
    const reset = diff.reset || this.#isFirst;
    this.#isFirst = false;
    if (reset) this.#known.clear();
    for (const id of diff.remove) this.#known.delete(id);
    for (const node of diff.add) this.#known.set(node.id, node);
    const update: NodeSummary[] = [];
    const patches: NodePatch[] = [];
    for (const node of diff.update) {
      const before = this.#known.get(node.id);
      const patch = before === undefined ? null : patchOf(before, node);
      if (patch === null) update.push(node);
      else patches.push(patch);
      if (before !== undefined) this.#known.set(node.id, node);
    }
    return { ...diff, update, patches, reset };
  }
}
