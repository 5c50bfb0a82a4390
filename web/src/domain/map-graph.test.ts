import { describe, expect, test } from "vitest";
import { fact, metric, node, nodesOf, recordedNodes } from "../../tests/nodes";
import { assignHues, HUES, stableHash } from "./hue";
import { legendOf } from "./legend";
import { mapGraph, minorLabels, shapeOf } from "./map-graph";
import { fillShare, metricChoices } from "./metrics";
import { nodeState } from "./node-state";

describe("the picture of a view", () => {
  test("edges run from client to server, loops and absent ends are no edges", () => {
    const nodes = nodesOf(
      node("a", { adjacency: ["b", "b", "a", "gone"] }),
      node("b", { adjacency: ["a"] }),
      node("c"),
    );
    const graph = mapGraph("containers", nodes, new Map(), null);
    expect(graph.edges).toEqual([
      { source: 0, target: 1 },
      { source: 1, target: 0 },
    ]);
    expect(graph.nodes.map(({ degree, selfLoop }) => [degree, selfLoop])).toEqual([
      [2, true],
      [2, false],
      [0, false],
    ]);
  });

  test("an unknown outline is a triangle", () => {
    expect(shapeOf("hexagon")).toBe("hexagon");
    expect(shapeOf("storagesheet")).toBe("sheet");
    expect(shapeOf("toString")).toBe("triangle");
  });

  test("pseudo nodes have neither hue nor metric", () => {
    const nodes = nodesOf(node("in", { pseudo: true, rank: "in", metrics: [metric("CPU", 5)] }));
    const choice = { label: "CPU", format: "percent", group: "", ceiling: 5 };
    const [shown] = mapGraph("containers", nodes, new Map([["in", 3]]), choice).nodes;
    expect(shown).toMatchObject({ hue: -1, fill: -1, fillText: "" });
  });

  test("the recorded containers make 17 nodes and 16 edges", () => {
    const graph = mapGraph("containers", recordedNodes("containers"), new Map(), null);
    expect(graph.nodes.length).toBe(17);
    expect(graph.edges.length).toBe(16);
    expect(graph.nodes.every((item) => item.labelMinor === "")).toBe(true);
  });
});

describe("second lines", () => {
  function check(lines: readonly string[], expected: readonly string[]) {
    const nodes = nodesOf(...lines.map((labelMinor, index) => node(`n${index}`, { labelMinor })));
    expect([...minorLabels(nodes).values()]).toEqual(expected);
  }
  test("stay only where they tell nodes apart", () => {
    check(["vm", "vm"], ["", ""]);
    check(["vm", "web-1"], ["vm", "web-1"]);
    check(["vm"], ["vm"]);
    check(["vm (17)", "vm (18)", "vm"], ["17", "18", ""]);
    check(["2 pods", "3 pods"], ["2 pods", "3 pods"]);
  });
});

describe("hues", () => {
  test("are the same for the same rank, and apart while there are enough", () => {
    const counts = new Map(Array.from({ length: HUES }, (_, index) => [`rank ${index}`, 1]));
    const hues = assignHues(counts);
    expect(new Set(hues.values()).size).toBe(HUES);
    expect(assignHues(counts)).toEqual(hues);
    expect(assignHues(new Map([["nginx", 4]])).get("nginx")).toBe(stableHash("nginx") % HUES);
  });

  test("stay when others come", () => {
    const before = assignHues(new Map([["nginx", 1]]));
    const after = assignHues(
      new Map([
        ["a", 9],
        ["nginx", 1],
        ["z", 9],
      ]),
      before,
    );
    expect(after.get("nginx")).toBe(before.get("nginx"));
  });
});

describe("metrics", () => {
  test("are listed once by label, by priority, with the largest value", () => {
    const nodes = [
      node("a", { metrics: [metric("Memory", 5, { priority: 2 }), metric("CPU", 1)] }),
      node("b", { metrics: [metric("CPU", 7), metric("Gone", 1, { empty: true })] }),
    ];
    expect(metricChoices(nodes).map(({ label, ceiling }) => [label, ceiling])).toEqual([
      ["CPU", 7],
      ["Memory", 5],
    ]);
  });

  test("fill against their ceiling, or the largest shown where theirs is none", () => {
    const share = (part: Parameters<typeof metric>[2], value: number) =>
      fillShare(metric("x", value, part), 50);
    expect(share({ max: 100 }, 25)).toBe(0.25);
    expect(share({ max: 0 }, 25)).toBe(0.5);
    expect(share({ max: 2 ** 64 }, 25)).toBe(0.5);
    expect(share({ max: 10 }, 25)).toBe(0.5);
    expect(share({ group: "load", max: 1 }, 100)).toBe(1);
    expect(share({ group: "load", max: 1 }, 0.01)).toBe(0);
  });
});

describe("states", () => {
  function check(facts: Readonly<Record<string, string>>, expected: string) {
    const metadata = Object.entries(facts).map(([id, value]) => fact(id, value));
    expect(nodeState(node("n", { metadata })), JSON.stringify(facts)).toBe(expected);
  }
  test("follow from what the facts say", () => {
    check({}, "plain");
    check({ docker_container_state: "running" }, "plain");
    check({ docker_container_state: "paused" }, "paused");
    check({ docker_container_state: "exited" }, "stopped");
    check({ docker_container_state: "constructor" }, "plain");
    check({ docker_container_state_human: "Up 37 minutes" }, "plain");
    check({ docker_container_state_human: "Up 2 minutes (Paused)" }, "paused");
    check({ docker_container_state_human: "Up 3 hours (unhealthy)" }, "unhealthy");
    check({ docker_container_state_human: "Restarting (1) 4 seconds ago" }, "restarting");
    check({ docker_container_state_human: "Exited (0) 2 hours ago" }, "stopped");
    check({ docker_container_state: "running", docker_container_health: "unhealthy" }, "unhealthy");
    check({ kubernetes_state: "CrashLoopBackOff" }, "unhealthy");
    check({ kubernetes_state: "Running" }, "plain");
  });
});

test("the legend counts what occurs", () => {
  const nodes = nodesOf(
    node("a", { shape: "hexagon", rank: "nginx" }),
    node("b", { shape: "hexagon", rank: "redis", metadata: [fact("docker_container_state", "paused")] }),
    node("c", { shape: "hexagon", rank: "nginx" }),
    node("in", { shape: "cloud", pseudo: true }),
  );
  const hues = assignHues(
    new Map([
      ["nginx", 2],
      ["redis", 1],
    ]),
  );
  const legend = legendOf(mapGraph("containers", nodes, hues, null), nodes);
  expect(legend.shapes.map(({ shape, count }) => [shape, count])).toEqual([
    ["hexagon", 3],
    ["cloud", 1],
  ]);
  expect(legend.hues.map(({ title, count }) => [title, count])).toEqual([
    ["nginx", 2],
    ["redis", 1],
  ]);
  expect(legend.states).toEqual([{ state: "paused", count: 1 }]);
});

describe("the next picture of a view", () => {
  const NO_HUES = new Map<string, number>();
  const choice = { label: "CPU", format: "percent", group: "", ceiling: 100 };
  const a = node("a", { adjacency: ["b"], metrics: [metric("CPU", 10)] });
  const b = node("b", { metrics: [metric("CPU", 20)] });
  const first = mapGraph("containers", nodesOf(a, b), NO_HUES, choice);
  const next = (...list: Parameters<typeof nodesOf>) =>
    mapGraph("containers", nodesOf(...list), NO_HUES, choice, "nothing", first);

  test("costs what has changed when only figures have", () => {
    const graph = next(a, { ...b, metrics: [metric("CPU", 30)] });
    expect(graph.nodes[0]).toBe(first.nodes[0]);
    expect(graph.nodes[1]).toMatchObject({ fill: 0.3, fillText: "30 %" });
    expect(graph.edges).toBe(first.edges);
    expect([graph.shape, graph.faces]).toEqual([first.shape, first.faces]);
    expect(graph.shape).toBe(first.shape);
    expect(graph.faces).toBe(first.faces);
  });

  test("has the old shape with another state, and neither with another edge or node", () => {
    const paused = { ...b, metadata: [fact("docker_container_state_human", "Up 2 minutes (Paused)")] };
    expect(next(a, paused).shape).toBe(first.shape);
    expect(next(a, paused).faces).not.toBe(first.faces);
    expect(next(a).shape).not.toBe(first.shape);
    expect(next({ ...a, adjacency: [] }, b).shape).not.toBe(first.shape);
    expect(next({ ...a, adjacency: [] }, b).edges).toEqual([]);
  });

  test("is what it would be from nothing", () => {
    const list = [{ ...b, labelMinor: "vm (2)" }, a, node("c", { adjacency: ["a"] })];
    const { shape: _shape, faces: _faces, ...graph } = next(...list);
    const { shape: _s, faces: _f, ...fresh } = mapGraph("containers", nodesOf(...list), NO_HUES, choice);
    expect(graph).toEqual(fresh);
  });
});
