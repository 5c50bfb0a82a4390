import { describe, expect, test } from "vitest";
import { fact, metric, node, nodesOf, recordedNodes } from "../../tests/nodes";
import { narrowed, parseQuantity, parseQuery, search } from "./search";

const NODES = nodesOf(
  node("front", {
    labelMinor: "vm",
    metadata: [{ ...fact("image", "nginx:1.27"), label: "Image name" }, fact("pid", "17")],
    metrics: [metric("CPU", 3), metric("Load (1m)", 0.5, { format: "" })],
  }),
  node("db", {
    parents: [{ id: "h;<host>", label: "web-1", viewId: "hosts" }],
    metrics: [metric("CPU", 1), metric("Memory", 20 * 1024 ** 2, { format: "filesize" })],
    tables: [
      {
        id: "labels",
        label: "Labels",
        kind: "property-list",
        columns: [],
        rows: [{ id: "label_tier", entries: { label: "tier", value: "data" } }],
        truncationCount: 0,
      },
    ],
  }),
);

function check(query: string, expected: readonly string[] | null) {
  const found = search(NODES, query);
  expect(found === null ? null : [...found], query).toEqual(expected);
}

describe("search", () => {
  test("text matches names, facts, parents and properties, whatever the case", () => {
    check("", null);
    check("FRONT", ["front"]);
    check("nginx", ["front"]);
    check("web-1", ["db"]);
    check("data", ["db"]);
    check("front|db", ["front", "db"]);
    check("nowhere", []);
  });

  test("what is no regular expression is literal", () => {
    check("nginx:1.27[", []);
    check("(", []);
    check("fron[", []);
  });

  test("a field is matched by its label without spaces, a parent by its view", () => {
    check("imagename:nginx", ["front"]);
    check("image:nginx", ["front"]);
    check("pid:nginx", []);
    check("hosts:web", ["db"]);
    check("tier:data", ["db"]);
  });

  test("metrics are compared by their value", () => {
    check("cpu > 2%", ["front"]);
    check("cpu < 2", ["db"]);
    check("cpu = 1", ["db"]);
    check("load1m > 0.1", ["front"]);
    check("memory > 10mb", ["db"]);
    check("memory < 10mb", []);
  });

  test("half a query is no query, nonsense matches nothing", () => {
    check("image:", null);
    check("cpu >", null);
    check("a:b:c", []);
    check("cpu > fast", []);
    check("> 2", []);
    check("a < b < c", []);
  });

  test("text in quotes is taken as it stands", () => {
    check('"nginx:1.27"', ["front"]);
    check('image:"nginx:1.27"', ["front"]);
    check('image:"nginx.1"', []);
    check('"web-1', ["db"]);
    check('"', null);
    check('image:"', null);
    check('"a < b"', []);
  });

  test("kept searches leave only what matches all of them", () => {
    expect([...narrowed(NODES, ["cpu > 0", "image:nginx"]).keys()]).toEqual(["front"]);
    expect(narrowed(NODES, ["image:"])).toBe(NODES);
    expect(narrowed(NODES, ["a:b:c"]).size).toBe(0);
  });

  test("quantities step by 1024", () => {
    const quantity = (text: string, value: number) => expect(parseQuantity(text), text).toBe(value);
    quantity("2", 2);
    quantity("1k", 1024);
    quantity("1.5 MB", 1.5 * 1024 ** 2);
    quantity("2gb", 2 * 1024 ** 3);
    expect(parseQuantity("fast")).toBeNaN();
  });

  test("a hostile query is cut", () => {
    expect(parseQuery("a".repeat(100_000))).toMatchObject({ kind: "text" });
  });

  test("the recorded containers answer", () => {
    const found = search(recordedNodes("containers"), "label:^(orders|users)");
    expect(found).not.toBeNull();
    expect(search(recordedNodes("containers"), "^queue")?.size).toBe(2);
  });
});
