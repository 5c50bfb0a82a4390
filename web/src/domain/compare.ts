// What differs between two moments of a view: which nodes came, which went, and what is otherwise about those that stayed.

import type { NodeSummary } from "../api/types";
import { nodeState, STATE_WORDS } from "./node-state";

export interface ComparedNode {
  readonly id: string;
  readonly label: string;
  /** What is otherwise; empty for a node that came or went. */
  readonly reasons: readonly string[];
}

export interface Comparison {
  readonly added: readonly ComparedNode[];
  readonly removed: readonly ComparedNode[];
  readonly changed: readonly ComparedNode[];
}

/** Of each kind; more are counted by nobody. */
export const COMPARED_MAX = 2000;
const REASONS_MAX = 6;

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

export interface CompareWords {
  readonly state: (before: string, after: string) => string;
  readonly connectionsCame: (count: number) => string;
  readonly connectionsWent: (count: number) => string;
  readonly moved: (to: string) => string;
  readonly fact: (name: string, before: string, after: string) => string;
}

function reasonsOf(before: NodeSummary, after: NodeSummary, words: CompareWords): string[] {
  const reasons: string[] = [];
  const [was, is] = [nodeState(before), nodeState(after)];
  if (was !== is) reasons.push(words.state(STATE_WORDS[was], STATE_WORDS[is]));
  const [old, fresh] = [new Set(before.adjacency), new Set(after.adjacency)];
  const came = after.adjacency.filter((id) => !old.has(id)).length;
  const went = before.adjacency.filter((id) => !fresh.has(id)).length;
  if (came > 0) reasons.push(words.connectionsCame(came));
  if (went > 0) reasons.push(words.connectionsWent(went));
  const parents = new Set(before.parents.map(({ viewId, id }) => `${viewId} ${id}`));
  const moved = after.parents.find(({ viewId, id }) => !parents.has(`${viewId} ${id}`));
  if (moved !== undefined) reasons.push(words.moved(moved.label));
  const facts = new Map(before.metadata.map(({ id, value }) => [id, value]));
  for (const { id, label, value, dataType } of after.metadata) {
    if (VOLATILE.has(id) || VOLATILE_TYPES.has(dataType)) continue;
    const earlier = facts.get(id);
    if (earlier !== undefined && earlier !== value) reasons.push(words.fact(label || id, earlier, value));
  }
  return reasons.slice(0, REASONS_MAX);
}

export function compareNodes(
  before: readonly NodeSummary[],
  after: readonly NodeSummary[],
  words: CompareWords,
): Comparison {
  const old = new Map(before.map((node) => [node.id, node]));
  const fresh = new Set(after.map(({ id }) => id));
  const named = ({ id, label }: NodeSummary): ComparedNode => ({ id, label, reasons: [] });
  const changed = after.flatMap((node): ComparedNode[] => {
    const was = old.get(node.id);
    const reasons = was === undefined || node.pseudo ? [] : reasonsOf(was, node, words);
    return reasons.length === 0 ? [] : [{ id: node.id, label: node.label, reasons }];
  });
  const byLabel = (nodes: ComparedNode[]) =>
    nodes.sort((a, b) => a.label.localeCompare(b.label)).slice(0, COMPARED_MAX);
  return {
    added: byLabel(after.filter(({ id }) => !old.has(id)).map(named)),
    removed: byLabel(before.filter(({ id }) => !fresh.has(id)).map(named)),
    changed: byLabel(changed),
  };
}
