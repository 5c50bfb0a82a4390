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
  const lines = ["flowchart LR"];
  const draw = ([node, at]: Placed, indent: string) => {
    const [open, close] = MERMAID_SHAPES[node.shape] ?? ["[", "]"];
    lines.push(`${indent}n${at}${open}"${mermaidText(labelOf(node))}"${close}`);
  };
  graph.groups.forEach((group, at) => {
    lines.push(`  subgraph g${at}["${mermaidText(group.title)}"]`);
    for (const member of membersOf(graph, at)) draw(member, "    ");
    lines.push("  end");
  });
  for (const member of membersOf(graph, -1)) draw(member, "  ");
  for (const { source, target } of graph.edges) lines.push(`  n${source} --> n${target}`);
  return `${lines.join("\n")}\n`;
}

/** A directed graph; boxes of the map are its clusters. */
export function dotOf(graph: MapGraph): string {
  const lines = ["digraph scope {", "  rankdir=LR;", '  node [fontname="sans-serif"];'];
  const draw = ([node, at]: Placed, indent: string) => {
    const shape = DOT_SHAPES[node.shape] ?? "box";
    lines.push(`${indent}n${at} [label=${dotText(labelOf(node))}, shape=${shape}, id=${dotText(node.id)}];`);
  };
  graph.groups.forEach((group, at) => {
    lines.push(`  subgraph cluster_${at} {`, `    label=${dotText(group.title)};`);
    for (const member of membersOf(graph, at)) draw(member, "    ");
    lines.push("  }");
  });
  for (const member of membersOf(graph, -1)) draw(member, "  ");
  for (const { source, target } of graph.edges) lines.push(`  n${source} -> n${target};`);
  return `${lines.join("\n")}\n}\n`;
}

/** The nodes with all that the app says of them, as it said it `at` that time. */
export function jsonOf(view: string, nodes: Nodes, at: Date): string {
  return `${JSON.stringify({ view, at: at.toISOString(), nodes: [...nodes.values()] }, null, 2)}\n`;
}

/** A node and its place in the graph. */
type Placed = readonly [MapNode, number];

/** The nodes of a box, by its place; those of none for -1. */
function membersOf(graph: MapGraph, group: number): readonly Placed[] {
  const placed = graph.nodes.map((node, index): Placed => [node, index]);
  return placed.filter(([node]) => Math.max(-1, node.group) === group);
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
