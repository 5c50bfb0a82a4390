import { describe, expect, test } from "vitest";
import { node, nodesOf } from "../../tests/nodes";
import { decodeGroups } from "../api/groups";
import { groupByTitle, groupChoices, groupHue, groupValue, setOwnWays } from "./group-keys";
import { fits, ownGroup } from "./own-groups";

const WAYS = decodeGroups({
  ways: [
    {
      name: "Tier",
      groups: [
        { name: "Data", hue: 2, names: ["*-db", "queue*"], labels: [] },
        { name: "Front", names: [], labels: [{ key: "app", values: ["web-*", "edge"] }] },
      ],
      labels: ["tier"],
    },
    { groups: "nonsense" },
  ],
}).ways;

describe("groups of the operator", () => {
  test("patterns", () => {
    const check = (pattern: string, text: string, expected: boolean) =>
      expect(fits(pattern, text), `${pattern} ${text}`).toBe(expected);
    check("a", "a", true);
    check("a", "ab", false);
    check("a*", "ab", true);
    check("*b", "ab", true);
    check("*", "", true);
    check("a*a", "a", false);
    check("a*c*e", "abcde", true);
    check("a*c*e", "abde", false);
    check("*x*x", "axbx", true);
    check("*x*x", "ax", false);
    check("*".repeat(150), "x".repeat(200), true);
  });

  test("the first rule that fits has the node, then its labels", () => {
    const check = (label: string, labels: Record<string, string>, expected: string) =>
      expect(WAYS.map((way) => ownGroup(way, { label, labelOf: (name) => labels[name] ?? "" }))).toEqual([
        expected,
      ]);
    check("users-db", { app: "edge" }, "Data");
    check("router", { app: "edge" }, "Front");
    check("router", { app: "edges", tier: "back" }, "back");
    check("router", {}, "");
  });

  test("are offered first, with their colours, and go when the file has them no longer", () => {
    const nodes = nodesOf(node("users-db", { label: "users-db" }), node("x", { label: "x" }));
    const first = nodes.get("users-db");
    if (first === undefined) throw new Error("no node");
    expect(groupValue(first, "own:Tier")).toBe("");
    setOwnWays(WAYS);
    expect(groupValue(first, "own:Tier")).toBe("Data");
    expect(groupChoices(nodes)[0]).toMatchObject({ by: "own:Tier", title: "Tier", groups: 1, nodes: 1 });
    expect(groupByTitle("own:Gone")).toBe("Gone");
    expect([groupHue("own:Tier", "Data"), groupHue("own:Tier", "Front"), groupHue("host", "Data")]).toEqual([
      2,
      null,
      null,
    ]);
    setOwnWays([]);
    expect(groupChoices(nodes).some(({ by }) => by === "own:Tier")).toBe(false);
  });
});
