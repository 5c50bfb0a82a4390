// The whole map in a corner, and which part of it the window shows. Nodes are dots, boxes are panes; the picture is
// made once per scene, the frame is drawn over it. It hides while nothing lies outside the window.

import { type Bounds, type Camera, toWorld, type Window } from "./camera";
import { cssColour, type Palette } from "./palette";
import type { Scene } from "./scene";
import { at, clamp } from "./typed";

export interface OverviewEvents {
  /** Whether there is anything to overlook. */
  show(some: boolean): void;
  /** A place of the world was pressed. */
  moveTo(x: number, y: number): void;
}

const AIR_PX = 4;
const DOT_PX_MIN = 1.2;
const DOT_PX_MAX = 3.5;
const NODE_WORLD = 44;
/** As much of the map may lie outside before the overview comes, px. */
const SLACK_PX = 8;

interface Drawn {
  readonly scene: Scene;
  readonly places: number;
  readonly looks: number;
  readonly palette: Palette;
  readonly width: number;
  readonly height: number;
}

export class Overview {
  private canvas: HTMLCanvasElement | null = null;
  private ending = new AbortController();
  private readonly picture = document.createElement("canvas");
  private drawn: Drawn | null = null;
  private shown = false;
  private scene: Scene | null = null;

  constructor(private readonly events: OverviewEvents) {}

  attach(canvas: HTMLCanvasElement | null): void {
    this.ending.abort();
    this.ending = new AbortController();
    this.canvas = canvas;
    this.drawn = null;
    if (canvas === null) {
      return;
    }
    const { signal } = this.ending;
    canvas.style.touchAction = "none";
    const press = (event: PointerEvent) => {
      if (event.buttons !== 0 && this.scene) {
        const box = canvas.getBoundingClientRect();
        const { scale, left, top } = this.fitOf(this.scene, box.width, box.height);
        this.events.moveTo(
          (event.clientX - box.left - left) / scale,
          (event.clientY - box.top - top) / scale,
        );
      }
    };
    canvas.addEventListener(
      "pointerdown",
      (event) => {
        canvas.setPointerCapture(event.pointerId);
        press(event);
      },
      { signal },
    );
    canvas.addEventListener("pointermove", press, { signal });
  }

  draw(scene: Scene, palette: Palette, camera: Camera, window: Window): void {
    this.scene = scene;
    const seen = seenPart(camera, window);
    const some = !holds(seen, scene.bounds, SLACK_PX / camera.scale);
    if (some !== this.shown) {
      this.shown = some;
      this.events.show(some);
    }
    const pen = some ? (this.canvas?.getContext("2d") ?? null) : null;
    if (!this.canvas || !pen) {
      return;
    }
    const ratio = Math.min(globalThis.devicePixelRatio || 1, 2);
    const width = this.canvas.clientWidth * ratio;
    const height = this.canvas.clientHeight * ratio;
    if (width < 1 || height < 1) {
      return;
    }
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    this.redraw(scene, palette, width, height);
    pen.clearRect(0, 0, width, height);
    pen.drawImage(this.picture, 0, 0);
    this.frame(pen, seen, palette, ratio);
  }

  /** The picture below the frame, made anew only when something in it has changed and nothing moves. */
  private redraw(scene: Scene, palette: Palette, width: number, height: number): void {
    const { drawn } = this;
    const isSame =
      drawn?.scene === scene && drawn.palette === palette && drawn.places === scene.placesVersion;
    if (isSame && drawn.looks === scene.facesVersion && drawn.width === width && drawn.height === height) {
      return;
    }
    this.picture.width = width;
    this.picture.height = height;
    const pen = this.picture.getContext("2d");
    if (pen) {
      const { placesVersion: places, facesVersion: looks } = scene;
      this.drawn = { scene, places, looks, palette, width, height };
      paint(pen, scene, palette, this.fitOf(scene, width, height));
    }
  }

  private fitOf(scene: Scene, width: number, height: number) {
    const { x0, y0, x1, y1 } = scene.bounds;
    const scale = Math.min((width - 2 * AIR_PX) / (x1 - x0), (height - 2 * AIR_PX) / (y1 - y0));
    return {
      scale,
      left: (width - (x1 - x0) * scale) / 2 - x0 * scale,
      top: (height - (y1 - y0) * scale) / 2 - y0 * scale,
    };
  }

  private frame(pen: CanvasRenderingContext2D, seen: Bounds, palette: Palette, ratio: number): void {
    const { width, height } = pen.canvas;
    if (!this.scene) {
      return;
    }
    const { scale, left, top } = this.fitOf(this.scene, width, height);
    const x0 = clamp(seen.x0 * scale + left, 0, width - 2);
    const y0 = clamp(seen.y0 * scale + top, 0, height - 2);
    const x1 = clamp(seen.x1 * scale + left, x0 + 2, width);
    const y1 = clamp(seen.y1 * scale + top, y0 + 2, height);
    pen.fillStyle = cssColour(palette.selection, 0.12);
    pen.strokeStyle = cssColour(palette.selection);
    pen.lineWidth = 1.5 * ratio;
    pen.beginPath();
    pen.rect(x0, y0, x1 - x0, y1 - y0);
    pen.fill();
    pen.stroke();
  }
}

interface Fit {
  readonly scale: number;
  readonly left: number;
  readonly top: number;
}

function paint(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette, fit: Fit): void {
  pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
  pen.setTransform(fit.scale, 0, 0, fit.scale, fit.left, fit.top);
  pen.fillStyle = cssColour(palette.groupFill);
  pen.strokeStyle = cssColour(palette.groupLine);
  pen.lineWidth = 1 / fit.scale;
  scene.graph.groups.forEach((_, g) => {
    const [x0, y0, x1, y1] = [0, 1, 2, 3].map((side) => at(scene.boxes, g * 4 + side));
    if (x0 !== undefined && y0 !== undefined && x1 !== undefined && y1 !== undefined && x1 > x0) {
      pen.fillRect(x0, y0, x1 - x0, y1 - y0);
      pen.strokeRect(x0, y0, x1 - x0, y1 - y0);
    }
  });
  const side = clamp(NODE_WORLD * fit.scale, DOT_PX_MIN, DOT_PX_MAX) / fit.scale;
  for (let i = 0; i < scene.count; i++) {
    const node = scene.nodes[i];
    if (node) {
      const trouble = node.state === "unhealthy" ? palette.danger : palette.warning;
      const isTrouble = node.state === "unhealthy" || node.state === "restarting";
      pen.fillStyle = cssColour(isTrouble ? trouble : (palette.hues[node.hue] ?? palette.pseudo));
      pen.fillRect(at(scene.xs, i) - side / 2, at(scene.ys, i) - side / 2, side, side);
    }
  }
}

/** The world as far as the window shows it. */
function seenPart(camera: Camera, { size }: Window): Bounds {
  const low = toWorld(camera, size, { x: 0, y: 0 });
  const high = toWorld(camera, size, { x: size.width, y: size.height });
  return { x0: low.x, y0: low.y, x1: high.x, y1: high.y };
}

function holds(outer: Bounds, inner: Bounds, slack: number): boolean {
  return (
    outer.x0 <= inner.x0 + slack &&
    outer.y0 <= inner.y0 + slack &&
    outer.x1 >= inner.x1 - slack &&
    outer.y1 >= inner.y1 - slack
  );
}
