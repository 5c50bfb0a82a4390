// A view's summaries as the picture the canvas draws.

import type { NodeSummary } from "../api/types";
import type { Nodes } from "./diff";
import { type EdgeShow, edgeLook } from "./edge-show";
import { hueOf } from "./hue";
import type { MapEdge, MapGraph, MapNode, Shape } from "./map";
import { fillShare, type MetricChoice, metricOf, metricText } from "./metrics";
import { nodeState } from "./node-state";

const SHAPES: ReadonlySet<string> = new Set<Shape>([
  "circle",
  "triangle",
  "square",
  "pentagon",
  "hexagon",
  "heptagon",
  "octagon",
  "cloud",
  "cylinder",
  "dottedcylinder",
  "dottedtriangle",
  "sheet",
]);

/** A known outline, else the one the app uses for kinds nobody knows. */
export function shapeOf(name: string): Shape {
  if (SHAPES.has(name)) return name as Shape;
  return name === "storagesheet" ? "sheet" : "triangle";
}

/**
 * What tells `/usr/local/bin/etcd` from its neighbours: the last part of an absolute path. Programs that write
 * their whole command line into their name keep their arguments behind it.
 */
export function shortName(label: string): string {
  const end = /\s/.exec(label)?.index ?? label.length;
  const program = label.slice(0, end);
  return /^\/.*\/[^/]+$/.test(program) ? label.slice(program.lastIndexOf("/") + 1) : label;
}

/** At most `charsMax` characters: both ends with an ellipsis between, because names differ at their ends. */
export function middleCut(text: string, charsMax: number): string {
  // A long text is cut before it is taken apart: it comes from outside, and only its ends are read.
  const ends = text.length > charsMax * 4 ? text.slice(0, charsMax * 2) + text.slice(-charsMax * 2) : text;
  const characters = [...ends];
  if (characters.length <= charsMax) return text;
  const head = Math.ceil((charsMax - 1) / 2);
  const tail = characters.slice(characters.length - (charsMax - 1 - head)).join("");
  return `${characters.slice(0, head).join("").trimEnd()}…${tail.trimStart()}`;
}

/**
 * The second line of each node, blank where it does not tell nodes apart: the same host under all
 * says nothing, and of `vm (17)` and `vm (18)` only the numbers do.
 */
export function minorLabels(nodes: Nodes): ReadonlyMap<string, string> {
  const observed = [...nodes.values()].filter((node) => !node.pseudo && node.labelMinor !== "");
  const parts = observed.map((node) => HOST_AND_PART.exec(node.labelMinor));
  const hosts = new Set(parts.map((found) => found?.[1] ?? null));
  const sameHost = hosts.size === 1 && !hosts.has(null) && observed.length > 1;
  const lines = new Map<string, string>();
  for (const node of nodes.values()) {
    const part = HOST_AND_PART.exec(node.labelMinor)?.[2] ?? "";
    lines.set(node.id, sameHost && !node.pseudo ? part : node.labelMinor);
  }
  return lines;
}

/** `vm`, `vm (17)`: a host, and which part of it. */
const HOST_AND_PART = /^([^\s()]+)(?: \((.+)\))?$/;

interface Links {
  readonly edges: readonly MapEdge[];
  readonly degrees: readonly number[];
  readonly loops: ReadonlySet<number>;
}

function linksOf(nodes: readonly NodeSummary[], show: EdgeShow): Links {
  const places = new Map(nodes.map((node, index) => [node.id, index]));
  const edges: MapEdge[] = [];
  const degrees = Array<number>(nodes.length).fill(0);
  const loops = new Set<number>();
  nodes.forEach((node, source) => {
    const carried = new Map(show === "nothing" ? [] : node.edges.map((edge) => [edge.to, edge]));
    for (const id of new Set(node.adjacency)) {
      const target = places.get(id);
      // A neighbour hidden by an option is still in the adjacency; its edge has nowhere to end.
      if (target === undefined) continue;
      if (target === source) {
        loops.add(source);
        continue;
      }
      const look = edgeLook(show, carried.get(id));
      edges.push(look === null ? { source, target } : { source, target, look });
      degrees[source] = (degrees[source] ?? 0) + 1;
      degrees[target] = (degrees[target] ?? 0) + 1;
    }
  });
  return { edges, degrees, loops };
}

/** What a picture was made of, so that the next of the same view costs what has changed. */
interface Memory {
  readonly summaries: readonly NodeSummary[];
  readonly hues: ReadonlyMap<string, number>;
  readonly metric: MetricChoice | null;
  readonly show: EdgeShow;
  readonly minors: ReadonlyMap<string, string>;
  readonly links: Links;
}

const memories = new WeakMap<MapGraph, Memory>();

function sameAdjacency(one: NodeSummary, other: NodeSummary): boolean {
  const [a, b] = [one.adjacency, other.adjacency];
  return a === b || (a.length === b.length && a.every((id, index) => id === b[index]));
}

/** Whether nodes, their order, their edges and their second lines are as before. */
function sameList(before: readonly NodeSummary[], now: readonly NodeSummary[]): boolean {
  if (before.length !== now.length) return false;
  return now.every((node, index) => {
    const was = before[index];
    if (was === node || was === undefined) return was === node;
    if (was.id !== node.id || was.labelMinor !== node.labelMinor || was.pseudo !== node.pseudo) return false;
    return sameAdjacency(was, node);
  });
}

/** Whether two states of a node differ in figures only. */
export function sameFace(one: MapNode, other: MapNode): boolean {
  if (one === other) return true;
  if (one.label !== other.label || one.state !== other.state || one.hue !== other.hue) return false;
  return one.shape === other.shape && one.stack === other.stack;
}

/**
 * The picture of `nodes` in the view `key`; `hues` by rank, `metric` fills the glyphs, edges show `show`. What is as in
 * the picture `before` is taken from it.
 */
export function mapGraph(
  key: string,
  nodes: Nodes,
  hues: ReadonlyMap<string, number>,
  metric: MetricChoice | null,
  show: EdgeShow = "nothing",
  before: MapGraph | null = null,
): MapGraph {
  const summaries = [...nodes.values()];
  const known = before?.key === key ? memories.get(before) : undefined;
  const kept = known && before && sameList(known.summaries, summaries) ? { known, before } : null;
  const minors = kept?.known.minors ?? minorLabels(nodes);
  const isPlain = show === "nothing" && kept?.known.show === "nothing";
  const links = isPlain ? kept.known.links : linksOf(summaries, show);
  const mapNodes = summaries.map((node, index): MapNode => {
    const was = kept?.known.summaries[index] === node ? kept.before.nodes[index] : undefined;
    const again = was && kept && reused(was, node, kept.known, hues, metric);
    return again ?? mapNode(node, index, links, minors, hues, metric);
  });
  const sameFaces = kept?.before.nodes.every((node, index) => sameFace(node, mapNodes[index] ?? node));
  const graph: MapGraph = {
    key,
    nodes: mapNodes,
    edges: links.edges,
    groups: [],
    shape: kept?.before.shape ?? {},
    faces: (sameFaces ? kept?.before.faces : undefined) ?? {},
  };
  memories.set(graph, { summaries, hues, metric, show, minors, links });
  return graph;
}

/** A node whose summary is as it was: as it was drawn, or with a new level where the ceiling has moved. */
function reused(
  was: MapNode,
  node: NodeSummary,
  known: Memory,
  hues: ReadonlyMap<string, number>,
  metric: MetricChoice | null,
): MapNode | null {
  if (known.hues !== hues || known.metric?.label !== metric?.label) return null;
  if (known.metric?.ceiling === metric?.ceiling || metric === null || node.pseudo) return was;
  const shown = metricOf(node, metric.label);
  const fill = shown === null ? -1 : fillShare(shown, metric.ceiling);
  return fill === was.fill ? was : { ...was, fill };
}

function mapNode(
  node: NodeSummary,
  index: number,
  links: Links,
  minors: ReadonlyMap<string, string>,
  hues: ReadonlyMap<string, number>,
  metric: MetricChoice | null,
): MapNode {
  const shown = metric === null || node.pseudo ? null : metricOf(node, metric.label);
  return {
    id: node.id,
    label: shortName(node.label),
    labelMinor: minors.get(node.id) ?? "",
    shape: shapeOf(node.shape),
    hue: hueOf(node, hues),
    pseudo: node.pseudo,
    stack: node.stack,
    state: nodeState(node),
    fill: shown === null ? -1 : fillShare(shown, metric?.ceiling ?? 0),
    fillText: shown === null ? "" : metricText(shown),
    group: -1,
    selfLoop: links.loops.has(index),
    degree: links.degrees[index] ?? 0,
  };
}
