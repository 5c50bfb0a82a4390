import { expect, test } from "vitest";
import { fact, node, nodesOf, recordedNodes } from "../../tests/nodes";
import type { NodeSummary } from "../api/types";
import { EXCEPTIONS_MAX, isClosed, isCrowded, NO_FOLDS, toggled } from "./folds";
import { groupByItself, groupChoices, groupValue } from "./group-keys";
import { groupGraph } from "./grouping";
import type { MapGraph } from "./map";
import { mapGraph } from "./map-graph";

const CONTAINER = { one: "container", many: "containers" };

function labelled(
  id: string,
  labels: Readonly<Record<string, string>>,
  to: readonly string[] = [],
): NodeSummary {
  const rows = Object.entries(labels).map(([label, value]) => ({ id: label, entries: { label, value } }));
  return node(id, {
    adjacency: to,
    tables: [
      { id: "docker_label_", label: "", kind: "property-list", columns: [], rows, truncationCount: 0 },
    ],
  });
}

const SHOP = nodesOf(
  labelled("web", { app: "shop", tier: "front" }, ["orders", "users", "web"]),
  labelled("api", { app: "shop", tier: "front" }, ["orders"]),
  labelled("orders", { app: "shop", tier: "back" }, ["db"]),
  labelled("users", { app: "shop", tier: "back" }, ["db"]),
  labelled("db", { app: "data" }),
  node("internet", { pseudo: true, adjacency: ["web"] }),
);

function boxed(by: readonly string[], folds = NO_FOLDS, crowded = false): MapGraph {
  const whole = mapGraph("containers", SHOP, new Map(), null);
  return groupGraph(whole, SHOP, { by, folds, crowded, noun: CONTAINER }, null);
}

/** Boxes as `title total <outer`, nodes as `label@box`, edges as `a>b xN`. */
function told(graph: MapGraph): string[] {
  const titles = graph.groups.map(({ title }) => title);
  const boxes = graph.groups.map(
    ({ title, total, outer = -1 }) => `[${title}: ${total}]${titles[outer] ?? ""}`,
  );
  const nodes = graph.nodes.map(
    ({ label, group, members = 0 }) => `${label}${members || ""}@${titles[group] ?? ""}`,
  );
  const edges = graph.edges.map(
    ({ source, target, bundled = 1 }) =>
      `${graph.nodes[source]?.label}>${graph.nodes[target]?.label}${bundled > 1 ? ` x${bundled}` : ""}`,
  );
  return [...boxes, ...nodes, ...edges];
}

test("open boxes hold their nodes, those without a value have a box of their own", () => {
  expect(told(boxed(["label:tier"]))).toEqual([
    "[front: 2 containers]",
    "[back: 2 containers]",
    "[No tier: 1 container]",
    "web@front",
    "api@front",
    "orders@back",
    "users@back",
    "db@No tier",
    "internet@",
    "web>orders",
    "web>users",
    "api>orders",
    "orders>db",
    "users>db",
    "internet>web",
  ]);
});

test("a closed box is one node with bundled edges, and knows who is in it", () => {
  const folds = { closed: false, except: ["box:label:tier=front", "box:label:tier=back"] };
  const graph = boxed(["label:tier"], folds);
  expect(told(graph)).toEqual([
    "[No tier: 1 container]",
    "front2@",
    "back2@",
    "db@No tier",
    "internet@",
    "front>back x3",
    "back>db x2",
    "internet>front",
  ]);
  expect(graph.inside?.get("users")).toBe("box:label:tier=back");
  expect(graph.nodes.map(({ degree }) => degree)).toEqual([2, 2, 1, 1]);
});

test("boxes nest two deep, and a box of one in a box is none", () => {
  expect(told(boxed(["app", "label:tier"])).slice(0, 8)).toEqual([
    "[shop: 4 containers]",
    "[data: 1 container]",
    "[front: 2 containers]shop",
    "[back: 2 containers]shop",
    "web@front",
    "api@front",
    "orders@back",
    "users@back",
  ]);
  const inner = "box:app=shop\u001flabel:tier=back";
  expect(told(boxed(["app", "label:tier"], toggled(NO_FOLDS, inner))).slice(0, 6)).toEqual([
    "[shop: 4 containers]",
    "[data: 1 container]",
    "[front: 2 containers]shop",
    "web@front",
    "api@front",
    "back2@shop",
  ]);
});

test("in a crowd all boxes are closed until the reader opens them", () => {
  expect(boxed(["app"], NO_FOLDS, true).nodes.map(({ label }) => label)).toEqual([
    "shop",
    "data",
    "internet",
  ]);
  expect(boxed(["app"], toggled(NO_FOLDS, "box:app=data"), true).groups.map(({ title }) => title)).toEqual([
    "data",
  ]);
});

test("trouble in a closed box is seen on it", () => {
  const sick = node("a", {
    rank: "x",
    metadata: [fact("docker_container_state_human", "Up 3 hours (unhealthy)")],
  });
  const nodes = nodesOf(sick, node("b", { rank: "x" }));
  const whole = mapGraph("containers", nodes, new Map(), null);
  const grouping = { by: ["name"], folds: { closed: true, except: [] }, crowded: false, noun: CONTAINER };
  expect(groupGraph(whole, nodes, grouping, null).nodes[0]).toMatchObject({ state: "unhealthy", members: 2 });
});

test("what cannot be grouped is left alone", () => {
  const whole = mapGraph("containers", SHOP, new Map(), null);
  const grouping = { by: [], folds: NO_FOLDS, crowded: true, noun: CONTAINER };
  expect(groupGraph(whole, SHOP, grouping, null)).toBe(whole);
});

test("the recording offers its networks, its app label and its tiers", () => {
  const choices = groupChoices(recordedNodes("containers"));
  const check = (by: string, groups: number) =>
    expect(choices.find((choice) => choice.by === by)?.groups, by).toBe(groups);
  check("host", 1);
  check("network", 3);
  check("app", 1);
  check("label:tier", 5);
  expect(choices.some(({ by }) => by === "namespace")).toBe(false);
  const catalogue = [...recordedNodes("containers").values()].find(({ label }) => label === "catalogue");
  expect(catalogue && groupValue(catalogue, "network")).toBe("net1 + net2");
});

test("by itself it groups by the broadest way that divides", () => {
  expect(groupByItself(recordedNodes("containers"))).toBe("network");
  expect(groupByItself(nodesOf(node("a"), node("b")))).toBeNull();
});

test("crowds have a margin, and exceptions an end", () => {
  expect([
    isCrowded(1500, false),
    isCrowded(1501, false),
    isCrowded(1300, true),
    isCrowded(1200, true),
  ]).toEqual([false, true, true, false]);
  let folds = NO_FOLDS;
  for (let box = 0; box < 2 * EXCEPTIONS_MAX; box += 1) folds = toggled(folds, `box:${box}`);
  expect(folds.except).toHaveLength(EXCEPTIONS_MAX);
  expect(isClosed(toggled(folds, folds.except[0] ?? ""), folds.except[0] ?? "", false)).toBe(false);
});

test("those that talk to nobody share a box beside those that do", () => {
  const lonely = Array.from({ length: 9 }, (_, index) => node(`alone${index}`));
  const nodes = nodesOf(node("a", { adjacency: ["b"] }), node("b"), ...lonely);
  const whole = mapGraph("processes", nodes, new Map(), null);
  const grouping = { by: [], folds: NO_FOLDS, crowded: false, noun: { one: "process", many: "processes" } };
  const graph = groupGraph(whole, nodes, grouping, null);
  expect(graph.nodes.map(({ label, labelMinor }) => `${label} ${labelMinor}`)).toEqual([
    "a ",
    "b ",
    "Not connected 9 processes",
  ]);
  expect(graph.key).toBe("processes");
  const opened = groupGraph(whole, nodes, { ...grouping, folds: toggled(NO_FOLDS, "box:loose") }, null);
  expect(opened.groups).toMatchObject([{ title: "Not connected", total: "9 processes" }]);
  const allLonely = nodesOf(...lonely);
  const only = mapGraph("hosts", allLonely, new Map(), null);
  expect(groupGraph(only, allLonely, grouping, null)).toBe(only);
});

test("the next picture in boxes takes what has not changed, and is what it would be from nothing", () => {
  const grouping = {
    by: ["app"],
    folds: { closed: false, except: ["box:app=data"] },
    crowded: false,
    noun: CONTAINER,
  };
  const whole = mapGraph("containers", SHOP, new Map(), null);
  const first = groupGraph(whole, SHOP, grouping, null);
  const check = (changed: NodeSummary, isSameShape: boolean) => {
    const nodes = new Map(SHOP).set(changed.id, changed);
    const next = mapGraph("containers", nodes, new Map(), null, "nothing", whole);
    const { shape, faces: _, ...graph } = groupGraph(next, nodes, grouping, null, first);
    const { shape: _s, faces: _f, ...fresh } = groupGraph(next, nodes, grouping, null);
    expect(graph).toEqual(fresh);
    expect(shape === first.shape, changed.id).toBe(isSameShape);
  };
  const sick = [fact("docker_container_state_human", "Up 3 hours (unhealthy)")];
  check(labelled("db", { app: "data" }), true);
  check({ ...labelled("db", { app: "data" }), metadata: sick }, true);
  check({ ...labelled("api", { app: "shop" }, ["orders"]), metadata: sick }, true);
  check(labelled("api", { app: "data" }, ["orders"]), false);
  check(labelled("api", { app: "shop" }, []), false);
});
