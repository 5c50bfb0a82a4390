// A node for tests that need one.

import type { MapNode } from "./map";

export function sampleNode(part: Partial<MapNode> & { id: string }): MapNode {
  return {
    label: part.id,
    labelMinor: "",
    shape: "circle",
    hue: 0,
    pseudo: false,
    stack: false,
    state: "plain",
    fill: -1,
    fillText: "",
    group: -1,
    selfLoop: false,
    degree: 0,
    ...part,
  };
}
