import { describe, expect, it } from "vitest";
import type { MapGraph } from "../domain/map";
import { sampleNode } from "../domain/sample";
import { visibleBounds } from "./camera";
import { glyphPx } from "./detail";
import { NO_HIT } from "./edge-picking";
import { LABELS_MAX, LabelPlan } from "./label-plan";
import { cleanText, shortened, TEXT_CHARACTERS_MAX, TextMemory } from "./label-text";
import { STYLE_MINOR } from "./painter";
import { sampleGraph, sampleScene } from "./sample";
import { Shades } from "./shade";
import { planTitles } from "./title-plan";

const measure = (text: string) => [...text].length * 7;
const SIZE = { width: 1400, height: 900 };

function planned(graph: MapGraph, scale: number, selected: string | null = null, rounds = 8) {
  const scene = sampleScene(graph);
  const shades = new Shades();
  shades.update(scene, { selected, matched: null }, NO_HIT, 0, false);
  const plan = new LabelPlan(new TextMemory(measure));
  const { x0, y0, x1, y1 } = scene.bounds;
  const area = visibleBounds({ x: (x0 + x1) / 2, y: (y0 + y1) / 2, scale }, SIZE, 100);
  for (let round = 0; round === 0 || (plan.pending && round < rounds); round++) {
    plan.make({ scene, shades, scale, area, reserved: [] });
  }
  return { plan, texts: plan.texts.slice(0, plan.count), scene };
}

function crowd(count: number): MapGraph {
  const nodes = Array.from({ length: count }, (_, i) =>
    sampleNode({ id: `n${i}`, label: `node-number-${i}`, labelMinor: i % 2 ? "host" : "", degree: i % 7 }),
  );
  return { key: "crowd", nodes, edges: [], groups: [] };
}

describe("texts", () => {
  it("are shortened in the middle, keeping both ends", () => {
    expect(shortened("short", 0, 100, measure)).toEqual({ text: "short", width: 35 });
    expect(shortened("coredns-7d8f9c5b4-x2k8q", 0, 84, measure).text).toBe("coredn…x2k8q");
    expect(shortened("abcdef", 0, 6, measure).text).toBe("");
  });

  it("lose control characters, line breaks and absurd length", () => {
    expect(cleanText(" a\u0000\n\tb ")).toBe("a b");
    expect([...cleanText("é".repeat(1e6))].length).toBeLessThanOrEqual(TEXT_CHARACTERS_MAX + 1);
    expect(shortened("👩‍🚀".repeat(300), 0, 80, measure).width).toBeLessThanOrEqual(80);
    expect(cleanText("")).toBe("");
  });

  it("are measured within a budget", () => {
    const memory = new TextMemory(measure);
    memory.allow(1);
    expect(memory.get("one", 0, 100)).not.toBeNull();
    expect(memory.get("two", 0, 100)).toBeNull();
    expect(memory.get("one", 0, 100)).not.toBeNull();
  });
});

describe("labels", () => {
  it("never overlap each other or a glyph", () => {
    for (const scale of [0.36, 0.5, 0.8, 1.4]) {
      const { texts, scene } = planned(crowd(400), scale);
      const half = glyphPx(scale) * 0.4;
      expect(texts.length).toBeGreaterThan(5);
      let overlaps = 0;
      texts.forEach((one, i) => {
        const height = one.style === STYLE_MINOR ? 6 : 7;
        for (const other of texts.slice(i + 1)) {
          const beside = Math.abs(one.x - other.x) >= (one.width + other.width) / 2;
          overlaps += beside || Math.abs(one.y - other.y) >= 12 ? 0 : 1;
        }
        for (let n = 0; n < scene.count; n++) {
          const dx = Math.abs((scene.xs[n] ?? 0) * scale - one.x);
          const dy = Math.abs((scene.ys[n] ?? 0) * scale - one.y);
          overlaps += dx >= one.width / 2 + half || dy >= height + half - 4 ? 0 : 1;
        }
      });
      expect(overlaps).toBe(0);
    }
  });

  it("give way to the selected node and come back when there is room", () => {
    const graph = crowd(400);
    const far = planned(graph, 0.27, "n111");
    const near = planned(graph, 1);
    expect(far.texts.some((text) => far.scene.nodes[text.node]?.id === "n111")).toBe(true);
    const labelled = (texts: { node: number }[]) => new Set(texts.map((text) => text.node)).size;
    expect(labelled(near.texts)).toBeGreaterThan(0);
    expect(planned(graph, 0.15).texts).toHaveLength(0);
  });

  it("are all there when there is room, and bounded when there is none", () => {
    const { texts, scene } = planned(sampleGraph("a>b b>c c>d"), 1);
    expect(new Set(texts.map((text) => text.node)).size).toBe(scene.count);
    const many = planned(crowd(6000), 0.3, null, 30);
    expect(new Set(many.texts.map((text) => text.node)).size).toBeLessThanOrEqual(LABELS_MAX);
  });
});

describe("titles", () => {
  it("stay inside the window while their box is in it", () => {
    const graph = { ...sampleGraph("a b"), groups: [{ id: "g", title: "namespace" }] };
    const scene = sampleScene(graph);
    scene.boxes.set([0, 0, 4000, 3000]);
    const memory = new TextMemory(measure);
    memory.allow(10);
    const window = { size: SIZE, insets: { top: 48, right: 0, bottom: 0, left: 200 } };
    const [title] = planTitles(scene, { x: 2000, y: 1500, scale: 1 }, window, memory);
    expect(title?.x).toBe(200 + 12 + ((9 + 2) * 7) / 2);
    expect(title?.y).toBe(48 + 15);
    expect(planTitles(scene, { x: 9000, y: 1500, scale: 1 }, window, memory)).toHaveLength(0);
  });
});
