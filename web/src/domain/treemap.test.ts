import { expect, test } from "vitest";
import { type Box, treemap } from "./treemap";

const WHOLE: Box = { x: 10, y: 20, width: 300, height: 200 };

const area = (box: Box) => box.width * box.height;

function overlap(a: Box, b: Box): number {
  const width = Math.min(a.x + a.width, b.x + b.width) - Math.max(a.x, b.x);
  const height = Math.min(a.y + a.height, b.y + b.height) - Math.max(a.y, b.y);
  return Math.max(0, width) * Math.max(0, height);
}

test("law: areas are in proportion, inside the whole, and do not overlap", () => {
  let seed = 7;
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648;
    return seed / 2147483648;
  };
  for (let round = 0; round < 100; round += 1) {
    const values = Array.from({ length: 1 + Math.floor(random() * 40) }, () =>
      random() < 0.1 ? 0 : random() ** 4,
    );
    const total = values.reduce((sum, value) => sum + value, 0);
    if (total === 0) continue;
    const boxes = treemap(values, WHOLE);
    expect(boxes).toHaveLength(values.length);
    // One answer for each law: a question for each pair would take the test seconds.
    const errors = boxes.map((box, at) => Math.abs(area(box) - ((values[at] ?? 0) / total) * area(WHOLE)));
    const outside = boxes.map((box) => area(box) - overlap(box, WHOLE));
    const common = boxes.flatMap((box, at) => boxes.slice(at + 1).map((other) => overlap(box, other)));
    expect(Math.max(...errors)).toBeLessThan(1e-3);
    expect(Math.max(...outside)).toBeLessThan(1e-6);
    expect(Math.max(0, ...common)).toBeLessThan(1e-6);
  }
});

test("nothing to share has no area", () => {
  expect(treemap([], WHOLE)).toEqual([]);
  expect(treemap([0, 0], WHOLE).map(area)).toEqual([0, 0]);
  expect(treemap([1, 2], { ...WHOLE, width: 0 }).map(area)).toEqual([0, 0]);
});

test("boxes are rather square", () => {
  for (const { width, height } of treemap([6, 6, 4, 3, 2, 2, 1], WHOLE)) {
    expect(Math.max(width / height, height / width)).toBeLessThan(3);
  }
});
