import { expect, test } from "vitest";
import { node, nodesOf } from "../../tests/nodes";
import { mapGraph } from "./map-graph";
import { shortestPath } from "./path";

const GRAPH = mapGraph(
  "containers",
  nodesOf(
    node("a", { adjacency: ["b", "c"] }),
    node("b", { adjacency: ["d"] }),
    node("c"),
    node("d", { adjacency: ["c"] }),
    node("e"),
  ),
  new Map(),
  null,
);

function check(from: string, to: string, expected: string | null) {
  expect(shortestPath(GRAPH, from, to)?.join(" ") ?? null, `${from} to ${to}`).toBe(expected);
}

test("the shortest way is found, also against the direction of edges", () => {
  check("a", "b", "a b");
  check("a", "d", "a b d");
  check("d", "a", "d b a");
  check("c", "b", "c a b");
  check("a", "a", "a");
});

test("where no way leads there is none", () => {
  check("a", "e", null);
  check("a", "nobody", null);
});
