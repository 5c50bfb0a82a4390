// What the edges of a selected node are called, and where that stands: at their arrow heads.

import { edgeName } from "../domain/map";
import { type Camera, toScreen, type Window } from "./camera";
import { curvePoint, SEGMENT_FLOATS } from "./edge-geometry";
import type { TextMemory } from "./label-text";
import { STYLE_MINOR } from "./painter";
import type { Scene } from "./scene";
import { EDGE_PLAIN, EDGE_ROLE_MASK, SHADE_BYTES, type Shades } from "./shade";
import { at } from "./typed";

const NAMES_MAX = 60;
const WIDTH_MAX = 120;
/** Where a segment says its arrow is, or -1. */
const ARROW_AT = 8;
/** Under the arrow head, px. */
const DROP_PX = 11;

export interface PlannedName {
  readonly text: string;
  readonly width: number;
  /** Middle of the text, CSS px on the screen. */
  readonly x: number;
  readonly y: number;
}

/** Names of the edges that stand out. */
export function planNames(
  scene: Scene,
  shades: Shades,
  names: ReadonlyMap<string, string>,
  camera: Camera,
  window: Window,
  memory: TextMemory,
): PlannedName[] {
  const found: PlannedName[] = [];
  const { data, owner, count } = scene.segments;
  const place = { x: 0, y: 0 };
  for (let s = 0; s < count && found.length < NAMES_MAX; s++) {
    const o = s * SEGMENT_FLOATS;
    const e = at(owner, s);
    const role = at(shades.edges, e * SHADE_BYTES + 3) & EDGE_ROLE_MASK;
    if (role === EDGE_PLAIN || at(data, o + ARROW_AT) < 0) {
      continue;
    }
    const edge = scene.edges[e];
    const [from, to] = [scene.nodes[edge?.source ?? -1]?.id ?? "", scene.nodes[edge?.target ?? -1]?.id ?? ""];
    const short = memory.get(names.get(edgeName(from, to)) ?? "", STYLE_MINOR, WIDTH_MAX);
    if (short && short.width > 0) {
      curvePoint(data, o, at(data, o + ARROW_AT), place);
      const { x, y } = toScreen(camera, window.size, place);
      found.push({ text: short.text, width: short.width, x, y: y + DROP_PX });
    }
  }
  return found;
}
