import { describe, expect, test } from "vitest";
import { fact, metric, node, nodesOf, recordedNodes } from "../../tests/nodes";
import { completions, fieldsOf, quoted } from "./completions";
import { search } from "./search";

const NODES = nodesOf(
  node("front", { metadata: [fact("image", "nginx:1.27"), fact("pid", "17")], metrics: [metric("CPU", 3)] }),
  node("back", { metadata: [fact("image", "nginx:1.27")], metrics: [metric("CPU", 40)] }),
  node("db", {
    metadata: [fact("image", "postgres")],
    metrics: [metric("Memory", 20 * 1024 ** 2, { format: "filesize" })],
  }),
);

function check(typed: string, expected: readonly string[]) {
  expect(
    completions(NODES, typed, 8).map(({ text }) => text),
    typed,
  ).toEqual(expected);
}

describe("completions", () => {
  test("names of fields and metrics, those that begin with what is typed first", () => {
    check("im", ["image:"]);
    check("m", ["memory > ", "image:"]);
    check("CP", ["cpu > "]);
    check("nowhere", []);
  });

  test("values that exist, most common first, in quotes where they need them", () => {
    check("image:", ['image:"nginx:1.27"', "image:postgres"]);
    check("image:po", ["image:postgres"]);
    check('image:"ng', ['image:"nginx:1.27"']);
  });

  test("limits of a metric come from the values there are", () => {
    check("cpu >", ["cpu > 40%"]);
    check("memory <", ["memory < 20MB"]);
    check("memory > 3", []);
    check("speed >", []);
  });

  test("nothing where nothing can follow", () => {
    check('"front', []);
    check("a:b:c", []);
  });

  test("what is proposed finds what it counts", () => {
    const nodes = recordedNodes("containers");
    for (const field of fieldsOf(nodes)) {
      for (const { text, detail } of completions(nodes, `${field.slug}:`, 4)) {
        const found = search(nodes, text)?.size ?? 0;
        expect(found, text).toBeGreaterThanOrEqual(Number.parseInt(detail, 10));
      }
    }
  });

  test("a value is quoted where it would mean something else", () => {
    expect([quoted("web"), quoted("a.b"), quoted("a:1"), quoted(" a")]).toEqual([
      "web",
      '"a.b"',
      '"a:1"',
      '" a"',
    ]);
  });
});
