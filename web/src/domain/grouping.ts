// The picture in boxes: nodes that belong together share one, up to two deep. A closed box is a node that
// stands for all in it, and the edges to them become one.

import type { Nodes } from "./diff";
import { bundledLook } from "./edge-show";
import { type Folds, isClosed } from "./folds";
import { type GroupBy, groupByTitle, groupValue } from "./group-keys";
import type { MapEdge, MapGraph, MapGroup, MapNode, NodeState } from "./map";
import type { MetricChoice } from "./metrics";
import { groupFill } from "./metrics";
import { plural } from "./units";

export interface Grouping {
  /** The outer boxes first, then those in them. */
  readonly by: readonly GroupBy[];
  readonly folds: Folds;
  /** There is more than can be read: boxes are closed unless the reader says otherwise. */
  readonly crowded: boolean;
  /** What one node is called. */
  readonly noun: string;
}

/** Between the parts of a box's id; reports cannot contain it. */
const PART = "\u001f";
const ID_PREFIX = "box:";
/** What is wrong in a closed box is seen on it, worst first. */
const TROUBLE: readonly NodeState[] = ["unhealthy", "restarting"];

interface Box {
  readonly id: string;
  readonly title: string;
  readonly level: number;
  readonly outer: Box | null;
  readonly members: number[];
}

/** Nodes that talk to nobody share a box where there are so many beside some that do. */
const LOOSE_MIN = 8;
const LOOSE_ID = `${ID_PREFIX}loose`;

/** Whether an id on the map is that of a box. */
export function isBox(id: string): boolean {
  return id.startsWith(ID_PREFIX);
}

/** What a box is called: its value, or that its nodes have none. */
function titleOf(by: GroupBy, value: string): string {
  return value === "" ? `No ${groupByTitle(by).toLowerCase()}` : value;
}

class Boxes {
  readonly all = new Map<string, Box>();
  private readonly foldsLoose: boolean;

  constructor(
    private readonly graph: MapGraph,
    private readonly nodes: Nodes,
    private readonly by: readonly GroupBy[],
  ) {
    const loose = graph.nodes.filter(({ degree }) => degree === 0).length;
    this.foldsLoose = loose >= LOOSE_MIN && loose < graph.nodes.length;
  }

  /** The innermost box of a node; null for one that stands alone. */
  boxOf(index: number): Box | null {
    const node = this.graph.nodes[index];
    const summary = node === undefined ? undefined : this.nodes.get(node.id);
    if (node === undefined || summary === undefined) return null;
    const [outerBy, innerBy] = this.by;
    if (outerBy === undefined) return this.looseBox(node, index);
    const value = groupValue(summary, outerBy);
    // Pseudo nodes belong nowhere unless they say so.
    if (value === "" && node.pseudo) return null;
    const outer = this.box(`${ID_PREFIX}${outerBy}=${value}`, titleOf(outerBy, value), null);
    outer.members.push(index);
    const within = innerBy === undefined ? "" : groupValue(summary, innerBy);
    if (innerBy === undefined || within === "") return outer;
    const inner = this.box(`${outer.id}${PART}${innerBy}=${within}`, within, outer);
    inner.members.push(index);
    return inner;
  }

  private looseBox({ degree }: MapNode, index: number): Box | null {
    if (degree > 0 || !this.foldsLoose) return null;
    const box = this.box(LOOSE_ID, "Not connected", null);
    box.members.push(index);
    return box;
  }

  private box(id: string, title: string, outer: Box | null): Box {
    const found = this.all.get(id);
    if (found !== undefined) return found;
    const made = { id, title, level: outer === null ? 0 : 1, outer, members: [] };
    this.all.set(id, made);
    return made;
  }
}

/**
 * `graph` in boxes. Without any way to group only those that talk to nobody are put together. The same graph where
 * nothing can be grouped.
 */
export function groupGraph(
  graph: MapGraph,
  nodes: Nodes,
  grouping: Grouping,
  metric: MetricChoice | null,
): MapGraph {
  const { by, folds, crowded, noun } = grouping;
  const boxes = new Boxes(graph, nodes, by);
  const homes = graph.nodes.map((_, index) => boxes.boxOf(index));
  if (boxes.all.size === 0) return graph;
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
  const picture = new Picture(graph, homes, closed, placeOf, (box) =>
    closedNode(box, graph, nodes, metric, noun),
  );
  return {
    ...picture.draw(),
    key: by.length === 0 ? graph.key : `${graph.key} ${by.join(PART)}`,
    groups: open.map((box): MapGroup => {
      const total = totalOf(box, graph, nodes, metric, noun);
      return { id: box.id, title: box.title, total, outer: placeOf(box.outer) };
    }),
    arrangement: open.map(({ id }) => id).join("\n"),
  };
}

/** Nodes and edges with each closed box in the place of what it holds. */
class Picture {
  private readonly nodes: MapNode[] = [];
  private readonly inside = new Map<string, string>();
  /** Where each node of the graph is in the picture: its own place or that of its closed box. */
  private readonly stands: number[];

  constructor(
    private readonly graph: MapGraph,
    homes: readonly (Box | null)[],
    closed: (box: Box | null) => Box | null,
    placeOf: (box: Box | null) => number,
    nodeOf: (box: Box) => MapNode,
  ) {
    const shut = new Map<string, number>();
    this.stands = graph.nodes.map((node, index) => {
      const home = homes[index] ?? null;
      const box = closed(home);
      if (box === null) return this.nodes.push({ ...node, group: placeOf(home) }) - 1;
      this.inside.set(node.id, box.id);
      const known = shut.get(box.id);
      if (known !== undefined) return known;
      const place = this.nodes.push({ ...nodeOf(box), group: placeOf(box.outer) }) - 1;
      shut.set(box.id, place);
      return place;
    });
  }

  draw(): Pick<MapGraph, "nodes" | "edges" | "inside"> {
    const edges = this.bundle();
    const degrees = new Map<number, number>();
    for (const { source, target } of edges) {
      degrees.set(source, (degrees.get(source) ?? 0) + 1);
      degrees.set(target, (degrees.get(target) ?? 0) + 1);
    }
    const nodes = this.nodes.map((node, index) => ({ ...node, degree: degrees.get(index) ?? 0 }));
    return { nodes, edges, inside: this.inside };
  }

  /** One edge for all that run between the same two; those within a closed box are not drawn. */
  private bundle(): MapEdge[] {
    const width = this.nodes.length;
    const bundles = new Map<number, MapEdge[]>();
    for (const edge of this.graph.edges) {
      const source = this.stands[edge.source] ?? -1;
      const target = this.stands[edge.target] ?? -1;
      if (source < 0 || target < 0 || source === target) continue;
      const bundle = bundles.get(source * width + target);
      if (bundle === undefined) bundles.set(source * width + target, [{ ...edge, source, target }]);
      else bundle.push(edge);
    }
    const heaviest = [...bundles.values()].reduce((most, { length }) => Math.max(most, length), 1);
    return [...bundles.values()].flatMap((bundle): MapEdge[] => {
      const [first] = bundle;
      if (first === undefined || (bundle.length === 1 && !this.joinsBox(first))) return first ? [first] : [];
      const looks = bundle.map((edge) => edge.look ?? null);
      return [{ ...first, look: bundledLook(looks, heaviest), bundled: bundle.length }];
    });
  }

  private joinsBox({ source, target }: MapEdge): boolean {
    return [source, target].some((end) => this.nodes[end]?.members !== undefined);
  }
}

function membersOf(box: Box, graph: MapGraph): MapNode[] {
  return box.members.flatMap((index) => graph.nodes[index] ?? []);
}

function closedNode(
  box: Box,
  graph: MapGraph,
  nodes: Nodes,
  metric: MetricChoice | null,
  noun: string,
): MapNode {
  const members = membersOf(box, graph);
  const { share, text } = groupFill(summariesOf(members, nodes), metric);
  return {
    id: box.id,
    label: box.title,
    labelMinor: plural(members.length, noun),
    shape: mostFrequent(members.map(({ shape }) => shape)) ?? "hexagon",
    hue: mostFrequent(members.map(({ hue }) => hue)) ?? -1,
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
function totalOf(box: Box, graph: MapGraph, nodes: Nodes, metric: MetricChoice | null, noun: string): string {
  const members = membersOf(box, graph);
  const { text } = groupFill(summariesOf(members, nodes), metric);
  const count = plural(members.length, noun);
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
