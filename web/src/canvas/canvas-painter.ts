// Draws a frame with the 2D canvas: the same scene for machines without WebGL2, and for export. Simple rather than
// fast; what lies outside the window is skipped.

import type { MapNode } from "../domain/map";
import { type Bounds, type Camera, type Size, visibleBounds } from "./camera";
import {
  BUNDLE_STRENGTH,
  BUNDLE_THICKNESS,
  bundleShare,
  DOT_BELOW_PX,
  edgeStrength,
  edgeWidths,
  glyphPx,
} from "./detail";
import { curvePoint, SEGMENT_FLOATS, type SegmentList } from "./edge-geometry";
import { hueIndex } from "./gl/instances";
import { paintBadges, paintBody } from "./glyph-marks";
import { outlinePath } from "./outline-paths";
import { type Frame, fontOf, type Painter } from "./painter";
import { blend, cssColour, type Palette, type Rgba } from "./palette";
import { APPEARING, type Scene, VANISHING } from "./scene";
import {
  EDGE_OUT,
  EDGE_PLAIN,
  EDGE_ROLE_BITS,
  EDGE_ROLE_MASK,
  EDGE_SELECTED,
  HALO_BITS,
  HALO_MAX,
  ROLE_HOVERED,
  ROLE_MATCHED,
  ROLE_SELECTED,
  SHADE_BYTES,
  type Shades,
} from "./shade";
import { isDotted, outlineRadius, SHAPE_CODES } from "./shapes";
import { at, clamp } from "./typed";

/** Pieces a curve is drawn in, so that its width can taper. */
const PIECES = 10;

export class CanvasPainter implements Painter {
  readonly kind = "canvas";
  private readonly pen: CanvasRenderingContext2D | null;
  private size: Size = { width: 1, height: 1 };
  private ratio = 1;

  constructor(private readonly canvas: HTMLCanvasElement) {
    this.pen = canvas.getContext("2d", { alpha: false });
  }

  resize(size: Size, ratio: number): void {
    this.size = size;
    this.ratio = ratio;
    this.canvas.width = Math.max(1, Math.round(size.width * ratio));
    this.canvas.height = Math.max(1, Math.round(size.height * ratio));
  }

  draw(frame: Frame): boolean {
    const { pen } = this;
    if (!pen) {
      return true;
    }
    const { camera, palette, scene } = frame;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.globalAlpha = 1;
    pen.fillStyle = cssColour(palette.ground);
    pen.fillRect(0, 0, this.canvas.width, this.canvas.height);
    const view = visibleBounds(camera, this.size, 80);
    this.toWorld(pen, camera);
    paintBoxes(pen, scene, palette, camera);
    this.paintPaths(pen, frame, view);
    this.paintNodes(pen, frame, view);
    pen.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    paintTexts(pen, frame);
    pen.globalAlpha = 1;
    return true;
  }

  forgetText(): void {
    // Words are drawn anew in every frame.
  }

  dispose(): void {
    // A 2D context holds nothing outside its canvas.
  }

  private toWorld(pen: CanvasRenderingContext2D, camera: Camera): void {
    const k = camera.scale * this.ratio;
    const left = (this.size.width / 2) * this.ratio - camera.x * k;
    const top = (this.size.height / 2) * this.ratio - camera.y * k;
    pen.setTransform(k, 0, 0, k, left, top);
  }

  private paintPaths(pen: CanvasRenderingContext2D, frame: Frame, view: Bounds): void {
    const { scene, shades, palette, camera } = frame;
    const bundled = bundleShare(scene.count, scene.graph.groups.length, camera.scale);
    const plain = edgeStrength(scene.edges.length, camera.scale) * (1 - bundled * 0.8);
    const strengthOf = (owner: number, pass: number) => {
      const role = at(shades.edges, owner * SHADE_BYTES + 3) & EDGE_ROLE_MASK;
      const strength = edgeShade(shades, owner, frame);
      return (pass === 1) !== (role !== EDGE_PLAIN) ? 0 : strength * (pass === 1 ? 1 : plain);
    };
    paintSegments(pen, scene.segments, view, camera, (owner) => [
      strengthOf(owner, 0),
      edgeColour(shades, owner, palette),
      1,
    ]);
    if (bundled > 0) {
      paintSegments(pen, scene.bundles, view, camera, () => [
        bundled * BUNDLE_STRENGTH,
        palette.edge,
        BUNDLE_THICKNESS,
      ]);
    }
    if (shades.hasStrongEdges) {
      paintSegments(pen, scene.segments, view, camera, (owner) => [
        strengthOf(owner, 1),
        edgeColour(shades, owner, palette),
        1.3,
      ]);
    }
  }

  private paintNodes(pen: CanvasRenderingContext2D, frame: Frame, view: Bounds): void {
    const { scene, camera } = frame;
    const glyph = glyphPx(camera.scale);
    scene.nodes.forEach((node, i) => {
      const [x, y] = [at(scene.xs, i), at(scene.ys, i)];
      if (x < view.x0 || x > view.x1 || y < view.y0 || y > view.y1) {
        return;
      }
      const fade = at(scene.nodeFades, i);
      const presence = fade === APPEARING ? frame.appear : fade === VANISHING ? 1 - frame.vanish : 1;
      pen.save();
      pen.globalAlpha = frame.shades.strength(i, frame.mix) * presence;
      pen.translate(x, y);
      const radius = ((glyph / 2) * (0.6 + 0.4 * presence)) / camera.scale;
      pen.scale(radius, radius);
      paintGlyph(pen, node, frame.shades.role(i), frame.palette, glyph / 2, scene.pinned.has(node.id));
      pen.restore();
    });
  }
}

function edgeShade(shades: Shades, edge: number, frame: Frame): number {
  const o = edge * SHADE_BYTES;
  const fade = at(shades.edges, o + 2);
  const presence = fade === APPEARING ? frame.appear : fade === VANISHING ? 1 - frame.vanish : 1;
  const before = at(shades.edges, o);
  return ((before + (at(shades.edges, o + 1) - before) * frame.mix) / 255) * presence;
}

/** As `tint` of `gl/edge-shader.ts`. */
function edgeColour(shades: Shades, edge: number, palette: Palette): Rgba {
  const shade = at(shades.edges, edge * SHADE_BYTES + 3);
  const role = shade & EDGE_ROLE_MASK;
  const tone = shade >> EDGE_ROLE_BITS;
  if (role === EDGE_SELECTED || (role === EDGE_OUT && tone === 0)) {
    return palette.selection;
  }
  if (tone !== 0) {
    return palette.edgeTones[tone] ?? palette.edge;
  }
  return role === EDGE_PLAIN ? palette.edge : palette.edgeStrong;
}

function paintBoxes(pen: CanvasRenderingContext2D, scene: Scene, palette: Palette, camera: Camera): void {
  pen.fillStyle = cssColour(palette.groupFill);
  pen.strokeStyle = cssColour(palette.groupLine);
  pen.lineWidth = 1 / camera.scale;
  scene.graph.groups.forEach((_, g) => {
    const [x0, y0] = [at(scene.boxes, g * 4), at(scene.boxes, g * 4 + 1)];
    const [width, height] = [at(scene.boxes, g * 4 + 2) - x0, at(scene.boxes, g * 4 + 3) - y0];
    if (width > 0 && height > 0) {
      pen.beginPath();
      pen.roundRect(x0, y0, width, height, 10 / camera.scale);
      pen.fill();
      pen.stroke();
    }
  });
}

type Ink = readonly [strength: number, colour: Rgba, width: number];

function paintSegments(
  pen: CanvasRenderingContext2D,
  list: SegmentList,
  view: Bounds,
  camera: Camera,
  inkOf: (owner: number) => Ink,
): void {
  for (let s = 0; s < list.count; s++) {
    const o = s * SEGMENT_FLOATS;
    const [strength, colour, width] = inkOf(at(list.owner, s));
    if (strength > 0.01 && !outside(list.data, o, view)) {
      pen.globalAlpha = strength;
      pen.strokeStyle = cssColour(colour);
      pen.fillStyle = cssColour(colour);
      paintCurve(pen, list.data, o, camera, width);
    }
  }
}

function outside(data: Float32Array, o: number, view: Bounds): boolean {
  const xs = [at(data, o), at(data, o + 2), at(data, o + 4)];
  const ys = [at(data, o + 1), at(data, o + 3), at(data, o + 5)];
  return (
    Math.max(...xs) < view.x0 ||
    Math.min(...xs) > view.x1 ||
    Math.max(...ys) < view.y0 ||
    Math.min(...ys) > view.y1
  );
}

/** The same taper, cuts and arrow head as `gl/edge-shader.ts`. */
function paintCurve(
  pen: CanvasRenderingContext2D,
  data: Float32Array,
  o: number,
  camera: Camera,
  bold: number,
): void {
  const widths = edgeWidths(camera.scale);
  const from = cutShare(data, o, camera, false);
  const to = 1 - cutShare(data, o, camera, true);
  if (from >= to) {
    return;
  }
  const width = at(data, o + 11) * bold;
  const pieces = glyphPx(camera.scale) < DOT_BELOW_PX ? 2 : PIECES;
  const place = { x: 0, y: 0 };
  curvePoint(data, o, from, place);
  for (let i = 1; i <= pieces; i++) {
    const t = from + ((to - from) * i) / pieces;
    const share = at(data, o + 6) + (at(data, o + 7) - at(data, o + 6)) * t;
    pen.beginPath();
    pen.moveTo(place.x, place.y);
    curvePoint(data, o, t, place);
    pen.lineTo(place.x, place.y);
    pen.lineWidth = ((widths.client + (widths.server - widths.client) * share) * width) / camera.scale;
    pen.stroke();
  }
  const arrow = at(data, o + 8);
  if (arrow >= 0 && glyphPx(camera.scale) >= 7) {
    paintArrow(pen, data, o, from + (to - from) * arrow, widths.arrow / camera.scale);
  }
}

function paintArrow(
  pen: CanvasRenderingContext2D,
  data: Float32Array,
  o: number,
  t: number,
  length: number,
): void {
  const before = { x: 0, y: 0 };
  const after = { x: 0, y: 0 };
  curvePoint(data, o, t - 0.01, before);
  curvePoint(data, o, t + 0.01, after);
  const distance = Math.hypot(after.x - before.x, after.y - before.y) || 1;
  const wayX = ((after.x - before.x) / distance) * length;
  const wayY = ((after.y - before.y) / distance) * length;
  const [x, y] = [(before.x + after.x) / 2, (before.y + after.y) / 2];
  pen.beginPath();
  pen.moveTo(x + wayX / 2, y + wayY / 2);
  pen.lineTo(x - wayX / 2 - wayY * 0.4, y - wayY / 2 + wayX * 0.4);
  pen.lineTo(x - wayX * 0.3, y - wayY * 0.3);
  pen.lineTo(x - wayX / 2 + wayY * 0.4, y - wayY / 2 - wayX * 0.4);
  pen.fill();
}

/** Share of the curve hidden under the glyph at its start or end. */
function cutShare(data: Float32Array, o: number, camera: Camera, end: boolean): number {
  const code = at(data, o + (end ? 10 : 9));
  if (code < 0) {
    return 0;
  }
  const tip = o + (end ? 4 : 0);
  const dx = at(data, o + 2) - at(data, tip);
  const dy = at(data, o + 3) - at(data, tip);
  const reach = ((outlineRadius(code, dx, dy) * glyphPx(camera.scale)) / 2 + 2.5) / camera.scale;
  const guess = clamp(reach / Math.max(2 * Math.hypot(dx, dy), 1e-4), 0, 1);
  const place = { x: 0, y: 0 };
  curvePoint(data, o, end ? 1 - guess : guess, place);
  const reached = Math.hypot(place.x - at(data, tip), place.y - at(data, tip + 1));
  return clamp((guess * reach) / Math.max(reached, 1e-4), 0, 1);
}

/** One glyph in a space where its radius is 1 and `radiusPx` px long. */
function paintGlyph(
  pen: CanvasRenderingContext2D,
  node: MapNode,
  role: number,
  palette: Palette,
  radiusPx: number,
  isPinned: boolean,
): void {
  const code = SHAPE_CODES[node.shape] ?? 0;
  const outline = outlinePath(code);
  const hue = palette.hues[hueIndex(node)] ?? palette.pseudo;
  const line = node.state === "stopped" ? blend(palette.textMuted, palette.ground, 0.25) : hue;
  if (radiusPx * 2 < DOT_BELOW_PX) {
    const trouble =
      node.state === "unhealthy" ? palette.danger : node.state === "restarting" ? palette.warning : line;
    pen.fillStyle = cssColour(trouble);
    pen.fill(outlinePath(0));
    return;
  }
  const ring = (colour: Rgba, distance: number, width: number, strength: number) => {
    pen.save();
    pen.globalAlpha *= strength;
    pen.strokeStyle = cssColour(colour);
    pen.lineJoin = "round";
    pen.lineWidth = width;
    pen.scale(1 + distance, 1 + distance);
    pen.stroke(outline);
    pen.restore();
  };
  if (node.stack) {
    for (const k of [2, 1]) {
      pen.save();
      pen.translate(0, -0.25 * k);
      pen.scale(1 - 0.09 * k, 1 - 0.09 * k);
      pen.fillStyle = cssColour(palette.nodeBody);
      pen.fill(outline);
      pen.strokeStyle = cssColour(blend(hue, palette.nodeBody, 0.25 * k));
      pen.lineWidth = 0.09;
      pen.stroke(outline);
      pen.restore();
    }
  }
  const changed = (role >> HALO_BITS) / HALO_MAX;
  if (changed > 0) {
    ring(palette.selection, 0.24, 0.3, 0.4 * changed);
  }
  if (role & ROLE_SELECTED) {
    ring(palette.selection, 0.27, 0.13, 1);
  } else if (role & ROLE_MATCHED) {
    ring(palette.match, 0.22, 0.11, 1);
  } else if (role & ROLE_HOVERED) {
    ring(palette.selection, 0.12, 0.24, 0.28);
  }
  if (node.state === "unhealthy" || node.state === "restarting") {
    ring(node.state === "unhealthy" ? palette.danger : palette.warning, 0.1, 0.1, 1);
  }
  paintBody(pen, node, outline, palette);
  pen.strokeStyle = cssColour(line);
  pen.lineWidth = Math.max(0.105, 1.3 / radiusPx);
  pen.setLineDash(node.pseudo || isDotted(node.shape) || node.state === "unknown" ? [0.26, 0.16] : []);
  pen.stroke(outline);
  pen.setLineDash([]);
  if (code === SHAPE_CODES.cylinder) {
    pen.beginPath();
    pen.ellipse(0, -0.64, 0.77, 0.26, 0, 0, Math.PI);
    pen.stroke();
  }
  paintBadges(pen, node, palette, radiusPx, isPinned);
}

function paintTexts(pen: CanvasRenderingContext2D, frame: Frame): void {
  pen.textAlign = "center";
  pen.textBaseline = "middle";
  pen.lineJoin = "round";
  for (let i = 0; i < frame.textCount; i++) {
    const text = frame.texts[i];
    if (text) {
      pen.font = fontOf(text.style, frame.palette.fontFamily, 1);
      pen.globalAlpha = text.strength;
      pen.lineWidth = 5;
      pen.strokeStyle = cssColour(text.halo);
      pen.strokeText(text.text, text.x, text.y);
      pen.fillStyle = cssColour(text.colour);
      pen.fillText(text.text, text.x, text.y);
    }
  }
}
