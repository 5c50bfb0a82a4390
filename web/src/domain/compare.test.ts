import { describe, expect, test } from "vitest";
import { decodeSummary } from "../api/decode";
import type { NodeSummary } from "../api/types";
import { compareNodes } from "./compare";
import { differenceWords } from "./time-words";

function node(id: string, more: object = {}): NodeSummary {
  const decoded = decodeSummary({ id, label: id, ...more });
  if (decoded === null) throw new Error(`no node: ${id}`);
  return decoded;
}

function state(value: string) {
  return { id: "docker_container_state", label: "State", value };
}

describe("two moments", () => {
  test("differ by what came, went and changed", () => {
    const before = [
      node("gone"),
      node("same", {
        adjacency: ["gone"],
        metadata: [{ id: "docker_container_uptime", label: "Uptime", value: "1" }],
      }),
      node("paused", { metadata: [state("running")] }),
      node("talks", { adjacency: ["a"] }),
      node("moved", { parents: [{ id: "h1", label: "one", topologyId: "hosts" }] }),
      node("facts", { metadata: [{ id: "image", label: "Image", value: "v1" }] }),
    ];
    const after = [
      node("came"),
      node("same", {
        adjacency: ["gone"],
        metadata: [{ id: "docker_container_uptime", label: "Uptime", value: "2" }],
      }),
      node("paused", { metadata: [state("paused")] }),
      node("talks", { adjacency: ["b", "c"] }),
      node("moved", { parents: [{ id: "h2", label: "two", topologyId: "hosts" }] }),
      node("facts", { metadata: [{ id: "image", label: "Image", value: "v2" }] }),
    ];
    const { added, removed, changed } = compareNodes(before, after);
    expect(added.map(({ id }) => id)).toEqual(["came"]);
    expect(removed.map(({ id }) => id)).toEqual(["gone"]);
    expect(changed.map(({ id, differences }) => [id, ...differences.map(differenceWords)])).toEqual([
      ["facts", "Image: v1 → v2"],
      ["moved", "now part of two"],
      ["paused", "running → paused"],
      ["talks", "2 new connections", "1 connection gone"],
    ]);
  });

  test("may be the same", () => {
    const nodes = [node("a", { adjacency: ["b"] }), node("b")];
    expect(compareNodes(nodes, nodes)).toEqual({ added: [], removed: [], changed: [] });
  });
});
