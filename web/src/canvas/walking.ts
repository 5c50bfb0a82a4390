// Walking the map by keyboard: along an edge when one leads that way, else to the nearest node over there.

import type { Scene } from "./scene";
import { at } from "./typed";

export type Direction = "left" | "right" | "up" | "down";

const WAYS: Readonly<Record<Direction, readonly [number, number]>> = {
  left: [-1, 0],
  right: [1, 0],
  up: [0, -1],
  down: [0, 1],
};
/** Neighbours count as lying in a direction up to this far off it: the tangent of 63 degrees. */
const EDGE_SPREAD = 2;
/** Nodes without an edge must lie more squarely in the direction. */
const FREE_SPREAD = 1.6;
/** Sideways distance weighs more than distance ahead. */
const SIDE_WEIGHT = 1.8;

/** The live node to go to, or -1 when there is none that way. */
export function step(scene: Scene, from: number, direction: Direction): number {
  const along = nearestOf(scene, from, direction, scene.neighbours(from), EDGE_SPREAD);
  if (along >= 0) {
    return along;
  }
  return nearestOf(scene, from, direction, Array.from({ length: scene.count }).keys(), FREE_SPREAD);
}

function nearestOf(
  scene: Scene,
  from: number,
  direction: Direction,
  candidates: Iterable<number>,
  spread: number,
): number {
  const [wayX, wayY] = WAYS[direction];
  let best = -1;
  let bestCost = Infinity;
  for (const i of candidates) {
    const dx = at(scene.xs, i) - at(scene.xs, from);
    const dy = at(scene.ys, i) - at(scene.ys, from);
    const ahead = dx * wayX + dy * wayY;
    const aside = Math.abs(dx * wayY) + Math.abs(dy * wayX);
    const cost = ahead + aside * SIDE_WEIGHT;
    if (i !== from && i < scene.count && ahead > 1 && aside <= ahead * spread && cost < bestCost) {
      best = i;
      bestCost = cost;
    }
  }
  return best;
}
