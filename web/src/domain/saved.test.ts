import { expect, test } from "vitest";
import { START } from "./address";
import { readSaved, SAVED_MAX, type Saved, searchHash, searchOf, searchText, withSaved } from "./saved";

const VIEW: Saved = { kind: "view", name: "Busy", hash: "#/containers?q=cpu%20%3E%202" };

test("law: what is stored is read back", () => {
  const list = [VIEW, { ...VIEW, kind: "search" as const, name: "x" }];
  expect(readSaved(JSON.stringify(list))).toEqual(list);
});

test("damaged storage costs only what is damaged", () => {
  const check = (stored: string | null, count: number) =>
    expect(readSaved(stored), `${stored}`).toHaveLength(count);
  check(null, 0);
  check("{", 0);
  check("{}", 0);
  check("[null, 7, {}]", 0);
  check(JSON.stringify([VIEW, { name: "", hash: "#/x" }, { name: "a", hash: "javascript:1" }]), 1);
  check(JSON.stringify(Array(500).fill(VIEW)), SAVED_MAX);
});

test("a name is taken once", () => {
  const list = withSaved([VIEW], { ...VIEW, name: " Busy ", hash: "#/hosts" });
  expect(list).toEqual([{ ...VIEW, hash: "#/hosts" }]);
  expect(withSaved(list, { ...VIEW, name: "  " })).toBe(list);
});

test("a search is saved without its view", () => {
  const searched = { ...START, view: "hosts", query: "web", pins: ["a:b", "c"] };
  const hash = searchHash(searched);
  expect(hash).not.toContain("hosts");
  expect(searchOf(hash)).toEqual({ query: "web", pins: ["a:b", "c"] });
  expect(searchText(searched)).toBe("a:b · c · web");
});
