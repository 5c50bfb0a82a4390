// The traffic between boxes for the view from afar: one thick path per pair of them.

import type { MapGraph } from "../domain/map";
import { addEdge, type SegmentList } from "./edge-geometry";
import { at } from "./typed";

/** Bundles drawn between groups, the heaviest first. */
const BUNDLES_MAX = 150;
/** Width of the lightest bundle; the heaviest has this and 1 more. */
const BUNDLE_WIDTH_MIN = 0.25;

/** Adds a path per pair of groups with traffic. */
export function addBundles(list: SegmentList, graph: MapGraph, boxes: Float32Array): void {
  const groups = graph.groups.length;
  const weights = new Map<number, number>();
  for (const edge of graph.edges) {
    const a = graph.nodes[edge.source]?.group ?? -1;
    const b = graph.nodes[edge.target]?.group ?? -1;
    if (a >= 0 && b >= 0 && a !== b) {
      weights.set(a * groups + b, (weights.get(a * groups + b) ?? 0) + 1);
    }
  }
  const heaviest = [...weights].sort((one, other) => other[1] - one[1]).slice(0, BUNDLES_MAX);
  const most = heaviest[0]?.[1] ?? 1;
  heaviest.forEach(([pair, weight], i) => {
    const [a, b] = [Math.floor(pair / groups), pair % groups];
    const from = boxEdge(boxes, a, b);
    const to = boxEdge(boxes, b, a);
    const ends = { x0: from[0], y0: from[1], x1: to[0], y1: to[1] };
    if (Object.values(ends).every(Number.isFinite)) {
      const width = BUNDLE_WIDTH_MIN + (weight / most) ** 0.7;
      const twoWay = weights.has(b * groups + a);
      addEdge(list, i, ends, [], { sourceCode: -1, targetCode: -1, twoWay, width });
    }
  });
}

/** Where the line from the middle of box `a` to the middle of box `b` leaves box `a`. */
function boxEdge(boxes: Float32Array, a: number, b: number): [number, number] {
  const middle = (g: number, side: number) => (at(boxes, g * 4 + side) + at(boxes, g * 4 + side + 2)) / 2;
  const [x, y] = [middle(a, 0), middle(a, 1)];
  const [dx, dy] = [middle(b, 0) - x, middle(b, 1) - y];
  const reachX = (at(boxes, a * 4 + 2) - x) / Math.max(Math.abs(dx), 1e-6);
  const reachY = (at(boxes, a * 4 + 3) - y) / Math.max(Math.abs(dy), 1e-6);
  const share = Math.min(reachX, reachY, 0.5);
  return [x + dx * share, y + dy * share];
}
