// The words of a frame: which labels and titles there are, where they stand on the screen now, and in which colours.
// Labels are planned again only when the plan no longer covers the window; a panned frame just shifts them.

import type { Bounds, Camera, Window } from "./camera";
import { visibleBounds } from "./camera";
import { glyphPx, LABEL_FROM_PX } from "./detail";
import { LabelPlan, type PlannedText } from "./label-plan";
import { type MeasureText, TextMemory } from "./label-text";
import { planNames } from "./name-plan";
import { fontOf, type PlacedText, STYLE_MINOR, STYLE_TITLE, STYLE_VALUE } from "./painter";
import type { Palette, Rgba } from "./palette";
import { APPEARING, type Scene } from "./scene";
import type { Shades } from "./shade";
import { type PlannedTitle, planTitles, TITLE_HEIGHT_PX, titleRoom } from "./title-plan";
import { at } from "./typed";

/** The plan reaches this far beyond the window, px. */
const PLAN_MARGIN_PX = 260;
const PLAN_MARGIN_ZOOMING_PX = 60;
/** New titles measured per frame. */
const TITLES_PER_FRAME_MAX = 200;
/** Room around a line for the pointer, px. */
const LINE_HALF_PX = 8;

interface PlanKey {
  readonly scene: Scene;
  readonly places: number;
  readonly looks: number;
  readonly shades: number;
  readonly scale: number;
  readonly area: Bounds;
}

export class Words {
  readonly texts: PlacedText[] = [];
  count = 0;
  /** By `edgeName`. */
  names: ReadonlyMap<string, string> = new Map();
  private readonly memory: TextMemory;
  private readonly titleMemory: TextMemory;
  private readonly plan: LabelPlan;
  private key: PlanKey | null = null;
  private titles: readonly PlannedTitle[] = [];

  constructor(measure: MeasureText) {
    this.memory = new TextMemory(measure);
    this.titleMemory = new TextMemory(measure);
    this.plan = new LabelPlan(this.memory);
  }

  /** Widths have changed with the font. */
  forget(): void {
    this.memory.forget();
    this.titleMemory.forget();
    this.key = null;
  }

  /** Fills `texts`. Answers whether more words wait to be measured. */
  update(
    scene: Scene,
    shades: Shades,
    palette: Palette,
    camera: Camera,
    window: Window,
    progress: { mix: number; appear: number },
  ): boolean {
    if (!this.covers(scene, shades, camera, window) || this.plan.pending) {
      // While zooming every frame plans anew, so planning ahead would be thrown away.
      const ahead = this.key?.scale === camera.scale ? PLAN_MARGIN_PX : PLAN_MARGIN_ZOOMING_PX;
      const area = visibleBounds(camera, window.size, ahead);
      const reserved = titleRoom(scene, camera.scale);
      this.plan.make({ scene, shades, scale: camera.scale, area, reserved });
      this.key = {
        scene,
        places: scene.placesVersion,
        looks: scene.looksVersion,
        shades: shades.version,
        scale: camera.scale,
        area,
      };
    }
    this.count = 0;
    this.putLabels(scene, shades, palette, camera, window, progress);
    this.putTitles(scene, palette, camera, window);
    this.putNames(scene, shades, palette, camera, window);
    return this.plan.pending;
  }

  /** The node whose label lies under a point of the screen, or -1. */
  nodeAt(x: number, y: number, camera: Camera, window: Window): number {
    if (this.key?.scale !== camera.scale) {
      return -1;
    }
    const planX = x - window.size.width / 2 + camera.x * camera.scale;
    const planY = y - window.size.height / 2 + camera.y * camera.scale;
    for (let i = 0; i < this.plan.count; i++) {
      const text = this.plan.texts[i];
      if (text && Math.abs(text.x - planX) <= text.width / 2 && Math.abs(text.y - planY) <= LINE_HALF_PX) {
        return text.node;
      }
    }
    return -1;
  }

  /** The open box whose title is under a point of the screen, or -1. */
  titleAt(x: number, y: number): number {
    const found = this.titles.find(
      (title) => Math.abs(title.x - x) <= title.width / 2 && Math.abs(title.y - y) <= TITLE_HEIGHT_PX / 2,
    );
    return found?.group ?? -1;
  }

  private covers(scene: Scene, shades: Shades, camera: Camera, window: Window): boolean {
    const { key } = this;
    const seen = visibleBounds(camera, window.size, 0);
    return (
      key !== null &&
      key.scene === scene &&
      key.places === scene.placesVersion &&
      key.looks === scene.looksVersion &&
      key.shades === shades.version &&
      key.scale === camera.scale &&
      seen.x0 >= key.area.x0 &&
      seen.y0 >= key.area.y0 &&
      seen.x1 <= key.area.x1 &&
      seen.y1 <= key.area.y1
    );
  }

  private putLabels(
    scene: Scene,
    shades: Shades,
    palette: Palette,
    camera: Camera,
    window: Window,
    progress: { mix: number; appear: number },
  ): void {
    const { width, height } = window.size;
    const shiftX = width / 2 - camera.x * camera.scale;
    const shiftY = height / 2 - camera.y * camera.scale;
    for (let i = 0; i < this.plan.count; i++) {
      const text = this.plan.texts[i];
      if (!text) {
        continue;
      }
      const [x, y] = [text.x + shiftX, text.y + shiftY];
      const half = text.width / 2;
      if (x + half < 0 || x - half > width || y < -10 || y > height + 10) {
        continue;
      }
      const appear = at(scene.nodeFades, text.node) === APPEARING ? progress.appear : 1;
      const strength = shades.strength(text.node, progress.mix) * appear;
      this.put(text.text, text.style, x, y, inkOf(text, palette), haloOf(text, scene, palette), strength);
    }
  }

  /** Names of the edges that stand out, at their arrow heads. */
  private putNames(scene: Scene, shades: Shades, palette: Palette, camera: Camera, window: Window): void {
    if (this.names.size === 0 || glyphPx(camera.scale) < LABEL_FROM_PX) {
      return;
    }
    this.titleMemory.allow(TITLES_PER_FRAME_MAX);
    for (const { text, width, x, y } of planNames(
      scene,
      shades,
      this.names,
      camera,
      window,
      this.titleMemory,
    )) {
      if (!this.overlapsName(x, y, width)) {
        this.put(text, STYLE_MINOR, x, y, palette.text, palette.ground, 1);
      }
    }
  }

  /** Whether another name is there already; names are put last. */
  private overlapsName(x: number, y: number, width: number): boolean {
    return this.texts
      .slice(0, this.count)
      .some(
        (text) => text.style === STYLE_MINOR && Math.abs(text.y - y) < 12 && Math.abs(text.x - x) < width,
      );
  }

  private putTitles(scene: Scene, palette: Palette, camera: Camera, window: Window): void {
    this.titles = [];
    if (scene.graph.groups.length === 0) {
      return;
    }
    this.titleMemory.allow(TITLES_PER_FRAME_MAX);
    this.titles = planTitles(scene, camera, window, this.titleMemory);
    for (const title of this.titles) {
      this.put(title.text, STYLE_TITLE, title.x, title.y, palette.text, palette.groupGround, 1);
    }
  }

  private put(
    text: string,
    style: number,
    x: number,
    y: number,
    colour: Rgba,
    halo: Rgba,
    strength: number,
  ): void {
    const reused = this.texts[this.count];
    if (reused) {
      reused.text = text;
      reused.style = style;
      reused.x = x;
      reused.y = y;
      reused.colour = colour;
      reused.halo = halo;
      reused.strength = strength;
    } else {
      this.texts.push({ text, style, x, y, colour, halo, strength });
    }
    this.count++;
  }
}

function inkOf(text: PlannedText, palette: Palette): Rgba {
  return text.style === STYLE_MINOR ? palette.textMuted : palette.text;
}

function haloOf(text: PlannedText, scene: Scene, palette: Palette): Rgba {
  if (text.style === STYLE_VALUE) {
    const [red, green, blue] = palette.nodeBody;
    return [red, green, blue, 0];
  }
  return (scene.nodes[text.node]?.group ?? -1) >= 0 ? palette.groupGround : palette.ground;
}

/** Measures with the browser's own text engine, in CSS px. */
export function browserMeasure(family: () => string): MeasureText {
  const pen = document.createElement("canvas").getContext("2d");
  let font = "";
  return (text, style) => {
    if (!pen) {
      return text.length * 7;
    }
    const wanted = fontOf(style, family(), 1);
    if (wanted !== font) {
      font = wanted;
      pen.font = wanted;
    }
    return pen.measureText(text).width;
  };
}
