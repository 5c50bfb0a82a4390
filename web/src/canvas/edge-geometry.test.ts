import { describe, expect, it } from "vitest";
import { ARROW_SHARE, addEdge, curvePoint, SEGMENT_FLOATS, SegmentList } from "./edge-geometry";
import { outlineRadius, SHAPE_CODES } from "./shapes";

const ENDS = { x0: 0, y0: 0, x1: 200, y1: 0 };
const BACK = { x0: 200, y0: 0, x1: 0, y1: 0 };
const PLAIN = { sourceCode: 0, targetCode: 4, twoWay: false, width: 1 };

function segments(ends: typeof ENDS, route: number[], twoWay = false): number[][] {
  const list = new SegmentList();
  addEdge(list, 7, ends, route, { ...PLAIN, twoWay });
  expect([...list.owner.subarray(0, list.count)].every((owner) => owner === 7)).toBe(true);
  return Array.from({ length: list.count }, (_, s) => [
    ...list.data.subarray(s * SEGMENT_FLOATS, (s + 1) * SEGMENT_FLOATS),
  ]);
}

describe("edge paths", () => {
  it("bows a direct edge a little to its right", () => {
    const [curve = []] = segments(ENDS, []);
    const middle = { x: 0, y: 0 };
    curvePoint(curve, 0, 0.5, middle);
    expect(middle.x).toBeCloseTo(100);
    expect(middle.y).toBeGreaterThan(4);
    expect(middle.y).toBeLessThan(20);
  });

  it("gives opposite directions two lanes", () => {
    const there = { x: 0, y: 0 };
    const back = { x: 0, y: 0 };
    curvePoint(segments({ ...ENDS, x1: 60 }, [], true)[0] ?? [], 0, 0.5, there);
    curvePoint(segments({ ...BACK, x0: 60 }, [], true)[0] ?? [], 0, 0.5, back);
    expect(there.y - back.y).toBeGreaterThan(12);
  });

  it("carries the arrow once, at its share of the whole path", () => {
    for (const route of [[], [100, 80], [50, 90, 150, 90, 180, -40]]) {
      const parts = segments(ENDS, route);
      const holders = parts.filter((part) => (part[8] ?? -1) >= 0);
      expect(holders).toHaveLength(1);
      const [from = 0, to = 0, arrow = 0] = holders[0]?.slice(6, 9) ?? [];
      expect(from + (to - from) * arrow).toBeCloseTo(ARROW_SHARE);
    }
  });

  it("joins the pieces of a route without gaps and cuts only its ends", () => {
    const parts = segments(ENDS, [50, 90, 150, 90]);
    expect(parts.length).toBeGreaterThan(2);
    parts.slice(1).forEach((part, i) => {
      expect(part.slice(0, 2)).toEqual(parts[i]?.slice(4, 6));
      expect(part[6]).toBeCloseTo(parts[i]?.[7] ?? -1);
    });
    expect(parts.map((part) => part[9])).toEqual([0, ...parts.slice(1).map(() => -1)]);
    expect(parts.at(-1)?.[10]).toBe(4);
    expect(parts.at(-1)?.slice(4, 6)).toEqual([200, 0]);
  });

  it("survives edges without length and routes without end", () => {
    const dot = { x0: 5, y0: 5, x1: 5, y1: 5 };
    const long = Array.from({ length: 2000 }, (_, i) => i % 300);
    for (const parts of [segments(dot, []), segments(dot, [5, 5]), segments(ENDS, long)]) {
      expect(parts.flat().every(Number.isFinite)).toBe(true);
      expect(parts.length).toBeLessThan(60);
    }
  });
});

describe("outlines", () => {
  it("lie between the inner and the outer circle of the glyph in all directions", () => {
    for (const code of Object.values(SHAPE_CODES)) {
      for (let angle = 0; angle < 6.28; angle += 0.1) {
        const radius = outlineRadius(code, Math.cos(angle), Math.sin(angle));
        expect(radius).toBeGreaterThan(0.5);
        expect(radius).toBeLessThan(1.25);
      }
    }
  });

  it("have their first corner at the top", () => {
    expect(outlineRadius(SHAPE_CODES.hexagon, 0, -1)).toBeCloseTo(1);
    expect(outlineRadius(SHAPE_CODES.hexagon, 1, 0)).toBeCloseTo(Math.cos(Math.PI / 6));
  });
});
