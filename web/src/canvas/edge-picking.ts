// Which edge lies under the pointer: the one whose path comes nearest, within reach. Nodes and their words come first.

import { type Camera, type Point, type Size, toWorld } from "./camera";
import { DOT_BELOW_PX, glyphPx } from "./detail";
import { curvePoint, SEGMENT_FLOATS } from "./edge-geometry";
import type { Scene } from "./scene";
import { at, clamp } from "./typed";

/** What is pointed at, by place in the scene; -1 for none. */
export interface Hit {
  readonly node: number;
  readonly edge: number;
  /** An open box, by its title. */
  readonly box: number;
}

export const NO_HIT: Hit = { node: -1, edge: -1, box: -1 };

/** Straight pieces by which the distance to a curve is measured. */
const PIECES = 12;

/** The live edge whose path is nearest to a point of the screen within `reachPx`, or -1. */
export function edgeAt(scene: Scene, camera: Camera, size: Size, screen: Point, reachPx: number): number {
  // From afar edges are a texture, and nobody can mean one of them.
  if (glyphPx(camera.scale) < DOT_BELOW_PX) {
    return -1;
  }
  const { x, y } = toWorld(camera, size, screen);
  const { data, owner, count } = scene.segments;
  let reach = reachPx / camera.scale;
  let best = -1;
  for (let s = 0; s < count; s++) {
    const o = s * SEGMENT_FLOATS;
    if (at(owner, s) < scene.liveEdges && isNear(data, o, x, y, reach)) {
      const distance = curveDistance(data, o, x, y);
      if (distance <= reach) {
        reach = distance;
        best = at(owner, s);
      }
    }
  }
  return best;
}

/** Whether a point is in the box around a curve's three points, widened by `reach`. */
function isNear(data: Float32Array, o: number, x: number, y: number, reach: number): boolean {
  const [x0, x1, x2] = [at(data, o), at(data, o + 2), at(data, o + 4)];
  const [y0, y1, y2] = [at(data, o + 1), at(data, o + 3), at(data, o + 5)];
  return (
    x >= Math.min(x0, x1, x2) - reach &&
    x <= Math.max(x0, x1, x2) + reach &&
    y >= Math.min(y0, y1, y2) - reach &&
    y <= Math.max(y0, y1, y2) + reach
  );
}

/** The distance from a point to a quadratic curve, world units. */
export function curveDistance(data: Float32Array, o: number, x: number, y: number): number {
  const from = { x: at(data, o), y: at(data, o + 1) };
  const to = { x: 0, y: 0 };
  let least = Infinity;
  for (let piece = 1; piece <= PIECES; piece++) {
    curvePoint(data, o, piece / PIECES, to);
    const [dx, dy] = [to.x - from.x, to.y - from.y];
    const length = dx * dx + dy * dy;
    const share = length > 0 ? clamp(((x - from.x) * dx + (y - from.y) * dy) / length, 0, 1) : 0;
    least = Math.min(least, Math.hypot(from.x + dx * share - x, from.y + dy * share - y));
    from.x = to.x;
    from.y = to.y;
  }
  return least;
}
