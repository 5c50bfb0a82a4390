// The map in words, for ears and for a keyboard: each node with what its picture shows, and each step from one
// to the next with the edge it went along.

import { say } from "../text/text";
import type { MapGraph, MapGroup, MapNode } from "./map";
import { STATE_WORDS } from "./node-state";

/** Numbers of different nodes that each has an edge with, by place in the graph. */
export function neighbourCounts({ nodes, edges }: MapGraph): readonly number[] {
  const neighbours = nodes.map(() => new Set<number>());
  for (const { source, target } of edges) {
    neighbours[source]?.add(target);
    neighbours[target]?.add(source);
  }
  return neighbours.map(({ size }) => size);
}

/** `web host-1, unhealthy, CPU 12 %, 3 neighbours`; `metric` is blank where none is chosen. */
export function nodeWords(node: MapNode, neighbours: number, metric: string): string {
  const minor = node.labelMinor === "" ? "" : ` ${node.labelMinor}`;
  const name =
    node.members === undefined ? node.label + minor : say.map.closedBox(node.label, node.labelMinor);
  return [
    name,
    ...(node.state === "plain" ? [] : [STATE_WORDS[node.state]]),
    ...(metric === "" ? [] : [metricWords(node, metric)]),
    say.figures.neighbours(neighbours),
  ].join(", ");
}

function metricWords({ fillText, fill }: MapNode, metric: string): string {
  return fill < 0 || fillText === "" ? say.map.notMeasured(metric) : say.map.metricOf(metric, fillText);
}

/** An open box: what it holds follows as nodes of their own. */
export function boxWords({ title, total = "" }: MapGroup): string {
  return say.map.openBox(title, total);
}

/** How one came from a node to the next: along which edge, or past none. */
export function stepWords({ nodes, edges }: MapGraph, from: string, to: string): string {
  const place = (id: string) => nodes.findIndex((node) => node.id === id);
  const [one, other] = [place(from), place(to)];
  const [start, end] = [nodes[one]?.label ?? from, nodes[other]?.label ?? to];
  if (from === to) return say.map.noWay(start);
  const calls = edges.some(({ source, target }) => source === one && target === other);
  const isCalled = edges.some(({ source, target }) => source === other && target === one);
  if (calls && isCalled) return say.map.bothConnect(start, end);
  if (calls) return say.map.connects(start, end);
  return isCalled ? say.map.connects(end, start) : say.map.beside(end);
}
