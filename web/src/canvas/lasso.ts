// Which nodes a line drawn by hand goes around. The line is closed by its ends; crossing it an odd number of times on
// the way out means inside.

import { type Camera, type Point, type Size, toScreen } from "./camera";
import type { Scene } from "./scene";
import { at } from "./typed";

/** Fewer points enclose nothing. */
const POINTS_MIN = 3;

/** The ids of the live nodes whose middle is inside the line; the line in px of the screen. */
export function within(line: readonly Point[], scene: Scene, camera: Camera, size: Size): string[] {
  if (line.length < POINTS_MIN) {
    return [];
  }
  return scene.nodes.slice(0, scene.count).flatMap(({ id }, i) => {
    const place = toScreen(camera, size, { x: at(scene.xs, i), y: at(scene.ys, i) });
    return isInside(line, place) ? [id] : [];
  });
}

export function isInside(line: readonly Point[], { x, y }: Point): boolean {
  let inside = false;
  let before = line[line.length - 1];
  for (const point of line) {
    if (before && point.y > y !== before.y > y) {
      const crossing = point.x + ((y - point.y) / (before.y - point.y)) * (before.x - point.x);
      inside = inside !== x < crossing;
    }
    before = point;
  }
  return inside;
}

const SVG = "http://www.w3.org/2000/svg";

/** The line itself, over the map. */
export class LassoLine {
  private readonly frame = document.createElementNS(SVG, "svg");
  private readonly shape = document.createElementNS(SVG, "polygon");

  constructor(host: HTMLElement) {
    this.frame.setAttribute("class", "map-lasso");
    this.frame.append(this.shape);
    host.append(this.frame);
    this.draw(null);
  }

  /** Null takes it away. */
  draw(line: readonly Point[] | null): void {
    this.frame.style.display = line === null ? "none" : "";
    this.shape.setAttribute("points", (line ?? []).map(({ x, y }) => `${x},${y}`).join(" "));
  }

  dispose(): void {
    this.frame.remove();
  }
}
