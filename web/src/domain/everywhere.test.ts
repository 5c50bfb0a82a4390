import { expect, test } from "vitest";
import { fact, node, recordedNodes } from "../../tests/nodes";
import { foundIn, HITS_MAX } from "./everywhere";

const NODES = [
  node("1", { label: "a webhook" }),
  node("2", { label: "db", metadata: [fact("image", "webdb")] }),
  node("3", { label: "web" }),
  node("4", { label: "cache" }),
];

function check(terms: readonly string[], count: number, labels: readonly string[]) {
  const found = foundIn("containers", NODES, terms);
  expect(found?.count, terms.join()).toBe(count);
  expect(found?.hits.map(({ label }) => label)).toEqual(labels);
}

test("names that begin with it come first, then names that have it, then the rest", () => {
  check(["web"], 3, ["web", "a webhook", "db"]);
  check(["image:web"], 1, ["db"]);
  check(["web", "hook"], 1, ["a webhook"]);
  check(["nowhere"], 0, []);
});

test("what is no search finds nothing to count", () => {
  expect(foundIn("containers", NODES, [""])).toBeNull();
  expect(foundIn("containers", NODES, ["image:"])).toBeNull();
});

test("few are listed of many", () => {
  const found = foundIn("containers", recordedNodes("containers").values(), ["."]);
  expect(found?.count).toBeGreaterThan(HITS_MAX);
  expect(found?.hits.length).toBe(HITS_MAX);
});
