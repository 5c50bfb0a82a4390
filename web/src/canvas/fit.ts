// Where the camera shows everything as large as it can: glyphs and labels as they will be drawn (they do not grow with
// the zoom as the world does), clear of the window's edges, and no node under a panel in a corner. Pure maths.

import { type Bounds, type Camera, FIT_MARGIN_PX, FIT_SCALE_MAX, freeRectangle, type Window } from "./camera";
import { glyphPx, LABEL_FROM_PX, MINOR_FROM_PX } from "./detail";
import type { Scene } from "./scene";
import { at, clamp } from "./typed";

/** Width of a letter, roughly: a fit must not depend on which font has loaded. */
const LETTER_PX = 7.2;
/** As wide as the label plan lets labels be (`label-plan.ts`). */
const LABEL_WORLD = 190;
const LABEL_PX_MIN = 84;
const LABEL_PX_MAX = 160;
const LABEL_GAP_PX = 3;
const LINE_PX = 16;
const MINOR_LINE_PX = 14;
/** The badge of a state and the ring of a selection stand out of the glyph by this share. */
const GLYPH_AIR_SHARE = 0.6;
/** Air between a node and a panel in a corner. */
const PANEL_AIR_PX = 10;
/** Each panel doubles the ways around them; more are not looked at. */
const PANELS_MAX = 4;
/** With more nodes than this the map stays beside the panels instead of flowing around them. */
const FLOW_NODES_MAX = 600;
/** Each scale tried is this much smaller than the one before. */
const SCALE_STEP = 0.97;
/** Scales tried; the last is a third of the first, and nobody wants the map smaller for the sake of a legend. */
const SCALES_MAX = 36;
/** Places tried at each scale, per axis: an odd number, so that the middle is one of them. */
const PLACES = 9;
const BISECTIONS = 18;

/** What has to be seen of a scene: its nodes, and the world's piece that routes and groups take. */
export class FitContent {
  readonly count: number;
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** Longest line of each node, px. */
  readonly widths: Float32Array;
  readonly hasMinor: boolean;
  /** World units; upside down when there are neither routes nor groups. */
  readonly hull: Bounds;

  constructor(scene: Scene) {
    this.count = scene.count;
    this.xs = new Float32Array(this.count);
    this.ys = new Float32Array(this.count);
    this.widths = new Float32Array(this.count);
    for (let i = 0; i < this.count; i++) {
      const { x, y } = scene.restingPlace(i);
      this.xs[i] = x;
      this.ys[i] = y;
      const node = scene.nodes[i];
      this.widths[i] = Math.max(node?.label.length ?? 0, node?.labelMinor.length ?? 0) * LETTER_PX;
    }
    this.hasMinor = scene.graph.nodes.some((node) => node.labelMinor !== "");
    // Groups have titles and grounds all around, which the layout's own bounds take in; so does an empty picture.
    this.hull = scene.graph.groups.length > 0 || this.count === 0 ? scene.bounds : routesHull(scene);
  }
}

function routesHull(scene: Scene): Bounds {
  const hull = { x0: Infinity, y0: Infinity, x1: -Infinity, y1: -Infinity };
  for (const edge of scene.edges.slice(0, scene.liveEdges)) {
    for (let k = 0; k + 1 < edge.route.length; k += 2) {
      hull.x0 = Math.min(hull.x0, at(edge.route, k));
      hull.x1 = Math.max(hull.x1, at(edge.route, k));
      hull.y0 = Math.min(hull.y0, at(edge.route, k + 1));
      hull.y1 = Math.max(hull.y1, at(edge.route, k + 1));
    }
  }
  return hull;
}

/** Px that a node takes around its middle at a scale; the width depends on its label. */
interface Reach {
  readonly glyph: number;
  readonly labelMax: number;
  readonly below: number;
}

function reachAt(content: FitContent, scale: number): Reach {
  const px = glyphPx(scale);
  const glyph = px * GLYPH_AIR_SHARE;
  if (px < LABEL_FROM_PX) return { glyph, labelMax: 0, below: glyph };
  const minor = content.hasMinor && px >= MINOR_FROM_PX ? MINOR_LINE_PX : 0;
  const labelMax = clamp(LABEL_WORLD * scale, LABEL_PX_MIN, LABEL_PX_MAX);
  return { glyph, labelMax, below: px / 2 + LABEL_GAP_PX + LINE_PX + minor };
}

function halfWidth(content: FitContent, i: number, reach: Reach): number {
  return Math.max(reach.glyph, Math.min(at(content.widths, i), reach.labelMax) / 2);
}

/** What everything takes at a scale, px from the world's origin. */
function extent(content: FitContent, scale: number): Bounds {
  const { hull } = content;
  const reach = reachAt(content, scale);
  let [x0, y0, x1, y1] = [hull.x0 * scale, hull.y0 * scale, hull.x1 * scale, hull.y1 * scale];
  for (let i = 0; i < content.count; i++) {
    const x = at(content.xs, i) * scale;
    const y = at(content.ys, i) * scale;
    const half = halfWidth(content, i, reach);
    x0 = Math.min(x0, x - half);
    x1 = Math.max(x1, x + half);
    y0 = Math.min(y0, y - reach.glyph);
    y1 = Math.max(y1, y + reach.below);
  }
  return { x0, y0, x1, y1 };
}

/** The largest scale at which everything is as small as the room. */
function scaleFor(content: FitContent, room: Bounds): number {
  const fits = (scale: number) => {
    const taken = extent(content, scale);
    return taken.x1 - taken.x0 <= room.x1 - room.x0 && taken.y1 - taken.y0 <= room.y1 - room.y0;
  };
  if (fits(FIT_SCALE_MAX)) return FIT_SCALE_MAX;
  let [low, high] = [Math.log(1e-4), Math.log(FIT_SCALE_MAX)];
  for (let step = 0; step < BISECTIONS; step++) {
    const middle = (low + high) / 2;
    if (fits(Math.exp(middle))) low = middle;
    else high = middle;
  }
  return Math.exp(low);
}

/** The panels as rectangles of the canvas, `air` px larger than they are. */
function panelsOf({ size, insets }: Window, air: number): readonly Bounds[] {
  return (insets.panels ?? []).slice(0, PANELS_MAX).map(({ side, top = false, width, height }) => ({
    x0: side === "left" ? 0 : size.width - width - air,
    x1: side === "left" ? width + air : size.width,
    y0: top ? 0 : size.height - height - air,
    y1: top ? height + air : size.height,
  }));
}

/** The rectangles left of the room when each panel takes a column or a row of it. */
function besidePanels(room: Bounds, panels: readonly Bounds[], width: number): readonly Bounds[] {
  return panels
    .reduce<readonly Bounds[]>(
      (rooms, panel) =>
        rooms.flatMap((left) => [
          panel.x0 === 0
            ? { ...left, x0: Math.max(left.x0, panel.x1) }
            : { ...left, x1: Math.min(left.x1, panel.x0) },
          panel.y0 === 0
            ? { ...left, y0: Math.max(left.y0, panel.y1) }
            : { ...left, y1: Math.min(left.y1, panel.y0) },
        ]),
      [room],
    )
    .filter((left) => left.x1 - left.x0 > width / 4 && left.y1 > left.y0);
}

/** Whether no node lies under a panel, the world's origin being at (x, y) of the canvas. */
function isClear(
  content: FitContent,
  scale: number,
  x: number,
  y: number,
  panels: readonly Bounds[],
): boolean {
  const reach = reachAt(content, scale);
  for (let i = 0; i < content.count; i++) {
    const nodeX = at(content.xs, i) * scale + x;
    const nodeY = at(content.ys, i) * scale + y;
    const half = halfWidth(content, i, reach);
    for (const panel of panels) {
      const across = nodeX + half > panel.x0 && nodeX - half < panel.x1;
      if (across && nodeY + reach.below > panel.y0 && nodeY - reach.glyph < panel.y1) return false;
    }
  }
  return true;
}

/** Shares of the free play on each axis, the middle first. */
const PLACES_TRIED: readonly (readonly [number, number])[] = Array.from(
  { length: PLACES * PLACES },
  (_, k) => {
    const share = (step: number) => (2 * step) / (PLACES - 1) - 1;
    return [share(k % PLACES), share(Math.floor(k / PLACES))] as const;
  },
).sort((a, b) => Math.hypot(...a) - Math.hypot(...b));

/** The place of the world's origin at which nothing lies under a panel, nearest to the middle; null for none. */
function clearPlace(
  content: FitContent,
  scale: number,
  room: Bounds,
  panels: readonly Bounds[],
): readonly [number, number] | null {
  const taken = extent(content, scale);
  const playX = Math.max(0, room.x1 - room.x0 - (taken.x1 - taken.x0)) / 2;
  const playY = Math.max(0, room.y1 - room.y0 - (taken.y1 - taken.y0)) / 2;
  const middleX = (room.x0 + room.x1 - taken.x0 - taken.x1) / 2;
  const middleY = (room.y0 + room.y1 - taken.y0 - taken.y1) / 2;
  for (const [shareX, shareY] of PLACES_TRIED) {
    const [x, y] = [middleX + shareX * playX, middleY + shareY * playY];
    if (isClear(content, scale, x, y, panels)) return [x, y];
  }
  return null;
}

function roomOf(window: Window): Bounds {
  const free = freeRectangle(window);
  const margin = Math.min(FIT_MARGIN_PX, (free.x1 - free.x0) / 8, (free.y1 - free.y0) / 8);
  return { x0: free.x0 + margin, y0: free.y0 + margin, x1: free.x1 - margin, y1: free.y1 - margin };
}

/** The camera at which the world's origin is at `place` of the canvas. */
function cameraAt(scale: number, place: readonly [number, number], { size }: Window): Camera {
  return { x: (size.width / 2 - place[0]) / scale, y: (size.height / 2 - place[1]) / scale, scale };
}

/** Everything, as large as can be with no node under a panel. */
export function bestFit(content: FitContent, window: Window): Camera {
  const room = roomOf(window);
  const panels = panelsOf(window, PANEL_AIR_PX);
  let scaleBeside = 0;
  let roomBeside = room;
  for (const beside of besidePanels(room, panels, window.size.width)) {
    const scale = scaleFor(content, beside);
    if (scale > scaleBeside) {
      scaleBeside = scale;
      roomBeside = beside;
    }
  }
  if (panels.length > 0 && content.count <= FLOW_NODES_MAX) {
    let scale = scaleFor(content, room);
    for (let tried = 0; tried < SCALES_MAX && scale > scaleBeside; tried++, scale *= SCALE_STEP) {
      const place = clearPlace(content, scale, room, panels);
      if (place !== null) return cameraAt(scale, place, window);
    }
  }
  const scale = scaleBeside > 0 ? scaleBeside : scaleFor(content, room);
  return cameraAt(scale, clearPlace(content, scale, roomBeside, []) ?? [0, 0], window);
}

/** Whether all of it is in the free part of the window and no node under a panel, `slack` px of trespass allowed. */
export function isSeen(content: FitContent, camera: Camera, window: Window, slack: number): boolean {
  const { scale } = camera;
  const x = window.size.width / 2 - camera.x * scale;
  const y = window.size.height / 2 - camera.y * scale;
  const free = freeRectangle(window);
  const taken = extent(content, scale);
  const isInside =
    taken.x0 + x >= free.x0 - slack &&
    taken.y0 + y >= free.y0 - slack &&
    taken.x1 + x <= free.x1 + slack &&
    taken.y1 + y <= free.y1 + slack;
  return isInside && isClear(content, scale, x, y, panelsOf(window, -slack));
}
