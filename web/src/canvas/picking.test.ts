import { describe, expect, it } from "vitest";
import { NodeGrid } from "./picking";
import { RectGrid } from "./rect-grid";

/** Evenly spread numbers without a random generator. */
function spread(count: number, step: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * step) % 997) * 3 - 700);
}

describe("picking", () => {
  it("finds what looking at every node finds", () => {
    const xs = spread(800, 61);
    const ys = spread(800, 137);
    const grid = new NodeGrid();
    grid.build(xs, ys, 800);
    for (let probe = 0; probe < 300; probe++) {
      const [x, y, reach] = [((probe * 71) % 3000) - 700, ((probe * 113) % 3000) - 700, 5 + (probe % 60)];
      const distance = (i: number) => Math.hypot((xs[i] ?? 0) - x, (ys[i] ?? 0) - y);
      const best = [...xs.keys()].reduce((one, other) => (distance(other) < distance(one) ? other : one), 0);
      const found = grid.nearest(x, y, reach);
      if (distance(best) > reach) {
        expect(found).toBe(-1);
      } else {
        expect(distance(found)).toBeCloseTo(distance(best));
      }
    }
  });

  it("answers nothing on an empty map, and copes with all nodes at one place", () => {
    const grid = new NodeGrid();
    grid.build(new Float32Array(0), new Float32Array(0), 0);
    expect(grid.nearest(0, 0, 1e6)).toBe(-1);
    grid.build(new Float32Array(5).fill(3), new Float32Array(5).fill(4), 5);
    expect(grid.nearest(3, 4, 1)).toBeGreaterThanOrEqual(0);
  });
});

describe("taken rectangles", () => {
  it("tell overlaps from touching, in any bucket", () => {
    const grid = new RectGrid();
    grid.reset(-500, -500, 1500, 900);
    grid.add(-450, -450, -300, -400);
    grid.add(100, 100, 700, 160);
    expect(grid.hits(690, 150, 800, 300)).toBe(true);
    expect(grid.hits(700, 100, 800, 160)).toBe(false);
    expect(grid.hits(-310, -410, -200, -300)).toBe(true);
    expect(grid.hits(0, 0, 90, 90)).toBe(false);
    // Far outside the covered area still works.
    grid.add(9000, 9000, 9100, 9100);
    expect(grid.hits(9050, 9050, 9060, 9060)).toBe(true);
    grid.reset(0, 0, 10, 10);
    expect(grid.hits(-1e6, -1e6, 1e6, 1e6)).toBe(false);
  });

  it("grows past its first arrays", () => {
    const grid = new RectGrid();
    grid.reset(0, 0, 1000, 1000);
    for (let i = 0; i < 5000; i++) {
      grid.add(i % 1000, 0, (i % 1000) + 5, 900);
    }
    expect(grid.hits(500, 500, 501, 501)).toBe(true);
    expect(grid.hits(500, 950, 501, 960)).toBe(false);
  });
});
