// What is drawn, as text that other tools read: Mermaid for documents, DOT for Graphviz, JSON for programs.

import type { Nodes } from "./diff";
import type { MapGraph, MapNode, Shape } from "./map";

/** Around a Mermaid label, by outline. */
const MERMAID_SHAPES: Partial<Record<Shape, readonly [string, string]>> = {
  circle: ["((", "))"],
  hexagon: ["{{", "}}"],
  cylinder: ["[(", ")]"],
  dottedcylinder: ["[(", ")]"],
  cloud: ["([", "])"],
};

const DOT_SHAPES: Partial<Record<Shape, string>> = {
  circle: "circle",
  hexagon: "hexagon",
  heptagon: "septagon",
  octagon: "octagon",
  pentagon: "pentagon",
  triangle: "triangle",
  dottedtriangle: "triangle",
  cylinder: "cylinder",
  dottedcylinder: "cylinder",
  sheet: "note",
  cloud: "ellipse",
};

/** A flow chart; boxes of the map are its subgraphs. */
export function mermaidOf(graph: MapGraph): string {
  const draw: Draw = ([node, at], indent) => {
    const [open, close] = MERMAID_SHAPES[node.shape] ?? ["[", "]"];
    return `${indent}n${at}${open}"${mermaidText(labelOf(node))}"${close}`;
  };
  const box: DrawBox = (at, title, inside, indent) => [
    `${indent}subgraph g${at}["${mermaidText(title)}"]`,
    ...inside,
    `${indent}end`,
  ];
  const edges = graph.edges.map(({ source, target }) => `  n${source} --> n${target}`);
  return `${["flowchart LR", ...insideOf(graph, -1, "  ", draw, box), ...edges].join("\n")}\n`;
}

/** A directed graph; boxes of the map are its clusters. */
export function dotOf(graph: MapGraph): string {
  const draw: Draw = ([node, at], indent) => {
    const shape = DOT_SHAPES[node.shape] ?? "box";
    return `${indent}n${at} [label=${dotText(labelOf(node))}, shape=${shape}, id=${dotText(node.id)}];`;
  };
  const box: DrawBox = (at, title, inside, indent) => [
    `${indent}subgraph cluster_${at} {`,
    `${indent}  label=${dotText(title)};`,
    ...inside,
    `${indent}}`,
  ];
  const head = ["digraph scope {", "  rankdir=LR;", '  node [fontname="sans-serif"];'];
  const edges = graph.edges.map(({ source, target }) => `  n${source} -> n${target};`);
  return `${[...head, ...insideOf(graph, -1, "  ", draw, box), ...edges].join("\n")}\n}\n`;
}

/** A node and its place in the graph. */
type Placed = readonly [MapNode, number];
type Draw = (node: Placed, indent: string) => string;
type DrawBox = (at: number, title: string, inside: readonly string[], indent: string) => readonly string[];

/** The lines of a box by its place, its boxes first; of what is in none for -1. A box comes after the one around it. */
function insideOf(
  graph: MapGraph,
  group: number,
  indent: string,
  draw: Draw,
  box: DrawBox,
): readonly string[] {
  const boxes = graph.groups.flatMap(({ title, outer }, at) => {
    if ((outer ?? -1) !== group || at <= group) return [];
    return box(at, title, insideOf(graph, at, `${indent}  `, draw, box), indent);
  });
  const placed = graph.nodes.map((node, index): Placed => [node, index]);
  const own = placed.filter(([node]) => Math.max(-1, node.group) === group);
  return [...boxes, ...own.map((node) => draw(node, indent))];
}

/** The nodes with all that the app says of them, as it said it `at` that time. */
export function jsonOf(view: string, nodes: Nodes, at: Date): string {
  return `${JSON.stringify({ view, at: at.toISOString(), nodes: [...nodes.values()] }, null, 2)}\n`;
}

function labelOf({ label, labelMinor }: MapNode): string {
  return labelMinor === "" ? label : `${label} (${labelMinor})`;
}

/** Quotes would end the label, and what looks like markup would become it: names come from outside. */
function mermaidText(text: string): string {
  return plain(text).replace(/[#"<>&`\\]/g, (letter) => `#${letter.charCodeAt(0)};`);
}

function dotText(text: string): string {
  return `"${plain(text).replace(/["\\]/g, "\\$&")}"`;
}

function plain(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a name from outside may have any
  return text.replace(/[\u0000-\u001f\u007f]+/g, " ");
}
