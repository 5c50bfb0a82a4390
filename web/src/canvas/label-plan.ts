// Which labels are shown, and where. The plan is made for one scale and a piece of the world larger than the window,
// in px of that scale, so that panning only shifts it. Important nodes choose first; a label that would overlap
// another label or a glyph tries to be shorter, then gives way, and comes back when there is room.

import type { Shape } from "../domain/map";
import type { Bounds } from "./camera";
import { glyphPx, LABEL_FROM_PX, MINOR_FROM_PX, VALUE_FROM_PX } from "./detail";
import type { ShortText, TextMemory } from "./label-text";
import { STYLE_LABEL, STYLE_MINOR, STYLE_VALUE } from "./painter";
import { RectGrid } from "./rect-grid";
import type { Scene } from "./scene";
import { ROLE_HOVERED, ROLE_MATCHED, ROLE_NEIGHBOUR, ROLE_SELECTED, type Shades } from "./shade";
import { at, clamp } from "./typed";

export const LABELS_MAX = 900;
/** New texts measured per frame. */
const MEASURED_PER_FRAME_MAX = 120;
const LINE_PX = 16;
const MINOR_LINE_PX = 14;
/** Between the glyph's outline and its label. */
const GAP_PX = 3;
/** The selection's ring stands out of the glyph by this share of its size. */
const RING_SHARE = 0.15;
/** Air kept around a label. */
const AIR_X_PX = 4;
const AIR_Y_PX = 1;
/** What the reader has picked is named even where that covers something. */
const ALWAYS_LABELLED = ROLE_SELECTED | ROLE_HOVERED;
/** Widths tried, px; the first also holds for what is selected or near to it. */
const WIDTH_WIDE = 240;
const WIDTH_NORMAL = 160;
const WIDTH_NARROW = 84;
/** Other labels reach only so far into their neighbours' places, world units. */
const WIDTH_WORLD = 190;

/** Where a value may stand in a glyph: the free width and the way down from the middle, as shares of the glyph. */
interface ValueRoom {
  readonly width: number;
  readonly drop: number;
}

const VALUE_ROOM_USUAL: ValueRoom = { width: 0.78, drop: 0 };
const VALUE_ROOM: Readonly<Partial<Record<Shape, ValueRoom>>> = {
  triangle: { width: 0.52, drop: 0.13 },
  dottedtriangle: { width: 0.52, drop: 0.13 },
  cylinder: { width: 0.66, drop: 0.07 },
  dottedcylinder: { width: 0.66, drop: 0.07 },
  sheet: { width: 0.66, drop: 0.02 },
  cloud: { width: 0.7, drop: 0.06 },
};

/** A planned line: px at the plan's scale, from the world's origin. */
export interface PlannedText {
  node: number;
  text: string;
  style: number;
  x: number;
  y: number;
  width: number;
}

export interface PlanInput {
  readonly scene: Scene;
  readonly shades: Shades;
  readonly scale: number;
  /** World units. */
  readonly area: Bounds;
  /** Rectangles that labels must leave free, px at this scale: the groups' titles. */
  readonly reserved: readonly Bounds[];
}

export class LabelPlan {
  readonly texts: PlannedText[] = [];
  count = 0;
  /** Some texts are not measured yet: plan again in the next frame. */
  pending = false;
  private readonly grid = new RectGrid();
  private shown = new Uint8Array(0);
  private labels = 0;

  constructor(private readonly memory: TextMemory) {}

  make(input: PlanInput): void {
    const { scene, scale, area } = input;
    const glyph = glyphPx(scale);
    this.count = 0;
    this.labels = 0;
    this.pending = false;
    if (glyph < LABEL_FROM_PX) {
      return;
    }
    this.memory.allow(MEASURED_PER_FRAME_MAX);
    this.grid.reset(area.x0 * scale, area.y0 * scale, area.x1 * scale, area.y1 * scale);
    for (const rect of input.reserved) {
      this.grid.add(rect.x0, rect.y0, rect.x1, rect.y1);
    }
    const visible = this.blockGlyphs(input, glyph);
    this.shown = new Uint8Array(scene.count);
    this.placeRole(input, visible, glyph, ALWAYS_LABELLED);
    this.placeRole(input, visible, glyph, ROLE_MATCHED);
    this.placeRole(input, visible, glyph, ROLE_NEIGHBOUR);
    this.placeRole(input, visible, glyph, 0);
    if (glyph >= VALUE_FROM_PX) {
      this.placeValues(input, visible);
    }
  }

  /** Marks the glyphs of the area as taken; answers their nodes, the most important first. */
  private blockGlyphs(input: PlanInput, glyph: number): number[] {
    const { scene, scale, area } = input;
    const half = glyph * 0.44;
    const visible: number[] = [];
    for (let k = 0; k < scene.order.length; k++) {
      const i = at(scene.order, k);
      const x = at(scene.xs, i);
      const y = at(scene.ys, i);
      if (x < area.x0 || x > area.x1 || y < area.y0 || y > area.y1) {
        continue;
      }
      visible.push(i);
      this.grid.add(x * scale - half, y * scale - half, x * scale + half, y * scale + half);
    }
    return visible;
  }

  private placeRole(input: PlanInput, visible: readonly number[], glyph: number, roles: number): void {
    const { shades } = input;
    const usual = clamp(WIDTH_WORLD * input.scale, WIDTH_NARROW, WIDTH_NORMAL);
    const widthMax = roles === 0 ? usual : roles === ROLE_MATCHED ? WIDTH_NORMAL : WIDTH_WIDE;
    for (const i of visible) {
      if (this.labels >= LABELS_MAX) {
        return;
      }
      if (at(this.shown, i) !== 0 || (roles !== 0 && (shades.role(i) & roles) === 0)) {
        continue;
      }
      this.placeLabel(input, i, glyph, widthMax, roles === ALWAYS_LABELLED);
    }
  }

  private placeLabel(input: PlanInput, i: number, glyph: number, widthMax: number, always: boolean): void {
    const { scene, scale } = input;
    const node = scene.nodes[i];
    if (!node) {
      return;
    }
    const x = at(scene.xs, i) * scale;
    const ring = (input.shades.role(i) & ROLE_SELECTED) !== 0 ? glyph * RING_SHARE : 0;
    const top = at(scene.ys, i) * scale + glyph / 2 + GAP_PX + ring;
    const minorWanted = node.labelMinor !== "" && glyph >= MINOR_FROM_PX;
    const label = this.fitting(node.label, STYLE_LABEL, widthMax);
    const minor = minorWanted ? this.fitting(node.labelMinor, STYLE_MINOR, widthMax) : null;
    if (!label || (minorWanted && !minor)) {
      this.pending = true;
      return;
    }
    if (
      minor &&
      minor.width > 0 &&
      this.takes(x, top, Math.max(label.width, minor.width), LINE_PX + MINOR_LINE_PX, always)
    ) {
      this.put(i, label, STYLE_LABEL, x, top + LINE_PX / 2);
      this.put(i, minor, STYLE_MINOR, x, top + LINE_PX + MINOR_LINE_PX / 2 - 1);
    } else if (label.width > 0 && this.takes(x, top, label.width, LINE_PX, always)) {
      this.put(i, label, STYLE_LABEL, x, top + LINE_PX / 2);
    } else {
      const narrow =
        label.width > WIDTH_NARROW ? this.memory.get(node.label, STYLE_LABEL, WIDTH_NARROW) : null;
      if (!narrow || narrow.width === 0 || !this.takes(x, top, narrow.width, LINE_PX, false)) {
        return;
      }
      this.put(i, narrow, STYLE_LABEL, x, top + LINE_PX / 2);
    }
    this.shown[i] = 1;
    this.labels++;
  }

  /** Only three forms of a text are ever made, so that zooming does not measure it again and again. */
  private fitting(text: string, style: number, widthMax: number): ShortText | null {
    const form = widthMax > WIDTH_NORMAL ? WIDTH_WIDE : WIDTH_NORMAL;
    const full = this.memory.get(text, style, form);
    return !full || full.width <= widthMax ? full : this.memory.get(text, style, WIDTH_NARROW);
  }

  /** The metric's value in the middle of the glyph; it covers nothing but its own glyph. */
  private placeValues(input: PlanInput, visible: readonly number[]): void {
    const { scene, scale } = input;
    const glyph = glyphPx(scale);
    for (const i of visible) {
      const node = scene.nodes[i];
      if (!node || node.fillText === "" || node.fill < 0) {
        continue;
      }
      const { width, drop } = VALUE_ROOM[node.shape] ?? VALUE_ROOM_USUAL;
      const value = this.memory.get(node.fillText, STYLE_VALUE, WIDTH_NARROW);
      if (value === null) {
        this.pending = true;
      } else if (value.width > 0 && value.width <= glyph * width) {
        this.put(i, value, STYLE_VALUE, at(scene.xs, i) * scale, at(scene.ys, i) * scale + glyph * drop);
      }
    }
  }

  private takes(x: number, top: number, width: number, height: number, always: boolean): boolean {
    const half = width / 2 + AIR_X_PX;
    const bottom = top + height + AIR_Y_PX;
    if (!always && this.grid.hits(x - half, top, x + half, bottom)) {
      return false;
    }
    this.grid.add(x - half, top, x + half, bottom);
    return true;
  }

  private put(node: number, short: ShortText, style: number, x: number, y: number): void {
    const reused = this.texts[this.count];
    if (reused) {
      reused.node = node;
      reused.text = short.text;
      reused.style = style;
      reused.x = x;
      reused.y = y;
      reused.width = short.width;
    } else {
      this.texts.push({ node, text: short.text, style, x, y, width: short.width });
    }
    this.count++;
  }
}
