// The picture in boxes: nodes that belong together share one, up to two deep. A closed box is a node that
// stands for all in it, and the edges to them become one.

import { say } from "../text/text";
import { type Box, Boxes, LOOSE_ID, PART } from "./boxes";
import type { Nodes } from "./diff";
import { bundledLook } from "./edge-show";
import { type Folds, isClosed } from "./folds";
import { type GroupBy, groupHue, groupValue } from "./group-keys";
import type { MapEdge, MapGraph, MapGroup, MapNode, NodeState } from "./map";
import { sameFace } from "./map-graph";
import { groupFill, type MetricChoice } from "./metrics";
import type { Noun } from "./views";

export interface Grouping {
  /** The outer boxes first, then those in them. */
  readonly by: readonly GroupBy[];
  readonly folds: Folds;
  /** There is more than can be read: boxes are closed unless the reader says otherwise. */
  readonly crowded: boolean;
  /** What nodes are called. */
  readonly noun: Noun;
}

/** What is wrong in a closed box is seen on it, worst first. */
const TROUBLE: readonly NodeState[] = ["unhealthy", "restarting"];

/** A node of the picture: one of the view, or a closed box. */
interface Slot {
  /** Place in the view, or the closed box. */
  readonly stands: number | Box;
  /** The open box it lies in, or -1. */
  readonly group: number;
}

/** What does not depend on figures. */
interface Plan {
  readonly open: readonly Box[];
  readonly outers: readonly number[];
  readonly slots: readonly Slot[];
  /** Where each node of the view is in the picture: its own place or that of its closed box. */
  readonly stands: readonly number[];
  readonly inside: ReadonlyMap<string, string>;
}

/** What a picture was made of, so that the next costs what has changed. */
interface Memory {
  readonly whole: MapGraph;
  readonly nodes: Nodes;
  readonly grouping: Grouping;
  readonly plan: Plan;
  readonly degrees: ReadonlyMap<number, number>;
}

const memories = new WeakMap<MapGraph, Memory>();

/**
 * `graph` in boxes. Without any way to group only those that talk to nobody are put together. The same graph where
 * nothing can be grouped. What is as in the picture `before` is taken from it.
 */
export function groupGraph(
  graph: MapGraph,
  nodes: Nodes,
  grouping: Grouping,
  metric: MetricChoice | null,
  before: MapGraph | null = null,
): MapGraph {
  const memory = before === null ? undefined : memories.get(before);
  const known =
    before !== null && memory && isSamePlan(memory, graph, nodes, grouping) ? { before, memory } : null;
  const plan = known?.memory.plan ?? planOf(graph, nodes, grouping);
  if (plan === null) return graph;
  const isEdgesKept = known?.memory.whole.edges === graph.edges;
  const edges = known !== null && isEdgesKept ? known.before.edges : bundled(graph, plan);
  const degrees = known?.memory.degrees ?? degreesOf(edges);
  const isKept = (index: number) => known?.memory.whole.nodes[index] === graph.nodes[index];
  const isBoxKept = (box: Box) => known?.memory.grouping.noun === grouping.noun && box.members.every(isKept);
  const drawn = plan.slots.map(({ stands, group }, place): MapNode => {
    const was = known?.before.nodes[place];
    const degree = degrees.get(place) ?? 0;
    if (typeof stands !== "number") {
      if (was !== undefined && isBoxKept(stands)) return was;
      return { ...closedNode(stands, graph, nodes, metric, grouping), group, degree };
    }
    const node = graph.nodes[stands];
    if (node === undefined || (was !== undefined && isKept(stands))) return was ?? NOBODY;
    return { ...node, group, degree, hue: hueIn(node, nodes, grouping.by) };
  });
  const groups = plan.open.map((box, place): MapGroup => {
    const was = known?.before.groups[place];
    if (was !== undefined && isBoxKept(box)) return was;
    const total = totalOf(box, graph, nodes, metric, grouping.noun);
    return { id: box.id, title: box.title, total, outer: plan.outers[place] ?? -1 };
  });
  const isSameFaces = known?.before.nodes.every((node, place) => sameFace(node, drawn[place] ?? node));
  const result: MapGraph = {
    key: grouping.by.length === 0 ? graph.key : `${graph.key} ${grouping.by.join(PART)}`,
    nodes: drawn,
    edges,
    groups,
    inside: plan.inside,
    arrangement: plan.open.map(({ id }) => id).join("\n"),
    shape: known?.before.shape ?? {},
    faces: (isSameFaces ? known?.before.faces : undefined) ?? {},
  };
  memories.set(result, { whole: graph, nodes, grouping, plan, degrees });
  return result;
}

/** The colour that the way to group gives a node; its own where it gives none. */
function hueIn({ id, hue }: MapNode, nodes: Nodes, by: readonly GroupBy[]): number {
  const summary = nodes.get(id);
  if (summary === undefined) return hue;
  for (const way of by) {
    const own = groupHue(way, groupValue(summary, way));
    if (own !== null) return own;
  }
  return hue;
}

/** Whether the same nodes are in the same boxes, and the same boxes open. */
function isSamePlan(
  memory: Memory,
  graph: MapGraph,
  nodes: Nodes,
  { by, folds, crowded }: Grouping,
): boolean {
  const { whole, grouping } = memory;
  if (graph.shape === undefined || whole.shape !== graph.shape || whole.key !== graph.key) return false;
  if (grouping.by.join(PART) !== by.join(PART) || grouping.folds !== folds) return false;
  if (grouping.crowded !== crowded) return false;
  return graph.nodes.every((node, index) => {
    if (node === whole.nodes[index]) return true;
    const [was, is] = [memory.nodes.get(node.id), nodes.get(node.id)];
    return was === is || (was && is && by.every((way) => groupValue(was, way) === groupValue(is, way)));
  });
}

const NOBODY: MapNode = {
  id: "",
  label: "",
  labelMinor: "",
  shape: "circle",
  hue: -1,
  pseudo: true,
  stack: false,
  state: "unknown",
  fill: -1,
  fillText: "",
  group: -1,
  selfLoop: false,
  degree: 0,
};

/** Who is in which box, and which are open; null where there is no box. */
function planOf(graph: MapGraph, nodes: Nodes, { by, folds, crowded }: Grouping): Plan | null {
  const boxes = new Boxes(graph, nodes, by);
  const homes = graph.nodes.map((_, index) => boxes.boxOf(index));
  if (boxes.all.size === 0) return null;
  // A box around one node in another box says nothing that the node does not.
  const isDrawn = (box: Box) => box.level === 0 || box.members.length > 1;
  const isShut = (box: Box) => isDrawn(box) && isClosed(folds, box.id, crowded || box.id === LOOSE_ID);
  const open = [...boxes.all.values()].filter(
    (box) => isDrawn(box) && !isShut(box) && (box.outer === null || !isShut(box.outer)),
  );
  open.sort((a, b) => a.level - b.level);
  const places = new Map(open.map((box, index) => [box.id, index]));
  /** The open box a node or a closed box lies in. */
  const placeOf = (box: Box | null): number =>
    box === null ? -1 : (places.get(box.id) ?? placeOf(box.outer));
  const closed = (box: Box | null): Box | null => {
    if (box === null) return null;
    if (box.outer !== null && isShut(box.outer)) return box.outer;
    return isShut(box) ? box : null;
  };
  return { open, outers: open.map(({ outer }) => placeOf(outer)), ...slotsOf(graph, homes, closed, placeOf) };
}

/** The picture's nodes, with each closed box in the place of the first of what it holds. */
function slotsOf(
  graph: MapGraph,
  homes: readonly (Box | null)[],
  closed: (box: Box | null) => Box | null,
  placeOf: (box: Box | null) => number,
): Pick<Plan, "slots" | "stands" | "inside"> {
  const slots: Slot[] = [];
  const inside = new Map<string, string>();
  const shut = new Map<string, number>();
  const stands = graph.nodes.map((node, index) => {
    const home = homes[index] ?? null;
    const box = closed(home);
    if (box === null) return slots.push({ stands: index, group: placeOf(home) }) - 1;
    inside.set(node.id, box.id);
    const place = shut.get(box.id) ?? slots.push({ stands: box, group: placeOf(box.outer) }) - 1;
    shut.set(box.id, place);
    return place;
  });
  return { slots, stands, inside };
}

/** One edge for all that run between the same two; those within a closed box are not drawn. */
function bundled(graph: MapGraph, { slots, stands }: Plan): MapEdge[] {
  const bundles = new Map<number, MapEdge[]>();
  for (const edge of graph.edges) {
    const source = stands[edge.source] ?? -1;
    const target = stands[edge.target] ?? -1;
    if (source < 0 || target < 0 || source === target) continue;
    const bundle = bundles.get(source * slots.length + target);
    if (bundle === undefined) bundles.set(source * slots.length + target, [{ ...edge, source, target }]);
    else bundle.push(edge);
  }
  const joinsBox = ({ source, target }: MapEdge) =>
    [source, target].some((end) => typeof slots[end]?.stands !== "number");
  const heaviest = [...bundles.values()].reduce((most, { length }) => Math.max(most, length), 1);
  return [...bundles.values()].flatMap((bundle): MapEdge[] => {
    const [first] = bundle;
    if (first === undefined || (bundle.length === 1 && !joinsBox(first))) return first ? [first] : [];
    const looks = bundle.map((edge) => edge.look ?? null);
    return [{ ...first, look: bundledLook(looks, heaviest), bundled: bundle.length }];
  });
}

function degreesOf(edges: readonly MapEdge[]): ReadonlyMap<number, number> {
  const degrees = new Map<number, number>();
  for (const { source, target } of edges) {
    degrees.set(source, (degrees.get(source) ?? 0) + 1);
    degrees.set(target, (degrees.get(target) ?? 0) + 1);
  }
  return degrees;
}

function membersOf(box: Box, graph: MapGraph): MapNode[] {
  return box.members.flatMap((index) => graph.nodes[index] ?? []);
}

function closedNode(
  box: Box,
  graph: MapGraph,
  nodes: Nodes,
  metric: MetricChoice | null,
  { noun, by }: Grouping,
): MapNode {
  const members = membersOf(box, graph);
  const { share, text } = groupFill(summariesOf(members, nodes), metric);
  return {
    id: box.id,
    label: box.title,
    labelMinor: say.figures.things(members.length, noun),
    shape: mostFrequent(members.map(({ shape }) => shape)) ?? "hexagon",
    hue: mostFrequent(members.map((node) => hueIn(node, nodes, by))) ?? -1,
    pseudo: false,
    stack: true,
    state: stateOf(members),
    fill: share,
    fillText: text,
    group: -1,
    selfLoop: false,
    degree: 0,
    members: members.length,
  };
}

function summariesOf(members: readonly MapNode[], nodes: Nodes) {
  return members.flatMap(({ id }) => nodes.get(id) ?? []);
}

/** `12 containers · 1.2 GB`. */
function totalOf(box: Box, graph: MapGraph, nodes: Nodes, metric: MetricChoice | null, noun: Noun): string {
  const members = membersOf(box, graph);
  const { text } = groupFill(summariesOf(members, nodes), metric);
  const count = say.figures.things(members.length, noun);
  return text === "" ? count : `${count} · ${text}`;
}

/** Trouble of one is trouble of all; any other state only when all have it. */
function stateOf(members: readonly MapNode[]): NodeState {
  const states = new Set(members.map(({ state }) => state));
  const trouble = TROUBLE.find((state) => states.has(state));
  if (trouble !== undefined) return trouble;
  const [only] = states;
  return states.size === 1 && only !== undefined ? only : "plain";
}

function mostFrequent<T>(values: readonly T[]): T | null {
  const counts = new Map<T, number>();
  let best: T | null = null;
  for (const value of values) {
    const count = (counts.get(value) ?? 0) + 1;
    counts.set(value, count);
    if (best === null || count > (counts.get(best) ?? 0)) best = value;
  }
  return best;
}
