import { expect, test } from "vitest";
import { metric, node, recordedNodes } from "../../tests/nodes";
import type { NodeSummary } from "../api/types";
import { type Block, type ResourceNodes, resourceTree } from "./resources";

const on = (viewId: string, id: string) => ({ id, label: id, viewId });
const cpu = (value: number, max = 100) => [metric("CPU", value, { max })];

const NODES: ResourceNodes = {
  hosts: [
    node("h", { label: "vm", metrics: [...cpu(50, 400), metric("Load", 1)] }),
    node("p", { pseudo: true }),
  ],
  containers: [
    node("c", { label: "web", parents: [on("hosts", "h")], metrics: cpu(30) }),
    node("lost", { parents: [on("hosts", "gone")], metrics: cpu(99) }),
  ],
  processes: [
    node("1", { label: "nginx", parents: [on("hosts", "h"), on("containers", "c")], metrics: cpu(20) }),
    node("2", { label: "sshd", parents: [on("hosts", "h")], metrics: cpu(5) }),
    node("3", { label: "idle", parents: [on("hosts", "h")] }),
  ],
};

const names = (block: Block | undefined): unknown =>
  block?.children.map((child) => [child.label, names(child)]);

test("processes lie in their container, or outside of any, containers on their host", () => {
  const { hosts, choices, metric } = resourceTree(NODES, null, []);
  expect([choices, metric]).toEqual([["CPU"], "CPU"]);
  expect(hosts.map(({ label, value, capacity }) => [label, value, capacity])).toEqual([["vm", 50, 400]]);
  expect(names(hosts[0])).toEqual([
    ["web", [["nginx", []]]],
    ["", [["sshd", []]]],
  ]);
});

test("what matches the search keeps what it lies in, the rest fades", () => {
  const [host] = resourceTree(NODES, "CPU", ["nginx"]).hosts;
  expect([host?.faded, host?.children[0]?.faded, host?.children[1]?.faded]).toEqual([false, false, true]);
});

test("few blocks are kept of many, the rest is one", () => {
  const many: NodeSummary[] = Array.from({ length: 200 }, (_, at) =>
    node(`c${at}`, { parents: [on("hosts", "h")], metrics: cpu(at + 1) }),
  );
  const [host] = resourceTree({ ...NODES, containers: many, processes: [] }, "CPU", []).hosts;
  expect(host?.children).toHaveLength(61);
  expect(host?.children[60]?.rest).toBe(140);
  const sum = host?.children.reduce((total, child) => total + child.value, 0);
  expect(sum).toBe((200 * 201) / 2);
});

test("the recorded host has its containers", () => {
  const list = (view: string) => [...recordedNodes(view).values()];
  const nodes = { hosts: list("hosts"), containers: list("containers"), processes: list("processes") };
  const { hosts, choices } = resourceTree(nodes, "Memory", []);
  expect(choices).toContain("Memory");
  expect(hosts).toHaveLength(1);
  expect(hosts[0]?.capacity).toBeGreaterThan(0);
});

test("nothing is no tree", () => {
  expect(resourceTree({ hosts: [], containers: [], processes: [] }, "CPU", [])).toMatchObject({
    hosts: [],
    metric: "",
  });
});
