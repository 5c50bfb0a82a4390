import { describe, expect, it } from "vitest";
import { circleAround, needsFocus } from "./focus";
import { sampleGraph, sampleScene } from "./sample";
import { at } from "./typed";

const SIZE = { width: 1000, height: 700 };

function place(scene: ReturnType<typeof sampleScene>, id: string): [number, number] {
  const i = scene.index.get(id) ?? -1;
  return [at(scene.xs, i), at(scene.ys, i)];
}

describe("focus", () => {
  it("puts clients left and servers right, and everybody home again", () => {
    const scene = sampleScene(sampleGraph("a>hub b>hub hub>c hub>d d>hub e>a"));
    const hub = scene.index.get("hub") ?? -1;
    const home = ["a", "b", "c", "d", "e"].map((id) => place(scene, id));
    const { places, bounds } = circleAround(scene, hub);
    scene.visit(places, 0, false);
    const [x] = place(scene, "hub");
    const sides = ["a", "b", "c", "d"].map((id) => Math.sign(place(scene, id)[0] - x));
    expect(sides).toEqual([-1, -1, 1, 1]);
    expect(place(scene, "e")).toEqual(home[4]);
    expect(bounds.x1 - bounds.x0).toBeGreaterThan(2 * 230);
    expect(scene.restingPlace(scene.index.get("a") ?? -1)).toEqual({ x: home[0]?.[0], y: home[0]?.[1] });
    scene.visit(new Map(), 0, false);
    expect(["a", "b", "c", "d", "e"].map((id) => place(scene, id))).toEqual(home);
  });

  it("is needed where a neighbour cannot be read or seen", () => {
    const scene = sampleScene(sampleGraph("a>b c"));
    const check = (id: string, camera: { x: number; y: number; scale: number }, expected: boolean) =>
      expect(needsFocus(scene, scene.index.get(id) ?? -1, camera, SIZE)).toBe(expected);
    const [x, y] = place(scene, "a");
    check("a", { x, y, scale: 1 }, false);
    check("a", { x, y, scale: 0.1 }, true);
    check("a", { x: x + 5000, y, scale: 1 }, true);
    check("c", { x, y, scale: 0.1 }, false);
  });
});
