// What lies under the pointer: a grid over the world that finds the nearest node without looking at all of them.

import { type Camera, type Point, type Size, toWorld } from "./camera";
import { glyphPx } from "./detail";
import type { Scene } from "./scene";
import { at } from "./typed";

/** A little more than the glyph itself can be hit. */
const GLYPH_REACH_SHARE = 0.55;

/** Aimed at a few nodes per cell. */
const NODES_PER_CELL = 3;
const CELLS_MAX = 1 << 16;

export class NodeGrid {
  private columns = 1;
  private rows = 1;
  private x0 = 0;
  private y0 = 0;
  private cell = 1;
  private starts = new Uint32Array(2);
  private order = new Uint32Array(0);
  private xs: Float32Array = new Float32Array(0);
  private ys: Float32Array = new Float32Array(0);

  /** Indexes the first `count` positions; the arrays are kept, not copied. */
  build(xs: Float32Array, ys: Float32Array, count: number): void {
    this.xs = xs;
    this.ys = ys;
    let [x0, y0, x1, y1] = [Infinity, Infinity, -Infinity, -Infinity];
    for (let i = 0; i < count; i++) {
      x0 = Math.min(x0, at(xs, i));
      y0 = Math.min(y0, at(ys, i));
      x1 = Math.max(x1, at(xs, i));
      y1 = Math.max(y1, at(ys, i));
    }
    this.x0 = count > 0 ? x0 : 0;
    this.y0 = count > 0 ? y0 : 0;
    const width = Math.max(x1 - x0, 1);
    const height = Math.max(y1 - y0, 1);
    this.cell = Math.max(
      Math.sqrt((width * height * NODES_PER_CELL) / Math.max(count, 1)),
      width / 255,
      height / 255,
      1,
    );
    this.columns = Math.floor(width / this.cell) + 1;
    this.rows = Math.min(Math.floor(height / this.cell) + 1, Math.floor(CELLS_MAX / this.columns));
    this.sort(count);
  }

  /** The node whose middle is nearest to (x, y) within `reach`, or -1; all in world units. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let bestDistance = reach * reach;
    this.each(x - reach, y - reach, x + reach, y + reach, (i) => {
      const dx = at(this.xs, i) - x;
      const dy = at(this.ys, i) - y;
      const distance = dx * dx + dy * dy;
      if (distance <= bestDistance) {
        best = i;
        bestDistance = distance;
      }
    });
    return best;
  }

  /** Calls back for every node in the cells that touch the rectangle (some lie just outside of it). */
  each(x0: number, y0: number, x1: number, y1: number, visit: (index: number) => void): void {
    if (this.order.length === 0) {
      return;
    }
    const left = this.column(x0);
    const right = this.column(x1);
    const bottom = this.row(y1);
    for (let row = this.row(y0); row <= bottom; row++) {
      const base = row * this.columns;
      const end = at(this.starts, base + right + 1);
      for (let k = at(this.starts, base + left); k < end; k++) {
        visit(at(this.order, k));
      }
    }
  }

  /** Counting sort of the nodes by cell. */
  private sort(count: number): void {
    this.starts = new Uint32Array(this.columns * this.rows + 1);
    this.order = new Uint32Array(count);
    const cells = new Uint32Array(count);
    for (let i = 0; i < count; i++) {
      const cell = this.row(at(this.ys, i)) * this.columns + this.column(at(this.xs, i));
      cells[i] = cell;
      this.starts[cell + 1] = at(this.starts, cell + 1) + 1;
    }
    for (let cell = 0; cell < this.columns * this.rows; cell++) {
      this.starts[cell + 1] = at(this.starts, cell + 1) + at(this.starts, cell);
    }
    const next = this.starts.slice();
    for (let i = 0; i < count; i++) {
      const cell = at(cells, i);
      const place = at(next, cell);
      this.order[place] = i;
      next[cell] = place + 1;
    }
  }

  private column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.x0) / this.cell)));
  }

  private row(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.y0) / this.cell)));
  }
}

/** The grid of the scene on the screen, made anew when its nodes have moved. */
export class Picker {
  private readonly grid = new NodeGrid();
  private scene: Scene | null = null;
  private version = 0;

  /** The node at a point of the screen, or -1; `reachPx` widens small glyphs. */
  nodeAt(scene: Scene, camera: Camera, size: Size, screen: Point, reachPx: number): number {
    if (this.scene !== scene || this.version !== scene.placesVersion) {
      this.grid.build(scene.xs, scene.ys, scene.count);
      this.scene = scene;
      this.version = scene.placesVersion;
    }
    const world = toWorld(camera, size, screen);
    const reach = Math.max(glyphPx(camera.scale) * GLYPH_REACH_SHARE, reachPx) / camera.scale;
    return this.grid.nearest(world.x, world.y, reach);
  }
}
