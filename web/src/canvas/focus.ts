// Around a selected node: its neighbours come to where all of them can be read, clients left of it, servers right, and
// go home when it is let go. Only what would not be read anyway is moved. Pure maths over a scene.

import { type Bounds, type Camera, type Size, toScreen } from "./camera";
import { glyphPx, MINOR_FROM_PX, NODE_HEIGHT } from "./detail";
import type { Scene } from "./scene";
import { at } from "./typed";

/** Neighbours that come; the others stay where they are. */
const NEIGHBOURS_MAX = 42;
const ROWS_MAX = 7;
/** From the node to its first column, and from column to column, world units. */
const FIRST_COLUMN = 230;
const COLUMN = 190;
const ROW = NODE_HEIGHT + 8;
/** Air around them all. */
const AIR = 90;
/** Closer to the window's edge than this is not comfortably inside, px. */
const EDGE_PX = 40;

export interface Circle {
  /** Places by node of the scene. */
  readonly places: ReadonlyMap<number, readonly [number, number]>;
  readonly bounds: Bounds;
}

/** Whether the node or a neighbour cannot be read where it is. */
export function needsFocus(scene: Scene, node: number, camera: Camera, size: Size): boolean {
  const near = scene.neighbours(node);
  if (near.length === 0 || near.length > NEIGHBOURS_MAX) {
    return false;
  }
  if (glyphPx(camera.scale) < MINOR_FROM_PX) {
    return true;
  }
  return near.some((i) => {
    const { x, y } = toScreen(camera, size, scene.restingPlace(i));
    return x < EDGE_PX || y < EDGE_PX || x > size.width - EDGE_PX || y > size.height - EDGE_PX;
  });
}

/** Where its neighbours go. */
export function circleAround(scene: Scene, node: number): Circle {
  const clients = new Set<number>();
  const servers = new Set<number>();
  for (let k = at(scene.starts, node); k < at(scene.starts, node + 1); k++) {
    const edge = scene.edges[at(scene.touching, k)];
    if (edge && edge.source === node) {
      servers.add(edge.target);
    } else if (edge) {
      clients.add(edge.source);
    }
  }
  for (const both of servers) {
    clients.delete(both);
  }
  const { x, y } = scene.restingPlace(node);
  const places = new Map<number, readonly [number, number]>([[node, [x, y]]]);
  columns(scene, [...clients], x, y, -1, places);
  columns(scene, [...servers], x, y, 1, places);
  const xs = [...places.values()].map((place) => place[0]);
  const ys = [...places.values()].map((place) => place[1]);
  const bounds = {
    x0: Math.min(...xs) - AIR,
    y0: Math.min(...ys) - AIR,
    x1: Math.max(...xs) + AIR,
    y1: Math.max(...ys) + AIR,
  };
  return { places, bounds };
}

/** Puts nodes in columns on one side, in the order they lie from top to bottom. */
function columns(
  scene: Scene,
  nodes: readonly number[],
  x: number,
  y: number,
  side: -1 | 1,
  places: Map<number, readonly [number, number]>,
): void {
  const count = Math.max(1, Math.ceil(nodes.length / ROWS_MAX));
  const rows = Math.ceil(nodes.length / count);
  const sorted = [...nodes].sort((a, b) => scene.restingPlace(a).y - scene.restingPlace(b).y || a - b);
  sorted.forEach((node, k) => {
    const column = Math.floor(k / rows);
    const inColumn = Math.min(rows, sorted.length - column * rows);
    const row = (k % rows) - (inColumn - 1) / 2;
    places.set(node, [x + side * (FIRST_COLUMN + column * COLUMN), y + row * ROW]);
  });
}
