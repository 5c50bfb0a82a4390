import { describe, expect, test } from "vitest";
import { node, nodesOf } from "../../tests/nodes";
import type { NodeSummary } from "../api/types";
import { applyDiff, diffOf, type Nodes } from "./diff";

/** A small generator with a seed, so that a failure can be had again. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

function someNodes(next: () => number, pool: readonly NodeSummary[]): Nodes {
  const chosen = pool.filter(() => next() < 0.5);
  return nodesOf(...chosen.map((item) => (next() < 0.3 ? { ...item, label: String(next()) } : item)));
}

describe("a view's diff", () => {
  test("law: applying the difference of a and b to a gives b", () => {
    const pool = Array.from({ length: 20 }, (_, index) => node(`n${index}`));
    for (let seed = 1; seed <= 200; seed += 1) {
      const next = random(seed);
      const a = someNodes(next, pool);
      const b = someNodes(next, pool);
      const result = applyDiff(diffOf(a, b), a);
      expect([...result.keys()].sort(), `seed ${seed}`).toEqual([...b.keys()].sort());
      for (const [id, item] of result) expect(item, `seed ${seed}`).toBe(b.get(id));
    }
  });

  test("a reset forgets what was there", () => {
    const result = applyDiff(
      { add: [node("b")], update: [], remove: [], patches: [], reset: true },
      nodesOf(node("a")),
    );
    expect([...result.keys()]).toEqual(["b"]);
  });

  test("an update of an unknown node is ignored", () => {
    const before = nodesOf(node("a"));
    const result = applyDiff(
      { add: [], update: [node("b")], remove: ["c"], patches: [], reset: false },
      before,
    );
    expect([...result.keys()]).toEqual(["a"]);
  });

  test("an empty frame keeps the very same map", () => {
    const before = nodesOf(node("a"));
    expect(applyDiff({ add: [], update: [], remove: [], patches: [], reset: false }, before)).toBe(before);
  });
});
