import { expect, test } from "vitest";
import { fact, metric, node, recordedNodes } from "../../tests/nodes";
import type { NodeSummary } from "../api/types";
import { type Column, ColumnMemory, cellOf, defaultSorting } from "./columns";
import { metricChoices } from "./metrics";
import { compareKeys, ipKey, type SortKey, textKey } from "./sort";
import { orderRows } from "./table-order";

function columnsOf(nodes: readonly NodeSummary[], kindName: (view: string) => string, now: number) {
  return new ColumnMemory().columns(nodes, metricChoices(nodes), kindName, now);
}

function columnOf(columns: readonly Column[], id: string): Column {
  const column = columns.find((item) => item.id === id);
  if (column === undefined) throw new Error(`no column ${id}`);
  return column;
}

function sorted(keys: readonly SortKey[], descending = false): readonly SortKey[] {
  return [...keys].sort((a, b) => compareKeys(a, b, descending));
}

test("keys sort by size, by address, as people read, and blanks last", () => {
  expect(sorted([10, null, 9, 2])).toEqual([2, 9, 10, null]);
  expect(sorted([10, null, 9, 2], true)).toEqual([10, 9, 2, null]);
  expect(sorted(["n10", "n9", "N1"])).toEqual(["N1", "n9", "n10"]);
  const addresses = ["10.0.0.10", "10.0.0.9", "9.1.1.1", "::1"];
  const byAddress = [...addresses].sort((a, b) => compareKeys(textKey(a, ""), textKey(b, ""), false));
  expect(byAddress).toEqual(["9.1.1.1", "10.0.0.9", "10.0.0.10", "::1"]);
});

test("addresses are told from what only looks like one", () => {
  const check = (text: string, key: string | null) => expect(ipKey(text), text).toBe(key);
  check("172.18.0.8", "4.172.018.000.008");
  check("172.18.0.8, 172.19.0.7", "4.172.018.000.008");
  check("10.0.0.1/24", "4.010.000.000.001");
  check("1.2.3", null);
  check("1.2.3.400", null);
  check("fe80::1", "6.fe80:0000:0000:0000:0000:0000:0000:0001");
  check("::", `6.${Array(8).fill("0000").join(":")}`);
  check("12:34", null);
  check("1::2::3", null);
  check("busybox", null);
});

const NODES = [
  node("a", { metadata: [fact("pid", "7", "number")], metrics: [metric("CPU", 1)] }),
  node("b", { metadata: [fact("pid", "12", "number"), fact("restarts", "0")] }),
  node("c", {
    parents: [{ id: "h", label: "vm", viewId: "hosts" }],
    metadata: [fact("docker_container_id", "x")],
    metrics: [metric("CPU", 9)],
  }),
];

test("columns are name, metrics, parents, facts; opaque facts are left out", () => {
  const columns = columnsOf(NODES, (view) => view.toUpperCase(), 0);
  expect(columns.map(({ id, label, numeric }) => [id, label, numeric])).toEqual([
    ["name", "Name", false],
    ["metric:CPU", "CPU", true],
    ["parent:hosts", "HOSTS", false],
    ["fact:pid", "pid", true],
    ["fact:restarts", "restarts", true],
  ]);
  expect(defaultSorting(columns)).toEqual({ column: "metric:CPU", descending: true });
});

test("rows sort by any column with blanks last", () => {
  const columns = columnsOf(NODES, (view) => view, 0);
  const check = (id: string, descending: boolean, expected: string) => {
    const { rows } = orderRows(NODES, columnOf(columns, id), descending);
    expect(rows.map((item) => item.id).join(""), id).toBe(expected);
  };
  check("metric:CPU", true, "cab");
  check("metric:CPU", false, "acb");
  check("fact:pid", false, "abc");
  check("parent:hosts", true, "cab");
  check("name", true, "cba");
});

test("the recorded containers have words in every cell", () => {
  const nodes = [...recordedNodes("containers").values()];
  const columns = columnsOf(nodes, (view) => view, Date.now());
  const uptime = columns.find((column) => column.id === "fact:docker_container_uptime");
  expect(uptime?.numeric).toBe(true);
  for (const column of columns)
    for (const item of nodes) expect(cellOf(item, column, 0).text).toBeTypeOf("string");
});

test("columns grow with what comes and are the same while nothing is new", () => {
  const memory = new ColumnMemory();
  const columns = (nodes: readonly NodeSummary[]) =>
    memory.columns(nodes, metricChoices(nodes), (view) => view, 0);
  const first = columns(NODES);
  const [a, ...others] = NODES;
  if (a === undefined) throw new Error("no node");
  expect(columns([...others, { ...a, metrics: [metric("CPU", 2)] }])).toBe(first);
  expect(columns(others)).toBe(first);
  const more = columns([...NODES, node("d", { metadata: [fact("image", "a long name of an image")] })]);
  expect(more.map(({ id }) => id)).toContain("fact:image");
  expect(columns(NODES)).toBe(more);
});

test("an order made from another one is the order made afresh", () => {
  // A small generator with a fixed seed, so that a failure can be repeated.
  let seed = 7;
  const random = (below: number) => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
    return (seed >>> 8) % below;
  };
  const fresh = (id: number) =>
    node(`n${id}`, { label: `l${random(40)}`, metrics: [metric("CPU", random(9))] });
  let nodes = Array.from({ length: 200 }, (_, id) => fresh(id));
  const columns = columnsOf(nodes, (view) => view, 0);
  for (const id of ["metric:CPU", "name"]) {
    for (const descending of [false, true]) {
      const column = columnOf(columns, id);
      let order = orderRows(nodes, column, descending);
      expect(orderRows([...nodes], column, descending, order)).toBe(order);
      for (let round = 0; round < 30; round += 1) {
        const changed = new Set(Array.from({ length: random(60) }, () => random(nodes.length)));
        nodes = nodes.flatMap((item, at) =>
          !changed.has(at)
            ? [item]
            : random(5) === 0
              ? []
              : [{ ...item, metrics: [metric("CPU", random(9))] }],
        );
        nodes.push(...Array.from({ length: random(8) }, (_, k) => fresh(1000 * round + k + 500)));
        order = orderRows(nodes, column, descending, order);
        expect(order.rows.map((item) => item.id)).toEqual(
          orderRows(nodes, column, descending).rows.map((item) => item.id),
        );
      }
    }
  }
});
