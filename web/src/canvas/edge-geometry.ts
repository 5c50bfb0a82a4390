// The paths of edges: chains of quadratic curves in world units, ready for the painters. An edge leaves its client
// and ends at its server; the painters cut it at the glyphs' outlines, whose size depends on the zoom.

import { at } from "./typed";

/** Floats per segment: start, control, end (x, y each), the share of the path at start and end, the arrow's place
 * on this segment (or -1), the shape codes where it must be cut at start and end (or -1), and a width factor. */
export const SEGMENT_FLOATS = 12;
/** The head sits at this share of the path. */
export const ARROW_SHARE = 0.6;
/** How far a lone straight edge bows out, as a share of its length and at most in world units. */
const BOW_SHARE = 0.055;
const BOW_MAX = 26;
/** Opposite directions bow at least this far, so that they are seen as two lanes. */
const LANE_BOW_MIN = 9;
/** Sideways shift of routed edges, world units, when both directions exist. */
const LANE_SHIFT = 5;
/** Corners of a route are rounded as far as this, world units. */
const CORNER_MAX = 80;
/** Way points read per edge, whatever the layout says. */
const ROUTE_POINTS_MAX = 16;

export interface EdgeEnds {
  readonly x0: number;
  readonly y0: number;
  readonly x1: number;
  readonly y1: number;
}

export interface EdgeShape {
  readonly sourceCode: number;
  readonly targetCode: number;
  /** The same two nodes have an edge the other way. */
  readonly twoWay: boolean;
  readonly width: number;
}

/** Where the width factor stands in a segment. */
const WIDTH_AT = 11;

/** A growing list of segments; `owner` says which edge a segment belongs to. */
export class SegmentList {
  data = new Float32Array(SEGMENT_FLOATS * 256);
  owner = new Uint32Array(256);
  count = 0;

  clear(): void {
    this.count = 0;
  }

  /** Gives every segment the width of its edge. */
  widen(widthOf: (owner: number) => number): void {
    for (let s = 0; s < this.count; s++) {
      this.data[s * SEGMENT_FLOATS + WIDTH_AT] = widthOf(at(this.owner, s));
    }
  }

  push(owner: number, segment: readonly number[]): void {
    if (this.count === this.owner.length) {
      const data = new Float32Array(this.data.length * 2);
      const owners = new Uint32Array(this.owner.length * 2);
      data.set(this.data);
      owners.set(this.owner);
      this.data = data;
      this.owner = owners;
    }
    this.data.set(segment, this.count * SEGMENT_FLOATS);
    this.owner[this.count] = owner;
    this.count++;
  }
}

/** Adds the path of one edge. `route` holds x, y pairs of way points in order; empty for a direct edge. */
export function addEdge(
  list: SegmentList,
  owner: number,
  ends: EdgeEnds,
  route: ArrayLike<number>,
  shape: EdgeShape,
): void {
  const curves = route.length >= 2 ? routed(ends, route, shape.twoWay) : [bowed(ends, shape.twoWay)];
  const lengths = curves.map(curveLength);
  const total = Math.max(
    lengths.reduce((sum, length) => sum + length, 0),
    1e-6,
  );
  let done = 0;
  curves.forEach((curve, index) => {
    const from = done / total;
    done += at(lengths, index);
    const to = index === curves.length - 1 ? 1 : done / total;
    const holdsArrow = ARROW_SHARE >= from && ARROW_SHARE < to;
    list.push(owner, [
      ...curve,
      from,
      to,
      holdsArrow ? (ARROW_SHARE - from) / (to - from) : -1,
      index === 0 ? shape.sourceCode : -1,
      index === curves.length - 1 ? shape.targetCode : -1,
      shape.width,
    ]);
  });
}

type Curve = readonly [number, number, number, number, number, number];

/** A single gentle bow to the right of the way the edge goes: the opposite edge bows to the other side. */
function bowed(ends: EdgeEnds, twoWay: boolean): Curve {
  const dx = ends.x1 - ends.x0;
  const dy = ends.y1 - ends.y0;
  const length = Math.hypot(dx, dy);
  const bow = Math.min(Math.max(length * BOW_SHARE, twoWay ? LANE_BOW_MIN : 0), BOW_MAX);
  const unit = length > 0 ? 1 / length : 0;
  // The control point of a quadratic lies twice as far out as the curve itself reaches.
  const controlX = (ends.x0 + ends.x1) / 2 - dy * unit * bow * 2;
  const controlY = (ends.y0 + ends.y1) / 2 + dx * unit * bow * 2;
  return [ends.x0, ends.y0, controlX, controlY, ends.x1, ends.y1];
}

/** Straight runs between way points with rounded corners; short runs melt into one smooth curve. */
function routed(ends: EdgeEnds, route: ArrayLike<number>, twoWay: boolean): Curve[] {
  const points: [number, number][] = [[ends.x0, ends.y0]];
  const count = Math.min(Math.floor(route.length / 2), ROUTE_POINTS_MAX);
  for (let i = 0; i < count; i++) {
    points.push([at(route, i * 2), at(route, i * 2 + 1)]);
  }
  points.push([ends.x1, ends.y1]);
  const path = twoWay ? shifted(points, LANE_SHIFT) : points;
  const curves: Curve[] = [];
  let [penX, penY] = path[0] ?? [0, 0];
  for (let i = 1; i + 1 < path.length; i++) {
    const [beforeX, beforeY] = path[i - 1] ?? [0, 0];
    const [cornerX, cornerY] = path[i] ?? [0, 0];
    const [afterX, afterY] = path[i + 1] ?? [0, 0];
    const inLength = Math.hypot(cornerX - beforeX, cornerY - beforeY);
    const outLength = Math.hypot(afterX - cornerX, afterY - cornerY);
    // The first and the last run may be used whole, those between are shared by two corners.
    const inCut = Math.min(CORNER_MAX, inLength * (i === 1 ? 0.75 : 0.5));
    const outCut = Math.min(CORNER_MAX, outLength * (i + 2 === path.length ? 0.75 : 0.5));
    const startX = toward(cornerX, beforeX, inCut, inLength);
    const startY = toward(cornerY, beforeY, inCut, inLength);
    const endX = toward(cornerX, afterX, outCut, outLength);
    const endY = toward(cornerY, afterY, outCut, outLength);
    if (Math.hypot(startX - penX, startY - penY) > 1 || i === 1) {
      curves.push([penX, penY, (penX + startX) / 2, (penY + startY) / 2, startX, startY]);
    }
    curves.push([startX, startY, cornerX, cornerY, endX, endY]);
    penX = endX;
    penY = endY;
  }
  const [lastX, lastY] = path[path.length - 1] ?? [penX, penY];
  curves.push([penX, penY, (penX + lastX) / 2, (penY + lastY) / 2, lastX, lastY]);
  return curves;
}

function toward(from: number, to: number, cut: number, length: number): number {
  return length > 0 ? from + ((to - from) * cut) / length : from;
}

/** All points moved to the right-hand side of the way the path goes. */
function shifted(points: readonly [number, number][], by: number): [number, number][] {
  return points.map((point, i) => {
    const before = points[Math.max(i - 1, 0)] ?? point;
    const after = points[Math.min(i + 1, points.length - 1)] ?? point;
    const dx = after[0] - before[0];
    const dy = after[1] - before[1];
    const length = Math.hypot(dx, dy) || 1;
    return [point[0] - (dy / length) * by, point[1] + (dx / length) * by];
  });
}

/** Good to a few per cent, which is all that shares of a path need. */
function curveLength(curve: Curve): number {
  const [x0, y0, cx, cy, x1, y1] = curve;
  const chord = Math.hypot(x1 - x0, y1 - y0);
  const hull = Math.hypot(cx - x0, cy - y0) + Math.hypot(x1 - cx, y1 - cy);
  return (2 * chord + hull) / 3;
}

/** A point on a quadratic curve; `out` is reused by the painters' loops. */
export function curvePoint(
  data: ArrayLike<number>,
  offset: number,
  t: number,
  out: { x: number; y: number },
): void {
  const u = 1 - t;
  const a = u * u;
  const b = 2 * u * t;
  const c = t * t;
  out.x = a * at(data, offset) + b * at(data, offset + 2) + c * at(data, offset + 4);
  out.y = a * at(data, offset + 1) + b * at(data, offset + 3) + c * at(data, offset + 5);
}
