// Orders over a scene that are worked out once: which edges touch a node, and whose label matters most.

import type { MapGraph, MapNode } from "../domain/map";
import { at } from "./typed";

interface Ends {
  readonly source: number;
  readonly target: number;
}

/** Edges at each node, as `starts` into `touching`. */
export function touchingEdges(
  rows: readonly Ends[],
  live: number,
  count: number,
): [Uint32Array, Uint32Array] {
  const starts = new Uint32Array(count + 1);
  const each = (visit: (node: number, edge: number) => void) => {
    for (let e = 0; e < live; e++) {
      const row = rows[e];
      if (row) {
        visit(row.source, e);
        visit(row.target, e);
      }
    }
  };
  each((node) => {
    starts[node + 1] = at(starts, node + 1) + 1;
  });
  for (let i = 0; i < count; i++) {
    starts[i + 1] = at(starts, i + 1) + at(starts, i);
  }
  const next = starts.slice();
  const touching = new Uint32Array(at(starts, count));
  each((node, e) => {
    const place = at(next, node);
    touching[place] = e;
    next[node] = place + 1;
  });
  return [starts, touching];
}

/** Trouble first, then the most connected, then by name. */
export function importanceOrder(graph: MapGraph): Uint32Array {
  const weight = (node: MapNode) =>
    (node.state === "unhealthy" || node.state === "restarting" ? 1e6 : 0) + node.degree;
  const weights = graph.nodes.map(weight);
  const order = Uint32Array.from(graph.nodes.keys());
  return order.sort((a, b) => {
    const byWeight = at(weights, b) - at(weights, a);
    if (byWeight !== 0) {
      return byWeight;
    }
    const [one, other] = [graph.nodes[a]?.label ?? "", graph.nodes[b]?.label ?? ""];
    return one < other ? -1 : one > other ? 1 : a - b;
  });
}
