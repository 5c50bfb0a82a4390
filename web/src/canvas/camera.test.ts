import { describe, expect, it } from "vitest";
import {
  type Bounds,
  between,
  type Camera,
  centredOn,
  FIT_MARGIN_PX,
  FIT_SCALE_MAX,
  fitted,
  freeRectangle,
  kept,
  lags,
  pannedBy,
  toScreen,
  toWorld,
  type Window,
  zoomedAt,
} from "./camera";

const WINDOW: Window = {
  size: { width: 1440, height: 900 },
  insets: { top: 48, right: 0, bottom: 24, left: 208 },
};
const BOUNDS: Bounds = { x0: -500, y0: -300, x1: 1500, y1: 900 };
const CAMERA: Camera = { x: 120, y: -40, scale: 0.7 };

describe("camera", () => {
  it("finds its way back from the screen to the world", () => {
    const place = { x: 321.5, y: -77 };
    const back = toWorld(CAMERA, WINDOW.size, toScreen(CAMERA, WINDOW.size, place));
    expect(back.x).toBeCloseTo(place.x);
    expect(back.y).toBeCloseTo(place.y);
  });

  it("follows what drifted aside or could be larger, not what moved a little", () => {
    const check = (wanted: Partial<Camera>, expected: boolean) =>
      expect(lags(CAMERA, { ...CAMERA, ...wanted }, WINDOW.size, 1.18)).toBe(expected);
    check({}, false);
    check({ x: CAMERA.x + 100 }, false);
    check({ x: CAMERA.x + 400 }, true);
    check({ y: CAMERA.y - 400 }, true);
    check({ scale: CAMERA.scale * 1.1 }, false);
    check({ scale: CAMERA.scale * 1.3 }, true);
  });

  it("keeps the point under the pointer while zooming, also on the way", () => {
    const pointer = { x: 1010, y: 222 };
    const before = toWorld(CAMERA, WINDOW.size, pointer);
    const after = zoomedAt(CAMERA, WINDOW.size, pointer, 2.4);
    for (const share of [0.25, 0.5, 1]) {
      const seen = toWorld(between(CAMERA, after, share), WINDOW.size, pointer);
      expect(seen.x).toBeCloseTo(before.x, 6);
      expect(seen.y).toBeCloseTo(before.y, 6);
    }
  });

  it("fits everything clear of the chrome", () => {
    const camera = fitted(BOUNDS, WINDOW);
    const free = freeRectangle(WINDOW);
    const low = toScreen(camera, WINDOW.size, { x: BOUNDS.x0, y: BOUNDS.y0 });
    const high = toScreen(camera, WINDOW.size, { x: BOUNDS.x1, y: BOUNDS.y1 });
    expect(low.x).toBeGreaterThanOrEqual(free.x0 + FIT_MARGIN_PX - 0.01);
    expect(low.y).toBeGreaterThanOrEqual(free.y0 + FIT_MARGIN_PX - 0.01);
    expect(high.x).toBeLessThanOrEqual(free.x1 - FIT_MARGIN_PX + 0.01);
    expect(high.y).toBeLessThanOrEqual(free.y1 - FIT_MARGIN_PX + 0.01);
  });

  it("does not blow up a single node, nor fail on an empty or chrome-filled window", () => {
    expect(fitted({ x0: 0, y0: 0, x1: 10, y1: 10 }, WINDOW).scale).toBe(FIT_SCALE_MAX);
    for (const size of [
      { width: 0, height: 0 },
      { width: 200, height: 60 },
    ]) {
      const camera = fitted(BOUNDS, { size, insets: WINDOW.insets });
      expect(Object.values(camera).every(Number.isFinite)).toBe(true);
      expect(camera.scale).toBeGreaterThan(0);
    }
  });

  it("puts a node into the middle of the free part", () => {
    const seen = toScreen(centredOn(77, 88, 1.3, WINDOW), WINDOW.size, { x: 77, y: 88 });
    expect(seen.x).toBeCloseTo(208 + (1440 - 208) / 2);
    expect(seen.y).toBeCloseTo(48 + (900 - 72) / 2);
  });

  it("cannot lose the content off-screen", () => {
    for (const [dx, dy] of [
      [1e6, 0],
      [-1e6, 0],
      [0, 1e6],
      [0, -1e6],
    ] as const) {
      const camera = kept(pannedBy(CAMERA, dx, dy), BOUNDS, WINDOW);
      const free = freeRectangle(WINDOW);
      const low = toScreen(camera, WINDOW.size, { x: BOUNDS.x0, y: BOUNDS.y0 });
      const high = toScreen(camera, WINDOW.size, { x: BOUNDS.x1, y: BOUNDS.y1 });
      expect(Math.min(high.x, free.x1) - Math.max(low.x, free.x0)).toBeGreaterThan(90);
      expect(Math.min(high.y, free.y1) - Math.max(low.y, free.y0)).toBeGreaterThan(90);
    }
  });

  it("limits the scale on both sides", () => {
    expect(kept({ ...CAMERA, scale: 1e9 }, BOUNDS, WINDOW).scale).toBe(5);
    expect(kept({ ...CAMERA, scale: 1e-9 }, BOUNDS, WINDOW).scale).toBeCloseTo(
      fitted(BOUNDS, WINDOW).scale / 2,
    );
  });
});
