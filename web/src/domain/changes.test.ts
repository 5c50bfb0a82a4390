import { expect, test } from "vitest";
import { fact, node, nodesOf } from "../../tests/nodes";
import { CHANGE_SHOWN_MS, CHANGES_MAX, freshness, recentChanges } from "./changes";
import { NO_NODES } from "./diff";

const NONE = new Map<string, number>();
const paused = node("a", { metadata: [fact("docker_container_state_human", "Up 2 minutes (Paused)")] });

test("who comes and whose state changes is fresh, who only moves figures is not", () => {
  const before = nodesOf(node("a"), node("b"));
  expect([...recentChanges(before, nodesOf(paused, node("b"), node("c")), NONE, 7)]).toEqual([
    ["a", 7],
    ["c", 7],
  ]);
  expect(recentChanges(NO_NODES, before, NONE, 7)).toBe(NONE);
  expect(recentChanges(before, before, NONE, 7)).toBe(NONE);
});

test("a change fades, and is forgotten with its node", () => {
  const nodes = nodesOf(node("a"), node("b"));
  const known = new Map([
    ["a", 0],
    ["gone", 1],
  ]);
  expect(freshness(known, CHANGE_SHOWN_MS / 2).get("a")).toBe(0.5);
  expect([...recentChanges(nodes, nodes, known, 10).keys()]).toEqual(["a"]);
  expect(recentChanges(nodes, nodes, new Map([["a", 0]]), CHANGE_SHOWN_MS).size).toBe(0);
});

test("a whole new picture is no change", () => {
  const many = nodesOf(...Array.from({ length: CHANGES_MAX + 2 }, (_, index) => node(`n${index}`)));
  expect(recentChanges(nodesOf(node("n0")), many, NONE, 7).size).toBe(0);
});
