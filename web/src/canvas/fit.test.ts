import { describe, expect, it } from "vitest";
import type { MapGraph, MapPanel } from "../domain/map";
import { sampleNode } from "../domain/sample";
import { FIT_MARGIN_PX, toScreen, type Window } from "./camera";
import { glyphPx } from "./detail";
import { bestFit, FitContent, isSeen } from "./fit";
import type { LayoutResult } from "./layout/abi";
import { Scene } from "./scene";

const SIZE = { width: 1000, height: 800 };
const LEGEND: MapPanel = { side: "left", width: 196, height: 316 };
const BUTTONS: MapPanel = { side: "right", width: 48, height: 130 };

function windowWith(...panels: MapPanel[]): Window {
  return { size: SIZE, insets: { top: 0, right: 0, bottom: 0, left: 0, panels } };
}

/** Nodes at the given places, world units. */
function contentOf(places: readonly (readonly [number, number])[]): FitContent {
  const nodes = places.map((_, i) => sampleNode({ id: `n${i}`, label: `node-${i}`, shape: "hexagon" }));
  const graph: MapGraph = { key: "view", nodes, edges: [], groups: [] };
  const layout: LayoutResult = {
    positions: Float32Array.from(places.flat()),
    boxes: new Float32Array(0),
    routeOffsets: new Uint32Array(1),
    routePoints: new Float32Array(0),
    bounds: [-9000, -9000, 9000, 9000],
  };
  return new FitContent(new Scene(graph, layout, null, 0, false));
}

/** The places of a grid of nodes, but for those left out. */
function grid(columns: number, rows: number, step: number, leftOut: (x: number, y: number) => boolean) {
  return Array.from({ length: columns * rows }, (_, k) => [k % columns, Math.floor(k / columns)] as const)
    .filter(([x, y]) => !leftOut(x, y))
    .map(([x, y]) => [x * step, y * step] as const);
}

function onScreen(content: FitContent, window: Window) {
  const camera = bestFit(content, window);
  return {
    camera,
    places: Array.from(content.xs, (x, i) => toScreen(camera, SIZE, { x, y: content.ys[i] ?? 0 })),
  };
}

describe("a fit", () => {
  const full = contentOf(grid(6, 5, 160, () => false));
  const cornered = contentOf(grid(6, 5, 160, (x, y) => x < 2 && y > 2));

  it("fills the window to its margin, by glyphs and labels as they are drawn", () => {
    const { camera, places } = onScreen(full, windowWith());
    const half = glyphPx(camera.scale) / 2;
    const left = Math.min(...places.map(({ x }) => x)) - half;
    const top = Math.min(...places.map(({ y }) => y)) - half;
    expect(Math.min(left, top)).toBeGreaterThanOrEqual(FIT_MARGIN_PX - 1);
    expect(Math.min(left, top)).toBeLessThan(FIT_MARGIN_PX + 16);
  });

  it("keeps nodes off the panels", () => {
    for (const content of [full, cornered]) {
      for (const panels of [[LEGEND], [BUTTONS], [LEGEND, BUTTONS]]) {
        for (const { x, y } of onScreen(content, windowWith(...panels)).places) {
          const underLegend = panels.includes(LEGEND) && x < LEGEND.width && y > SIZE.height - LEGEND.height;
          const underButtons =
            panels.includes(BUTTONS) && x > SIZE.width - BUTTONS.width && y > SIZE.height - BUTTONS.height;
          expect(underLegend || underButtons).toBe(false);
        }
      }
    }
  });

  it("flows around a panel where the content leaves its corner free", () => {
    const scale = (content: FitContent, ...panels: MapPanel[]) =>
      bestFit(content, windowWith(...panels)).scale;
    expect(scale(cornered, LEGEND)).toBeGreaterThan(scale(full, LEGEND) * 1.1);
    expect(scale(full)).toBeGreaterThan(scale(full, LEGEND) * 1.05);
  });

  it("knows whether all is seen", () => {
    const window = windowWith(LEGEND, BUTTONS);
    const camera = bestFit(full, window);
    expect(isSeen(full, camera, window, 0)).toBe(true);
    expect(isSeen(full, { ...camera, x: camera.x + 300 }, window, 0)).toBe(false);
    expect(isSeen(full, bestFit(full, windowWith()), window, 0)).toBe(false);
  });

  it("is finite for no nodes, one node, many nodes and a window that is all panels", () => {
    const huge = { side: "left", width: 5000, height: 5000 } as const;
    const many = contentOf(grid(60, 60, 130, () => false));
    for (const content of [contentOf([]), contentOf([[7, 7]]), full, many]) {
      for (const window of [
        windowWith(),
        windowWith(LEGEND),
        windowWith(huge, huge),
        windowWith(huge, BUTTONS),
      ]) {
        for (const size of [SIZE, { width: 1, height: 1 }, { width: 0, height: 0 }]) {
          const camera = bestFit(content, { ...window, size });
          expect(Object.values(camera).every(Number.isFinite)).toBe(true);
          expect(camera.scale).toBeGreaterThan(0);
        }
      }
    }
  });
});
