import { expect, test } from "vitest";
import { placeResources, stepTo } from "./resource-layout";
import type { Block } from "./resources";

function block(key: string, value: number, children: readonly Block[] = [], capacity = 0): Block {
  return { key, node: null, label: key, rank: "", rest: 0, value, capacity, faded: false, children };
}

const HOSTS = [
  block("h1", 40, [block("c1", 30, [block("p1", 20), block("p2", 20)]), block("c2", 10)], 100),
  block("h2", 10, [], 100),
];

const placeAll = (scale: "used" | "capacity") => placeResources(HOSTS, 800, 500, scale);

const boxOf = (key: string, scale: "used" | "capacity" = "used") =>
  placeAll(scale).find(({ block }) => block.key === key)?.box ?? { x: 0, y: 0, width: 0, height: 0 };

test("law: a block lies inside the one around it", () => {
  for (const scale of ["used", "capacity"] as const) {
    const placed = placeAll(scale);
    expect(placed.map(({ block }) => block.key).sort()).toEqual(["c1", "c2", "h1", "h2", "p1", "p2"]);
    for (const { parent, box } of placed) {
      const around = placed.find(({ block }) => block.key === parent)?.box;
      if (around === undefined) continue;
      expect(box.x).toBeGreaterThanOrEqual(around.x);
      expect(box.y).toBeGreaterThanOrEqual(around.y);
      expect(box.x + box.width).toBeLessThanOrEqual(around.x + around.width + 1e-6);
      expect(box.y + box.height).toBeLessThanOrEqual(around.y + around.height + 1e-6);
    }
  }
});

test("in proportion to the capacity, what is free stays free", () => {
  const host = boxOf("h1", "capacity");
  const used = Math.max(...["c1", "c2"].map((key) => boxOf(key, "capacity")).map((box) => box.x + box.width));
  expect((used - host.x) / host.width).toBeCloseTo(0.4, 1);
});

test("children with more than their parent share its area", () => {
  const { width, height } = boxOf("p1");
  const other = boxOf("p2");
  expect(width * height).toBeCloseTo(other.width * other.height, 3);
});

test("steps lead in, out and beside", () => {
  const placed = placeAll("used");
  const check = (from: string | null, step: "in" | "out" | "next" | "previous", to: string | null) =>
    expect(stepTo(placed, from, step), `${from} ${step}`).toBe(to);
  check(null, "next", "h1");
  check("h1", "next", "h2");
  check("h1", "previous", null);
  check("h1", "in", "c1");
  check("c1", "in", "p1");
  check("p1", "out", "c1");
  check("h1", "out", null);
});

test("no room is no block", () => {
  expect(placeResources(HOSTS, 0, 0, "used")).toEqual([]);
  expect(placeResources([], 800, 500, "used")).toEqual([]);
});
