// What differs between two moments of a view: which nodes came, which went, and what is otherwise about those that stayed.

import type { NodeSummary } from "../api/types";
import type { NodeState } from "./map";
import { nodeState } from "./node-state";

/** One thing that is otherwise; `time-words.ts` says it. */
export type Difference =
  | { readonly kind: "state"; readonly before: NodeState; readonly after: NodeState }
  | { readonly kind: "connections-came" | "connections-went"; readonly count: number }
  | { readonly kind: "moved"; readonly to: string }
  | { readonly kind: "fact"; readonly name: string; readonly before: string; readonly after: string };

export interface ComparedNode {
  readonly id: string;
  readonly label: string;
  /** What is otherwise; empty for a node that came or went. */
  readonly differences: readonly Difference[];
}

export interface Comparison {
  readonly added: readonly ComparedNode[];
  readonly removed: readonly ComparedNode[];
  readonly changed: readonly ComparedNode[];
}

/** Of each kind; more are counted by nobody. */
export const COMPARED_MAX = 2000;
const DIFFERENCES_MAX = 6;

/** Facts that are otherwise at every look. */
const VOLATILE: ReadonlySet<string> = new Set([
  "docker_container_state",
  "docker_container_state_human",
  "docker_container_uptime",
  "local_time",
  "uptime",
  "host_uptime",
  "kubernetes_state",
]);
const VOLATILE_TYPES: ReadonlySet<string> = new Set(["duration", "datetime"]);

function differencesOf(before: NodeSummary, after: NodeSummary): readonly Difference[] {
  const found: Difference[] = [];
  const [was, is] = [nodeState(before), nodeState(after)];
  if (was !== is) found.push({ kind: "state", before: was, after: is });
  const [old, fresh] = [new Set(before.adjacency), new Set(after.adjacency)];
  const came = after.adjacency.filter((id) => !old.has(id)).length;
  const went = before.adjacency.filter((id) => !fresh.has(id)).length;
  if (came > 0) found.push({ kind: "connections-came", count: came });
  if (went > 0) found.push({ kind: "connections-went", count: went });
  const parents = new Set(before.parents.map(({ viewId, id }) => `${viewId} ${id}`));
  const moved = after.parents.find(({ viewId, id }) => !parents.has(`${viewId} ${id}`));
  if (moved !== undefined) found.push({ kind: "moved", to: moved.label });
  const facts = new Map(before.metadata.map(({ id, value }) => [id, value]));
  for (const { id, label, value, dataType } of after.metadata) {
    if (VOLATILE.has(id) || VOLATILE_TYPES.has(dataType)) continue;
    const earlier = facts.get(id);
    if (earlier === undefined || earlier === value) continue;
    found.push({ kind: "fact", name: label || id, before: earlier, after: value });
  }
  return found.slice(0, DIFFERENCES_MAX);
}

export function compareNodes(before: readonly NodeSummary[], after: readonly NodeSummary[]): Comparison {
  const old = new Map(before.map((node) => [node.id, node]));
  const fresh = new Set(after.map(({ id }) => id));
  const named = ({ id, label }: NodeSummary): ComparedNode => ({ id, label, differences: [] });
  const changed = after.flatMap((node): ComparedNode[] => {
    const was = old.get(node.id);
    const differences = was === undefined || node.pseudo ? [] : differencesOf(was, node);
    return differences.length === 0 ? [] : [{ id: node.id, label: node.label, differences }];
  });
  const byLabel = (nodes: ComparedNode[]) =>
    nodes.sort((a, b) => a.label.localeCompare(b.label)).slice(0, COMPARED_MAX);
  return {
    added: byLabel(after.filter(({ id }) => !old.has(id)).map(named)),
    removed: byLabel(before.filter(({ id }) => !fresh.has(id)).map(named)),
    changed: byLabel(changed),
  };
}
