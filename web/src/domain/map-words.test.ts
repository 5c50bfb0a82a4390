import { expect, test } from "vitest";
import type { MapGraph, MapNode } from "./map";
import { boxWords, neighbourCounts, nodeWords, stepWords } from "./map-words";
import { sampleNode } from "./sample";

const PLAIN = sampleNode({ id: "web", shape: "hexagon" });

const named = (id: string): MapNode => ({ ...PLAIN, id, label: id });

const GRAPH: MapGraph = {
  key: "containers",
  nodes: ["web", "db", "cache", "cron"].map(named),
  edges: [
    { source: 0, target: 1 },
    { source: 0, target: 2 },
    { source: 2, target: 0 },
  ],
  groups: [],
};

test("a node is said as it is seen", () => {
  const check = (change: Partial<MapNode>, metric: string, words: string) =>
    expect(nodeWords({ ...PLAIN, ...change }, 2, metric)).toBe(words);
  check({}, "", "web, 2 neighbours");
  check({ labelMinor: "host-1", state: "unhealthy" }, "", "web host-1, unhealthy, 2 neighbours");
  check({ fill: 0.12, fillText: "12 %" }, "CPU", "web, CPU 12 %, 2 neighbours");
  check({}, "CPU", "web, CPU not measured, 2 neighbours");
  check(
    { members: 3, labelMinor: "3 containers", state: "restarting" },
    "",
    "web, closed box of 3 containers, restarting, 2 neighbours",
  );
  expect(boxWords({ id: "box", title: "shop", total: "3 containers" })).toBe(
    "shop, open box of 3 containers",
  );
});

test("neighbours count once, whichever way they connect", () => {
  expect(neighbourCounts(GRAPH)).toEqual([2, 1, 1, 0]);
});

test("a step says along which edge it went", () => {
  const check = (from: string, to: string, words: string) => expect(stepWords(GRAPH, from, to)).toBe(words);
  check("web", "db", "web connects to db.");
  check("db", "web", "web connects to db.");
  check("cache", "web", "cache and web connect to each other.");
  check("db", "cron", "No connection leads that way; cron is nearest.");
  check("web", "web", "Nothing lies beyond web that way.");
});
