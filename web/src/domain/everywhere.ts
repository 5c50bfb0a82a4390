// The search in all views at once: how many nodes of each match, and the best of them by name.

import type { NodeSummary } from "../api/types";
import { shapeOf } from "./map-graph";
import { matches, parseQuery, type Query } from "./search";

/** A node that matches, as far as a list shows it. */
export interface Hit {
  readonly id: string;
  readonly label: string;
  readonly labelMinor: string;
  readonly rank: string;
  readonly shape: string;
  readonly pseudo: boolean;
}

export interface FoundView {
  readonly view: string;
  readonly count: number;
  /** Those whose name says it first. */
  readonly hits: readonly Hit[];
}

export interface Found {
  /** What was searched. */
  readonly text: string;
  readonly views: readonly FoundView[];
}

/** Nodes of one view listed of all that match. */
export const HITS_MAX = 6;

/** What of a view's nodes matches all of the terms; null where they are no search. */
export function foundIn(
  view: string,
  nodes: Iterable<NodeSummary>,
  terms: readonly string[],
): FoundView | null {
  const queries = terms.map(parseQuery).filter((query) => query !== null);
  if (queries.length === 0) return null;
  const best: { readonly node: NodeSummary; readonly place: number }[] = [];
  let count = 0;
  for (const node of nodes) {
    if (!queries.every((query) => matches(node, query))) continue;
    count += 1;
    const place = placeOf(node, queries);
    const last = best[HITS_MAX - 1];
    if (last !== undefined && compare(last, { node, place }) <= 0) continue;
    best.push({ node, place });
    best.sort(compare);
    best.length = Math.min(best.length, HITS_MAX);
  }
  return { view, count, hits: best.map(({ node }) => hitOf(node)) };
}

/** How telling the match is: the name begins with it, has it, or something else of the node has it. */
function placeOf(node: NodeSummary, queries: readonly Query[]): number {
  const last = queries[queries.length - 1];
  if (last === undefined || last.kind === "metric" || last.kind === "nothing") return 2;
  const at = node.label.search(last.pattern);
  return (at < 0 ? 2 : Math.min(at, 1)) + (node.pseudo ? 0.5 : 0);
}

function compare(a: { node: NodeSummary; place: number }, b: { node: NodeSummary; place: number }): number {
  return a.place - b.place || (a.node.label < b.node.label ? -1 : a.node.label > b.node.label ? 1 : 0);
}

function hitOf(node: NodeSummary): Hit {
  const { id, label, labelMinor, rank, pseudo } = node;
  return { id, label, labelMinor, rank, pseudo, shape: shapeOf(node.shape) };
}
