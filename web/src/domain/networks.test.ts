import { expect, test } from "vitest";
import { fact, node, nodesOf } from "../../tests/nodes";
import { networksOf, pinText } from "./networks";
import { search } from "./search";

const NODES = nodesOf(
  node("a", { metadata: [{ ...fact("docker_container_networks", "shop, shop-test"), label: "Networks" }] }),
  node("b", { metadata: [{ ...fact("docker_container_networks", "shop-test"), label: "Networks" }] }),
  node("c"),
  node("d", { metadata: [{ ...fact("docker_container_networks", "a.b, host"), label: "Networks" }] }),
);

test("members are counted by network", () => {
  const found = networksOf(NODES).map(({ name, nodes }) => [name, nodes]);
  expect(found).toEqual([
    ["a.b", 1],
    ["host", 1],
    ["shop", 1],
    ["shop-test", 2],
  ]);
});

test("law: the search of a network finds its members, and its chip has its name", () => {
  for (const { name, nodes, term } of networksOf(NODES)) {
    expect(search(NODES, term)?.size, name).toBe(nodes);
    expect(pinText(term)).toBe(`network ${name}`);
  }
  expect(pinText("image:nginx")).toBe("image:nginx");
});
