// The bytes per node and per path segment that the shaders read.

import type { MapNode, NodeState } from "../../domain/map";
import type { SegmentList } from "../edge-geometry";
import { HUE_NONE } from "../palette";
import type { Scene } from "../scene";
import { SHADE_BYTES } from "../shade";
import { isDotted, SHAPE_CODES } from "../shapes";
import { at, clamp } from "../typed";

/** Shape, hue, fill, flags. */
export const LOOK_BYTES = 4;
export const SEGMENT_SHADE_BYTES = SHADE_BYTES;

const FLAG_STACK = 1;
const FLAG_DASHED = 2;
const FLAG_SELF_LOOP = 4;
const STATE_SHIFT = 3;
const FLAG_PINNED = 64;

export const STATE_CODES: Readonly<Record<NodeState, number>> = {
  plain: 0,
  paused: 1,
  restarting: 2,
  stopped: 3,
  unhealthy: 4,
  unknown: 5,
};

export function hueIndex(node: MapNode): number {
  return node.pseudo || node.hue < 0 ? HUE_NONE : Math.floor(node.hue) % HUE_NONE;
}

export function lookBytes(scene: Scene): Uint8Array {
  const bytes = new Uint8Array(scene.nodes.length * LOOK_BYTES);
  scene.nodes.forEach((node, i) => {
    const dashed = node.pseudo || isDotted(node.shape);
    // Not a number counts as no metric; a metric of nothing still has no fill to draw.
    const fill = node.fill > 0 ? clamp(node.fill, 0, 1) : 0;
    bytes[i * LOOK_BYTES] = SHAPE_CODES[node.shape] ?? 0;
    bytes[i * LOOK_BYTES + 1] = hueIndex(node);
    bytes[i * LOOK_BYTES + 2] = Math.round(fill * 255);
    bytes[i * LOOK_BYTES + 3] =
      (node.stack ? FLAG_STACK : 0) |
      (dashed ? FLAG_DASHED : 0) |
      (node.selfLoop ? FLAG_SELF_LOOP : 0) |
      (scene.pinned.has(node.id) ? FLAG_PINNED : 0) |
      ((STATE_CODES[node.state] ?? 0) << STATE_SHIFT);
  });
  return bytes;
}

/** The shade of each segment's edge; without edges, everything at full strength. */
export function segmentShades(list: SegmentList, edges: Uint8Array | null): Uint8Array {
  const bytes = new Uint8Array(list.count * SHADE_BYTES);
  for (let s = 0; s < list.count; s++) {
    const o = at(list.owner, s) * SHADE_BYTES;
    for (let k = 0; k < SHADE_BYTES; k++) {
      bytes[s * SHADE_BYTES + k] = edges ? at(edges, o + k) : k < 2 ? 255 : 0;
    }
  }
  return bytes;
}
