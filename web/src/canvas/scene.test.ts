import { describe, expect, it } from "vitest";
import { EDGE_TONES, type EdgeLook } from "../domain/edge-show";
import { sampleNode } from "../domain/sample";
import { layoutRequest, PlaceMemory, plainLayout, sameShape } from "./arrange";
import { NO_HIT } from "./edge-picking";
import { lookBytes, STATE_CODES, segmentShades } from "./gl/instances";
import { sampleGraph, sampleScene } from "./sample";
import { APPEARING, MOVE_MS, STEADY, VANISH_MS, VANISHING } from "./scene";
import {
  EDGE_HOVERED,
  EDGE_IN,
  EDGE_OUT,
  EDGE_PLAIN,
  EDGE_ROLE_BITS,
  EDGE_ROLE_MASK,
  EDGE_SELECTED,
  ROLE_NEIGHBOUR,
  ROLE_SELECTED,
  SHADE_BYTES,
  SHADE_MS,
  Shades,
} from "./shade";
import { step } from "./walking";

const LOOK: EdgeLook = { width: 2.5, tone: "slow" };

describe("scene", () => {
  it("keeps who stays, lets new ones appear and gone ones fade", () => {
    const before = sampleScene(sampleGraph("a>b b>c"));
    const scene = sampleScene(sampleGraph("a>b d"), before, 1000);
    expect(scene.nodes.map((node) => node.id)).toEqual(["a", "b", "d", "c"]);
    expect(scene.count).toBe(3);
    expect([...scene.nodeFades]).toEqual([STEADY, STEADY, APPEARING, VANISHING]);
    expect(scene.edges.map((edge) => edge.fade)).toEqual([STEADY, VANISHING]);
    expect(scene.liveEdges).toBe(1);
    expect(scene.fades(1000)).toEqual({ appear: 0, vanish: 0 });
    expect(scene.step(1000 + VANISH_MS - 1)).toBe(true);
    expect(scene.step(1000 + VANISH_MS)).toBe(false);
  });

  it("starts anew when the picture is another one, or motion is unwanted", () => {
    const before = sampleScene(sampleGraph("a>b"));
    expect(sampleScene(sampleGraph("b", "other"), before).nodes).toHaveLength(1);
    const still = sampleScene(sampleGraph("b"), before, 0, false);
    expect(still.nodes).toHaveLength(1);
    expect(still.settled).toBe(true);
  });

  it("glides to new places and arrives", () => {
    const before = sampleScene(sampleGraph("a b"));
    const scene = sampleScene(sampleGraph("b a"), before, 0);
    const start = scene.ys[0];
    expect(start).toBe(before.ys[1]);
    expect(scene.step(MOVE_MS / 2)).toBe(true);
    expect(scene.ys[0]).not.toBe(start);
    scene.step(MOVE_MS);
    expect(scene.ys[0]).toBe(scene.restingPlace(0).y);
    expect(scene.settled).toBe(true);
  });

  it("puts the troubled and the busy first", () => {
    const graph = sampleGraph("a>b b>c d");
    const sick = graph.nodes.map((node) =>
      node.id === "d" ? { ...node, state: "unhealthy" as const } : node,
    );
    const scene = sampleScene({ ...graph, nodes: sick });
    expect([...scene.order].map((i) => scene.nodes[i]?.id)).toEqual(["d", "b", "a", "c"]);
  });

  it("survives nodes no one expects", () => {
    const odd = sampleNode({ id: "x", fill: Number.NaN, hue: 99, group: 42 });
    const graph = { key: "k", nodes: [odd], edges: [{ source: 0, target: 7 }], groups: [] };
    const scene = sampleScene(graph);
    expect([...lookBytes(scene)]).toEqual([0, 9, 0, 0]);
    expect(sampleScene(sampleGraph("")).step(0)).toBeTypeOf("boolean");
  });
});

describe("looks and shades", () => {
  it("pack shape, hue, fill and flags", () => {
    const node = sampleNode({
      id: "x",
      shape: "dottedcylinder",
      hue: 3,
      fill: 0.5,
      stack: true,
      state: "paused",
      selfLoop: true,
    });
    const scene = sampleScene({ key: "k", nodes: [node], edges: [], groups: [] });
    expect([...lookBytes(scene)]).toEqual([8, 3, 128, 1 | 2 | 4 | (STATE_CODES.paused << 3)]);
  });

  it("keep the selection and its neighbours, fade the rest to a quarter, tell directions apart", () => {
    const scene = sampleScene(sampleGraph("a>b b>c d>e"));
    const shades = new Shades();
    shades.update(scene, { selected: null, matched: null }, NO_HIT, 0, true);
    shades.update(scene, { selected: "b", matched: null }, NO_HIT, 100, true);
    expect([0, 1, 2, 3].map((i) => shades.strength(i, 1))).toEqual([1, 1, 1, 64 / 255]);
    expect(shades.strength(3, 0)).toBe(1);
    expect(shades.role(1)).toBe(ROLE_SELECTED);
    expect(shades.role(0)).toBe(ROLE_NEIGHBOUR);
    const roles = scene.edges.map((_, e) => shades.edges[e * SHADE_BYTES + 3]);
    expect(roles).toEqual([EDGE_IN, EDGE_OUT, EDGE_PLAIN]);
    expect(shades.mix(100)).toBe(0);
    expect(shades.mix(100 + SHADE_MS)).toBe(1);
    const bytes = segmentShades(scene.segments, shades.edges);
    expect(bytes).toHaveLength(scene.segments.count * SHADE_BYTES);
  });

  it("keep a selected edge and its ends, and the tones of what edges show", () => {
    const graph = sampleGraph("a>b b>c d>e");
    const looks = { ...graph, edges: graph.edges.map((edge) => ({ ...edge, look: LOOK })) };
    const scene = sampleScene(looks);
    const shades = new Shades();
    const selectedEdge = { from: "b", to: "c" };
    shades.update(scene, { selected: null, selectedEdge, matched: null }, { ...NO_HIT, edge: 2 }, 0, false);
    expect([0, 1, 2, 3].map((i) => shades.strength(i, 1))).toEqual([64 / 255, 1, 1, 1]);
    const bytes = scene.edges.map((_, e) => shades.edges[e * SHADE_BYTES + 3] ?? 0);
    expect(bytes.map((byte) => byte & EDGE_ROLE_MASK)).toEqual([EDGE_PLAIN, EDGE_SELECTED, EDGE_HOVERED]);
    expect(bytes.every((byte) => EDGE_TONES[byte >> EDGE_ROLE_BITS] === LOOK.tone)).toBe(true);
    expect(scene.segments.data[11]).toBe(LOOK.width);
    scene.relook(graph);
    expect(scene.segments.data[11]).toBe(1);
  });

  it("fade what does not match a search", () => {
    const scene = sampleScene(sampleGraph("a>b c"));
    const shades = new Shades();
    shades.update(scene, { selected: null, matched: new Set(["c", "gone"]) }, NO_HIT, 0, false);
    expect([0, 1, 2].map((i) => shades.strength(i, 1))).toEqual([64 / 255, 64 / 255, 1]);
  });
});

describe("arranging", () => {
  it("tells data from shape", () => {
    const graph = sampleGraph("a>b");
    const relabelled = { ...graph, nodes: graph.nodes.map((node) => ({ ...node, label: "new", fill: 0.3 })) };
    expect(sameShape(graph, relabelled)).toBe(true);
    expect(sameShape(graph, sampleGraph("a>b c"))).toBe(false);
    expect(sameShape(graph, sampleGraph("b>a"))).toBe(false);
    expect(sameShape(graph, sampleGraph("a>b", "other"))).toBe(false);
  });

  it("keeps known places and lays a mostly new picture out afresh", () => {
    const memory = new PlaceMemory();
    const graph = sampleGraph("a b c");
    memory.remember(graph, plainLayout(layoutRequest(graph, new Map(), 1, "tidy")));
    const wider = sampleGraph("a b c d");
    const places = memory.placesFor(wider, new Set(["a", "b", "c"]));
    const request = layoutRequest(wider, places, 1, "keep");
    expect(request.mode).toBe("keep");
    expect([...request.previous].map(Number.isNaN)).toEqual([
      false,
      false,
      false,
      false,
      false,
      false,
      true,
      true,
    ]);
    const other = layoutRequest(sampleGraph("a x y z"), places, Number.NaN, "keep");
    expect(other.mode).toBe("tidy");
    expect([...other.previous].every(Number.isNaN)).toBe(true);
    expect(other.aspect).toBeGreaterThan(0);
  });

  it("does not give a returning node a place that is taken", () => {
    const memory = new PlaceMemory();
    const first = sampleGraph("a b");
    memory.remember(first, plainLayout(layoutRequest(first, new Map(), 1, "tidy")));
    const second = sampleGraph("c b");
    memory.remember(second, plainLayout(layoutRequest(second, new Map(), 1, "tidy")));
    const places = memory.placesFor(sampleGraph("a b c"), new Set(["b", "c"]));
    expect([...places.keys()].sort()).toEqual(["b", "c"]);
    expect(memory.placesFor(sampleGraph("a b"), new Set(["b"])).has("a")).toBe(true);
  });
});

describe("walking", () => {
  it("prefers an edge, then the nearest node that way, then stays", () => {
    // Rows of three: a b c above d e f.
    const scene = sampleScene(sampleGraph("a>e b c d f"));
    for (const [id, i] of scene.index) {
      scene.xs[i] = ("abcdef".indexOf(id) % 3) * 100;
      scene.ys[i] = Math.floor("abcdef".indexOf(id) / 3) * 100;
    }
    const go = (from: string, way: "left" | "right" | "up" | "down") =>
      scene.nodes[step(scene, scene.index.get(from) ?? -1, way)]?.id;
    expect(go("a", "down")).toBe("e");
    expect(go("a", "left")).toBeUndefined();
    expect(go("b", "down")).toBe("e");
    expect(go("c", "left")).toBe("b");
    expect(go("f", "right")).toBeUndefined();
  });
});
