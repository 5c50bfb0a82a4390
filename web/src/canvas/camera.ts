// Where the reader looks: pure maths between the world (layout units) and the screen (CSS px).
// It holds no state of its own; `MapCanvas` owns the one camera and asks here for the next one.

import type { MapInsets } from "../domain/map";
import { clamp } from "./typed";

/** World point at the middle of the canvas, and CSS px per world unit. */
export interface Camera {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Bounds {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Everything a fit needs to know about the window. */
export interface Window {
  readonly size: Size;
  readonly insets: MapInsets;
}

/** Free px kept between the content and the chrome when fitting. */
export const FIT_MARGIN_PX = 28;
/** A handful of nodes is not blown up past this. */
export const FIT_SCALE_MAX = 1.5;
export const SCALE_MAX = 5;
/** How far out one may go, as a share of the scale that shows everything. */
const ZOOM_OUT_SHARE = 0.5;
/** The content's bounds must overlap this share of the free part of the window, so that some node stays in it. */
const KEEP_VISIBLE_SHARE = 0.4;

export function toScreen(camera: Camera, size: Size, world: Point): Point {
  return {
    x: (world.x - camera.x) * camera.scale + size.width / 2,
    y: (world.y - camera.y) * camera.scale + size.height / 2,
  };
}

export function toWorld(camera: Camera, size: Size, screen: Point): Point {
  return {
    x: (screen.x - size.width / 2) / camera.scale + camera.x,
    y: (screen.y - size.height / 2) / camera.scale + camera.y,
  };
}

/** The world as far as the canvas shows it, grown by `margin` px on each side. */
export function visibleBounds(camera: Camera, size: Size, margin: number): Bounds {
  const halfWidth = (size.width / 2 + margin) / camera.scale;
  const halfHeight = (size.height / 2 + margin) / camera.scale;
  return {
    x0: camera.x - halfWidth,
    y0: camera.y - halfHeight,
    x1: camera.x + halfWidth,
    y1: camera.y + halfHeight,
  };
}

export function pannedBy(camera: Camera, dx: number, dy: number): Camera {
  return { x: camera.x - dx / camera.scale, y: camera.y - dy / camera.scale, scale: camera.scale };
}

/** The same world point stays under `screen` while the scale changes. */
export function zoomedAt(camera: Camera, size: Size, screen: Point, scale: number): Camera {
  const anchor = toWorld(camera, size, screen);
  return {
    x: anchor.x - (screen.x - size.width / 2) / scale,
    y: anchor.y - (screen.y - size.height / 2) / scale,
    scale,
  };
}

/** The part of the canvas no chrome covers; never smaller than a quarter of the canvas. */
export function freeRectangle(window: Window): Bounds {
  const { size, insets } = window;
  const width = Math.max(size.width - insets.left - insets.right, size.width / 4);
  const height = Math.max(size.height - insets.top - insets.bottom, size.height / 4);
  const x0 = Math.min(insets.left, size.width - width);
  const y0 = Math.min(insets.top, size.height - height);
  return { x0, y0, x1: x0 + width, y1: y0 + height };
}

/** Whether two windows are covered by chrome alike. */
export function sameInsets(one: MapInsets, other: MapInsets): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** All of `bounds`, as large as the free part of the window allows. */
export function fitted(bounds: Bounds, window: Window): Camera {
  const free = freeRectangle(window);
  const margin = Math.min(FIT_MARGIN_PX, (free.x1 - free.x0) / 8, (free.y1 - free.y0) / 8);
  const width = Math.max(bounds.x1 - bounds.x0, 1);
  const height = Math.max(bounds.y1 - bounds.y0, 1);
  const scale = Math.min(
    (free.x1 - free.x0 - 2 * margin) / width,
    (free.y1 - free.y0 - 2 * margin) / height,
    FIT_SCALE_MAX,
  );
  const safe = Number.isFinite(scale) && scale > 0 ? scale : 1;
  return centredOn((bounds.x0 + bounds.x1) / 2, (bounds.y0 + bounds.y1) / 2, safe, window);
}

/** A picture may lie this share of the window beside where it should before the camera follows. */
const OFF_CENTRE_SHARE = 0.12;

/** Whether what one camera sees could be `ratio` larger as another wants it, or lies far beside that. */
export function lags(camera: Camera, wanted: Camera, { width, height }: Size, ratio: number): boolean {
  const x = Math.abs(wanted.x - camera.x) * wanted.scale;
  const y = Math.abs(wanted.y - camera.y) * wanted.scale;
  const isBeside = x > width * OFF_CENTRE_SHARE || y > height * OFF_CENTRE_SHARE;
  return isBeside || wanted.scale > camera.scale * ratio;
}

/** A world point in the middle of the free part of the window. */
export function centredOn(x: number, y: number, scale: number, window: Window): Camera {
  const free = freeRectangle(window);
  const offsetX = (free.x0 + free.x1) / 2 - window.size.width / 2;
  const offsetY = (free.y0 + free.y1) / 2 - window.size.height / 2;
  return { x: x - offsetX / scale, y: y - offsetY / scale, scale };
}

export function scaleLimits(bounds: Bounds, window: Window): { min: number; max: number } {
  return { min: Math.min(fitted(bounds, window).scale * ZOOM_OUT_SHARE, 1), max: SCALE_MAX };
}

/** Pulls the camera back so that the content can neither be lost off-screen nor shrink to nothing. */
export function kept(camera: Camera, bounds: Bounds, window: Window): Camera {
  const limits = scaleLimits(bounds, window);
  const scale = clamp(camera.scale, limits.min, limits.max);
  const free = freeRectangle(window);
  const { width, height } = window.size;
  const keepX = ((free.x1 - free.x0) * KEEP_VISIBLE_SHARE) / scale;
  const keepY = ((free.y1 - free.y0) * KEEP_VISIBLE_SHARE) / scale;
  // World coordinates of the free rectangle's sides are camera + offset; solve for the camera.
  const left = (free.x0 - width / 2) / scale;
  const right = (free.x1 - width / 2) / scale;
  const top = (free.y0 - height / 2) / scale;
  const bottom = (free.y1 - height / 2) / scale;
  return {
    x: clamp(camera.x, bounds.x0 + keepX - right, bounds.x1 - keepX - left),
    y: clamp(camera.y, bounds.y0 + keepY - bottom, bounds.y1 - keepY - top),
    scale,
  };
}

/** Between two cameras: the scale moves in equal ratios, so that the zoom feels even. */
export function between(from: Camera, to: Camera, share: number): Camera {
  if (share >= 1) {
    return to;
  }
  const scale = from.scale * (to.scale / from.scale) ** share;
  // Positions follow the scale, so that the point both cameras agree on stands still on the way.
  const ratio = to.scale / from.scale;
  const along =
    Math.abs(ratio - 1) < 1e-3 ? share : (1 / scale - 1 / from.scale) / (1 / to.scale - 1 / from.scale);
  return { x: from.x + (to.x - from.x) * along, y: from.y + (to.y - from.y) * along, scale };
}
