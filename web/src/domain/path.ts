// The shortest way between two nodes along the edges of the picture, whichever way they run.

import type { MapGraph } from "./map";

/** Nodes selected at once. */
export const PICKED_MAX = 1000;

/** The ids from `from` to `to`, both included; null where no way leads there. */
export function shortestPath(graph: MapGraph, from: string, to: string): readonly string[] | null {
  const places = new Map(graph.nodes.map(({ id }, index) => [id, index]));
  const [start, end] = [places.get(from), places.get(to)];
  if (start === undefined || end === undefined) return null;
  const near: number[][] = graph.nodes.map(() => []);
  for (const { source, target } of graph.edges) {
    near[source]?.push(target);
    near[target]?.push(source);
  }
  const reachedFrom = new Map([[start, start]]);
  const open = [start];
  for (const node of open) {
    if (node === end) break;
    for (const next of near[node] ?? []) {
      if (reachedFrom.has(next)) continue;
      reachedFrom.set(next, node);
      open.push(next);
    }
  }
  if (!reachedFrom.has(end)) return null;
  const way = [end];
  for (let node = end; node !== start; ) {
    node = reachedFrom.get(node) ?? start;
    way.push(node);
  }
  return way.reverse().flatMap((index) => graph.nodes[index]?.id ?? []);
}
