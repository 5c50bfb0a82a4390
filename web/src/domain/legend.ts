// What the picture's shapes, hues and states stand for, counted, for the legend.

import { say } from "../text/text";
import type { Nodes } from "./diff";
import { type GroupBy, groupHue, groupValue } from "./group-keys";
import type { MapGraph, MapNode, NodeState, Shape } from "./map";

export interface LegendShape {
  readonly shape: Shape;
  readonly title: string;
  readonly count: number;
}

export interface LegendHue {
  readonly hue: number;
  readonly title: string;
  readonly count: number;
}

export interface Legend {
  readonly shapes: readonly LegendShape[];
  readonly hues: readonly LegendHue[];
  /** Groups beyond those listed. */
  readonly moreHues: number;
  readonly states: readonly { readonly state: NodeState; readonly count: number }[];
}

export const LEGEND_HUES_MAX = 8;

/** What one shape stands for in a view; the shape's own meaning where the view says nothing. */
const SHAPE_TITLES: Readonly<Record<Shape, string>> = say.things.shapes;

function hueOf(node: MapNode, nodes: Nodes, by: readonly GroupBy[]): Pick<LegendHue, "hue" | "title"> {
  const summary = nodes.get(node.id);
  if (summary === undefined) return { hue: node.hue, title: "" };
  for (const way of by) {
    const title = groupValue(summary, way);
    const hue = groupHue(way, title);
    if (hue !== null) return { hue, title };
  }
  return { hue: node.hue, title: summary.rank };
}

/** What `graph` shows; `by` are the ways it is grouped by, whose colours replace those of the nodes. */
export function legendOf(graph: MapGraph, nodes: Nodes, by: readonly GroupBy[] = []): Legend {
  const shapes = new Map<string, LegendShape>();
  const hues = new Map<string, LegendHue>();
  const states = new Map<NodeState, number>();
  for (const node of graph.nodes) {
    const title = node.pseudo && node.shape !== "cloud" ? say.things.notObserved : SHAPE_TITLES[node.shape];
    const key = `${node.shape} ${title}`;
    shapes.set(key, { shape: node.shape, title, count: (shapes.get(key)?.count ?? 0) + 1 });
    if (node.state !== "plain") states.set(node.state, (states.get(node.state) ?? 0) + 1);
    const { hue, title: group } = hueOf(node, nodes, by);
    if (hue < 0 || group === "") continue;
    hues.set(group, { hue, title: group, count: (hues.get(group)?.count ?? 0) + 1 });
  }
  const byCount = (a: LegendHue, b: LegendHue) => b.count - a.count || a.title.localeCompare(b.title);
  const sorted = [...hues.values()].sort(byCount);
  return {
    shapes: [...shapes.values()].sort((a, b) => b.count - a.count),
    hues: sorted.slice(0, LEGEND_HUES_MAX),
    moreHues: Math.max(0, sorted.length - LEGEND_HUES_MAX),
    states: [...states].map(([state, count]) => ({ state, count })),
  };
}
