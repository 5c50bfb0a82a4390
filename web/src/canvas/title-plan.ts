// Titles of the groups' boxes. A title stays inside the window as long as any of its box does: it sticks to the
// window's free edge, and over a box too small for it, it stands in the middle.

import type { MapGroup } from "../domain/map";
import { type Bounds, type Camera, freeRectangle, toScreen, type Window } from "./camera";
import type { ShortText, TextMemory } from "./label-text";
import { STYLE_TITLE } from "./painter";
import type { Scene } from "./scene";
import { at, clamp } from "./typed";

export const TITLES_MAX = 400;
const PAD_X_PX = 12;
const PAD_Y_PX = 15;
export const TITLE_HEIGHT_PX = 18;
/** Before the title of an open box: a press on it closes the box. */
const OPEN_MARK = "▾";
/** World units above the first row of glyphs. */
const TITLE_STRIP = 34;
/** A box lower than this on the screen has its title in the middle. */
const SMALL_BOX_PX = 40;
/** A title may stand out of a small box this far. */
const WIDTH_MIN = 88;
const WIDTH_MAX = 320;

export interface PlannedTitle {
  readonly group: number;
  readonly text: string;
  /** Middle of the text, CSS px on the screen. */
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** All titles to draw now; larger boxes win where small ones would overlap. */
export function planTitles(scene: Scene, camera: Camera, window: Window, memory: TextMemory): PlannedTitle[] {
  const titles: PlannedTitle[] = [];
  const free = freeRectangle(window);
  for (const group of bySize(scene)) {
    if (titles.length >= TITLES_MAX) {
      break;
    }
    const box = screenBox(scene, group, camera, window);
    if (box.x1 < free.x0 || box.x0 > free.x1 || box.y1 < free.y0 || box.y0 > free.y1) {
      continue;
    }
    const width = box.x1 - box.x0;
    const widthMax = Math.round(clamp(width, WIDTH_MIN, WIDTH_MAX) / 8) * 8;
    const short = titleOf(scene.graph.groups[group], widthMax, memory);
    if (!short || short.width === 0) {
      continue;
    }
    const title = placed(group, box, free, titleDrop(camera.scale), short.text, short.width);
    if (!titles.some((other) => overlaps(title, other))) {
      titles.push(title);
    }
  }
  return titles;
}

/** With its totals where there is room for them. */
function titleOf(group: MapGroup | undefined, widthMax: number, memory: TextMemory): ShortText | null {
  const title = `${OPEN_MARK} ${group?.title ?? ""}`;
  const total = group?.total ?? "";
  const whole = total === "" ? null : memory.get(`${title} · ${total}`, STYLE_TITLE, WIDTH_MAX);
  return whole && whole.width <= widthMax && whole.text.endsWith(total)
    ? whole
    : memory.get(title, STYLE_TITLE, widthMax);
}

function placed(
  group: number,
  box: Bounds,
  free: Bounds,
  drop: number,
  text: string,
  width: number,
): PlannedTitle {
  const half = width / 2;
  if (box.y1 - box.y0 < SMALL_BOX_PX) {
    return { group, text, x: (box.x0 + box.x1) / 2, y: (box.y0 + box.y1) / 2, width };
  }
  if (box.x1 - box.x0 < width + 2 * PAD_X_PX) {
    return { group, text, x: (box.x0 + box.x1) / 2, y: Math.max(free.y0 + PAD_Y_PX, box.y0 + drop), width };
  }
  const left = clamp(free.x0 + PAD_X_PX, box.x0 + PAD_X_PX, box.x1 - PAD_X_PX - width);
  const top = clamp(free.y0 + PAD_Y_PX, box.y0 + drop, Math.max(box.y1 - PAD_Y_PX, box.y0 + drop));
  return { group, text, x: left + half, y: top, width };
}

/**
 * A title's middle below the top of its box. The layout leaves it a strip of the world; when that strip is lower than
 * the text, the title moves up onto the box's line, so that it covers no node.
 */
export function titleDrop(scale: number): number {
  return Math.min(TITLE_STRIP * scale - TITLE_HEIGHT_PX / 2 - 2, PAD_Y_PX);
}

function bySize(scene: Scene): number[] {
  const area = (g: number) =>
    (at(scene.boxes, g * 4 + 2) - at(scene.boxes, g * 4)) *
    (at(scene.boxes, g * 4 + 3) - at(scene.boxes, g * 4 + 1));
  const groups = scene.graph.groups.map((_, g) => g).filter((g) => area(g) > 0);
  return groups.sort((a, b) => area(b) - area(a) || a - b);
}

function screenBox(scene: Scene, group: number, camera: Camera, window: Window): Bounds {
  const low = toScreen(camera, window.size, {
    x: at(scene.boxes, group * 4),
    y: at(scene.boxes, group * 4 + 1),
  });
  const high = toScreen(camera, window.size, {
    x: at(scene.boxes, group * 4 + 2),
    y: at(scene.boxes, group * 4 + 3),
  });
  return { x0: low.x, y0: low.y, x1: high.x, y1: high.y };
}

function overlaps(one: PlannedTitle, other: PlannedTitle): boolean {
  return (
    Math.abs(one.x - other.x) < (one.width + other.width) / 2 + 6 &&
    Math.abs(one.y - other.y) < TITLE_HEIGHT_PX
  );
}

/** The places labels leave free for titles that are where they belong, px at the scale from the world's origin. */
export function titleRoom(scene: Scene, scale: number): Bounds[] {
  return scene.graph.groups.flatMap((_, g) => {
    const [x0, y0, x1] = [at(scene.boxes, g * 4), at(scene.boxes, g * 4 + 1), at(scene.boxes, g * 4 + 2)];
    const middle = y0 * scale + titleDrop(scale);
    const right = Math.min(x1 * scale, x0 * scale + WIDTH_MAX);
    const room = {
      x0: x0 * scale,
      y0: middle - TITLE_HEIGHT_PX / 2,
      x1: right,
      y1: middle + TITLE_HEIGHT_PX / 2,
    };
    return Number.isFinite(x0) && x1 > x0 ? [room] : [];
  });
}
