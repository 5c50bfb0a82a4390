// Small graphs, layouts and scenes for the tests of this folder.

import type { MapEdge, MapGraph } from "../domain/map";
import { sampleNode } from "../domain/sample";
import { layoutRequest, plainLayout } from "./arrange";
import { Scene } from "./scene";

/** `a>b b>c` becomes three nodes and two edges; a bare name is a node without an edge. */
export function sampleGraph(text: string, key = "view"): MapGraph {
  const ids: string[] = [];
  const indexOf = (id: string) => {
    if (!ids.includes(id)) {
      ids.push(id);
    }
    return ids.indexOf(id);
  };
  const edges: MapEdge[] = [];
  for (const word of text.split(/\s+/).filter((part) => part !== "")) {
    const [source = "", target] = word.split(">");
    const from = indexOf(source);
    if (target !== undefined) {
      edges.push({ source: from, target: indexOf(target) });
    }
  }
  const degree = (i: number) => edges.filter((edge) => edge.source === i || edge.target === i).length;
  return { key, nodes: ids.map((id, i) => sampleNode({ id, degree: degree(i) })), edges, groups: [] };
}

export function sampleScene(graph: MapGraph, before: Scene | null = null, bornMs = 0, motion = true): Scene {
  return new Scene(graph, plainLayout(layoutRequest(graph, new Map(), 1.6, "tidy")), before, bornMs, motion);
}
