import { describe, expect, it } from "vitest";
import { curvePoint, SEGMENT_FLOATS } from "./edge-geometry";
import { curveDistance, edgeAt } from "./edge-picking";
import { sampleGraph, sampleScene } from "./sample";
import type { Scene } from "./scene";
import { at } from "./typed";

const SIZE = { width: 800, height: 600 };

/** A point of the world on a screen whose middle is the world's. */
function onScreen(x: number, y: number, scale: number) {
  return { x: SIZE.width / 2 + x * scale, y: SIZE.height / 2 + y * scale };
}

function middleOf(scene: Scene, edge: number): { x: number; y: number } {
  const place = { x: 0, y: 0 };
  const segment = [...scene.segments.owner].indexOf(edge);
  curvePoint(scene.segments.data, segment * SEGMENT_FLOATS, 0.5, place);
  return place;
}

describe("edges under the pointer", () => {
  it("are found along their path and not beyond reach", () => {
    const scene = sampleScene(sampleGraph("a>b b>c"));
    for (const scale of [0.6, 1, 2]) {
      const camera = { x: 0, y: 0, scale };
      for (const edge of [0, 1]) {
        const { x, y } = middleOf(scene, edge);
        expect(edgeAt(scene, camera, SIZE, onScreen(x, y, scale), 7)).toBe(edge);
      }
      expect(edgeAt(scene, camera, SIZE, onScreen(5000, 5000, scale), 7)).toBe(-1);
    }
  });

  it("are told apart where both directions exist", () => {
    const scene = sampleScene(sampleGraph("a>b b>a"));
    const camera = { x: 0, y: 0, scale: 1 };
    for (const edge of [0, 1]) {
      const { x, y } = middleOf(scene, edge);
      expect(edgeAt(scene, camera, SIZE, onScreen(x, y, 1), 16)).toBe(edge);
    }
  });

  it("are not found while they fade away, nor from afar", () => {
    const before = sampleScene(sampleGraph("a>b"));
    const gone = sampleScene(sampleGraph("a b"), before, 10);
    const { x, y } = middleOf(before, 0);
    expect(gone.edges).toHaveLength(1);
    expect(edgeAt(gone, { x: 0, y: 0, scale: 1 }, SIZE, onScreen(x, y, 1), 16)).toBe(-1);
    expect(edgeAt(before, { x: 0, y: 0, scale: 0.05 }, SIZE, onScreen(x, y, 0.05), 16)).toBe(-1);
  });

  it("are as far as looking closely says", () => {
    const curve = new Float32Array([0, 0, 50, 80, 100, 0]);
    const place = { x: 0, y: 0 };
    for (const [x, y] of [
      [50, 0],
      [0, 30],
      [120, -10],
      [50, 40],
    ] as const) {
      let least = Infinity;
      for (let step = 0; step <= 4000; step++) {
        curvePoint(curve, 0, step / 4000, place);
        least = Math.min(least, Math.hypot(place.x - x, place.y - y));
      }
      expect(Math.abs(curveDistance(curve, 0, x, y) - least)).toBeLessThan(0.6);
    }
  });

  it("are known by their ends", () => {
    const scene = sampleScene(sampleGraph("a>b b>a c"));
    expect(scene.edgeBetween({ from: "b", to: "a" })).toBe(1);
    expect(scene.edgeBetween({ from: "a", to: "c" })).toBe(-1);
    expect(scene.edgeBetween({ from: "a", to: "gone" })).toBe(-1);
    expect(scene.edgeBetween(null)).toBe(-1);
    expect(at(scene.segments.owner, 0)).toBe(0);
  });
});
