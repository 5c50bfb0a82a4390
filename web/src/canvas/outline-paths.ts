// The glyphs' outlines as canvas paths, for the painter without WebGL: a radius of 1 is half a glyph, y down.

import { boxOf, cornersOf, polygonRadius, TRIANGLE_DROP } from "./shapes";

const ROUND = 0.16;

const kept = new Map<number, Path2D>();

export function outlinePath(code: number): Path2D {
  let path = kept.get(code);
  if (!path) {
    path = makeOutline(code);
    kept.set(code, path);
  }
  return path;
}

function makeOutline(code: number): Path2D {
  const path = new Path2D();
  const corners = cornersOf(code);
  const [halfWidth, halfHeight] = boxOf(code);
  if (code === 0) {
    path.arc(0, 0, 0.94, 0, 2 * Math.PI);
  } else if (corners > 0) {
    polygon(path, corners, polygonRadius(code), code === 1 ? TRIANGLE_DROP : 0);
  } else if (code === 7) {
    cloud(path);
  } else if (code === 8) {
    path.moveTo(-halfWidth, -0.64);
    path.ellipse(0, -0.64, halfWidth, 0.26, 0, Math.PI, 2 * Math.PI);
    path.lineTo(halfWidth, 0.64);
    path.ellipse(0, 0.64, halfWidth, 0.26, 0, 0, Math.PI);
    path.closePath();
  } else if (code === 9) {
    path.moveTo(-halfWidth, -halfHeight);
    path.lineTo(halfWidth - 0.42, -halfHeight);
    path.lineTo(halfWidth, -halfHeight + 0.42);
    path.lineTo(halfWidth, halfHeight);
    path.lineTo(-halfWidth, halfHeight);
    path.closePath();
  } else {
    path.roundRect(-halfWidth, -halfHeight, 2 * halfWidth, 2 * halfHeight, ROUND);
  }
  return path;
}

function polygon(path: Path2D, corners: number, radius: number, drop: number): void {
  const corner = (i: number): [number, number] => {
    const angle = (i * 2 * Math.PI) / corners;
    return [Math.sin(angle) * radius, drop - Math.cos(angle) * radius];
  };
  const [firstX, firstY] = corner(0);
  const [nextX, nextY] = corner(1);
  path.moveTo((firstX + nextX) / 2, (firstY + nextY) / 2);
  for (let i = 1; i <= corners; i++) {
    path.arcTo(...corner(i), ...corner(i + 1), ROUND);
  }
  path.closePath();
}

function cloud(path: Path2D): void {
  path.moveTo(-0.56, 0.54);
  path.arc(-0.56, 0.16, 0.38, Math.PI / 2, -Math.PI * 0.52);
  path.arc(-0.18, -0.16, 0.46, -Math.PI * 0.86, -Math.PI * 0.22);
  path.arc(0.36, -0.04, 0.4, -Math.PI * 0.58, -Math.PI * 0.08);
  path.arc(0.58, 0.18, 0.36, -Math.PI * 0.3, Math.PI / 2);
  path.closePath();
}
