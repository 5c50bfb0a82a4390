// The networks that nodes are in, and the search that leaves only the members of one.

import { say } from "../text/text";
import type { Nodes } from "./diff";

export interface Network {
  readonly name: string;
  /** Members among the nodes. */
  readonly nodes: number;
  /** As a search of the field's name and the network's. */
  readonly term: string;
}

const FACT = "docker_container_networks";
const NETWORKS_MAX = 30;

/** The networks with the most members, by name. */
export function networksOf(nodes: Nodes): readonly Network[] {
  const members = new Map<string, number>();
  for (const node of nodes.values()) {
    const fact = node.metadata.find((row) => row.id === FACT);
    for (const name of new Set((fact?.value ?? "").split(",").map((part) => part.trim()))) {
      if (name !== "" && !name.includes('"')) members.set(name, (members.get(name) ?? 0) + 1);
    }
  }
  return [...members]
    .sort(([, a], [, b]) => b - a)
    .slice(0, NETWORKS_MAX)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => ({ name, nodes: count, term: termOf(name) }));
}

/** Whole names only, so that `shop` is not also `shop-test`; a name of a list stands between commas. */
function termOf(name: string): string {
  const escaped = name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return `networks:(^|, )${escaped}(,|$)`;
}

/** A kept search in words: that of a network as its name, any other as it was typed. */
export function pinText(term: string): string {
  const name = /^networks:\(\^\|, \)(.+)\(,\|\$\)$/.exec(term)?.[1];
  return name === undefined ? term : say.things.network(name.replace(/\\(.)/g, "$1"));
}
