// The glyphs: their numbers in the shader, and how far their outline lies from the middle. A radius of 1 is
// half a glyph; y points down. The signed-distance twins of these outlines are in `gl/node-shader.ts`.

import type { Shape } from "../domain/map";

/** Numbers shared with the shaders. Dotted kinds are their plain shape with a dashed outline. */
export const SHAPE_CODES: Readonly<Record<Shape, number>> = {
  circle: 0,
  triangle: 1,
  square: 2,
  pentagon: 3,
  hexagon: 4,
  heptagon: 5,
  octagon: 6,
  cloud: 7,
  cylinder: 8,
  sheet: 9,
  dottedcylinder: 8,
  dottedtriangle: 1,
};

export function isDotted(shape: Shape): boolean {
  return shape === "dottedcylinder" || shape === "dottedtriangle";
}

/** Corners of a shape that is a regular polygon, else 0. */
export function cornersOf(code: number): number {
  switch (code) {
    case 1:
      return 3;
    case 3:
      return 5;
    case 4:
      return 6;
    case 5:
      return 7;
    case 6:
      return 8;
    default:
      return 0;
  }
}

/** Circumradius of the polygons, chosen so that all shapes look equally heavy. */
export function polygonRadius(code: number): number {
  return code === 1 ? 1.12 : 1;
}

/** A triangle's middle of gravity lies below the middle of its box. */
export const TRIANGLE_DROP = 0.14;

/** Half width and half height of the shapes that fill a box. */
export function boxOf(code: number): readonly [number, number] {
  switch (code) {
    case 2:
      return [0.84, 0.84];
    case 7:
      return [0.98, 0.66];
    case 8:
      return [0.77, 0.9];
    default:
      return [0.72, 0.9];
  }
}

/** Distance from the middle to the outline towards (dx, dy), y down. */
export function outlineRadius(code: number, dx: number, dy: number): number {
  const length = Math.hypot(dx, dy);
  if (length === 0) {
    return 1;
  }
  if (code === 0) {
    return 0.94;
  }
  const corners = cornersOf(code);
  if (corners > 0) {
    const step = (2 * Math.PI) / corners;
    const angle = Math.atan2(dx, -dy);
    const off = angle - Math.round(angle / step) * step;
    const apothem = polygonRadius(code) * Math.cos(step / 2);
    return apothem / Math.cos(step / 2 - Math.abs(off));
  }
  const [halfWidth, halfHeight] = boxOf(code);
  return Math.min(
    halfWidth / Math.max(Math.abs(dx) / length, 1e-6),
    halfHeight / Math.max(Math.abs(dy) / length, 1e-6),
  );
}
