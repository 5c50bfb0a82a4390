import { expect, test } from "vitest";
import { fact, figures, metric, node, nodesOf, recording } from "../../tests/nodes";
import { applyDiff, type Nodes } from "../domain/diff";
import { decodeDiff } from "./decode";
import { FrameReader, patched, patchOf } from "./lean";
import type { NodeSummary } from "./types";

/** Applies frames as they are and as the reader shrinks them; both must give the same nodes. */
function bothWays(frames: readonly unknown[]): { nodes: Nodes; patches: number } {
  const reader = new FrameReader();
  let whole: Nodes = new Map();
  let lean: Nodes = new Map();
  let patches = 0;
  for (const frame of frames) {
    const small = reader.read(frame);
    patches += small.patches.length;
    whole = applyDiff(decodeDiff(frame), whole);
    lean = applyDiff(small, lean);
    expect([...lean]).toEqual([...whole]);
  }
  return { nodes: lean, patches };
}

test("law: lean frames give the nodes of the frames they came from", () => {
  const raw = Object.values(recording().nodes.containers ?? {}) as { id: string; metrics: object[] }[];
  const hotter = raw.map((item) => ({
    ...item,
    metrics: item.metrics.map((row) => ({ ...row, value: 42 })),
  }));
  const carrying = (sentBytes: number) =>
    hotter.map((item) => ({ ...item, edges: { [raw[0]?.id ?? ""]: { sentBytes, connections: 1 } } }));
  const renamed = hotter.map((item, index) => (index % 3 === 0 ? { ...item, label: `n${index}` } : item));
  const { nodes, patches } = bothWays([
    { add: raw, reset: true },
    { update: hotter },
    { update: carrying(1) },
    { update: carrying(2) },
    { update: renamed, remove: [raw[1]?.id] },
    { update: [raw[1]], add: [raw[2]] },
    {},
    { add: raw.slice(0, 3), reset: true },
    { update: raw },
  ]);
  expect(patches).toBeGreaterThan(raw.length);
  expect(nodes.size).toBe(3);
});

test("a patch holds figures and facts, never more", () => {
  const before = node("a", {
    metadata: [fact("uptime", "10", "duration"), fact("state", "up")],
    metrics: [metric("CPU", 1)],
  });
  const later = { ...before, metadata: [fact("uptime", "12", "duration"), fact("state", "up")] };
  expect(patchOf(before, later)).toEqual({
    id: "a",
    metrics: [1, 0, 100],
    facts: [[0, "12"]],
    edges: null,
  });
  const check = (part: Partial<NodeSummary>) => expect(patchOf(before, { ...before, ...part })).toBeNull();
  const edges = [{ to: "b", ...figures({ rttMs: 3 }) }];
  const carrying = patchOf(before, { ...before, edges });
  expect(carrying?.edges).toEqual(edges);
  expect(patchOf({ ...before, edges }, { ...before, edges: structuredClone(edges) })?.edges).toBeNull();
  check({ label: "b" });
  check({ adjacency: ["b"] });
  check({ metrics: [] });
  check({ metrics: [metric("Memory", 1)] });
  check({ metadata: [fact("uptime", "12", "duration")] });
  check({ metadata: [fact("uptime", "12"), fact("state", "up")] });
  const patch = patchOf(before, later);
  expect(patch && patched(before, patch)).toEqual(later);
  expect(nodesOf(before).get("a")).toBe(before);
});
