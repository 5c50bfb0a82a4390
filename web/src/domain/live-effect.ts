// What an action would hit right now: who is connected to a node and what they carry, and whether
// another of its kind would remain.

import type { MetadataRow, NodeDetail, NodeSummary } from "../api/types";
import { say } from "../text/text";
import { nodeState } from "./node-state";

export interface Client {
  readonly name: string;
  /** Bytes per second, both ways; null where nobody measured it. */
  readonly rate: number | null;
}

export interface LiveEffect {
  /** The busiest first. */
  readonly clients: readonly Client[];
  readonly connections: number;
  /** Of all clients together; null where nobody measured any. */
  readonly rate: number | null;
  /** Null where HTTP is not watched. */
  readonly requests: number | null;
}

function figure(rows: readonly MetadataRow[], id: string): number | null {
  const value = rows.find((row) => row.id === id)?.value ?? "";
  const number = Number(value);
  return value === "" || !Number.isFinite(number) ? null : number;
}

function sum(one: number | null, other: number | null): number | null {
  return one === null ? other : one + (other ?? 0);
}

const REQUESTS = /^http_requests_per_second$/;

export function liveEffect(node: NodeDetail): LiveEffect {
  const inbound = node.connections.filter((table) => table.id === "incoming-connections");
  const rates = new Map<string, number | null>();
  let connections = 0;
  for (const { connections: rows } of inbound) {
    for (const row of rows) {
      const rate = sum(figure(row.metadata, "sent_bytes"), figure(row.metadata, "received_bytes"));
      const remote = row.metadata.find((item) => item.id === "remote")?.value ?? "";
      const name = remote === "" ? row.label : `${row.label} (${remote})`;
      rates.set(name, sum(rates.get(name) ?? null, rate));
      connections += figure(row.metadata, "count") ?? 1;
    }
  }
  const clients = [...rates].map(([name, rate]) => ({ name, rate }));
  clients.sort((one, other) => (other.rate ?? -1) - (one.rate ?? -1) || one.name.localeCompare(other.name));
  const requests = node.metrics.find((metric) => REQUESTS.test(metric.id) && !metric.empty);
  return {
    clients,
    connections,
    rate: clients.reduce<number | null>((all, client) => sum(all, client.rate), null),
    requests: requests?.value ?? null,
  };
}

const { nouns } = say.things;

/** Views whose nodes are made of replicas that stand in for each other, and what one is called. */
export const REPLICATED: ReadonlyMap<string, string> = new Map([
  ["services", nouns.services.one],
  ["kube-controllers", nouns["kube-controllers"].one],
  ["swarm-services", nouns["swarm-services"].one],
  ["ecs-services", nouns["ecs-services"].one],
  ["containers-by-image", nouns["containers-by-image"].one],
]);

export interface Replicas {
  readonly kind: string;
  readonly name: string;
  /** Others of the same kind that run now. */
  readonly others: number;
}

function isRunning(node: NodeSummary): boolean {
  const state = nodeState(node);
  return state === "plain" || state === "unhealthy";
}

/** How many besides the node a group of replicas has; null when the node is not in it. */
export function replicasIn(group: NodeDetail, view: string, node: NodeDetail): Replicas | null {
  const own = group.children.find((children) => children.nodes.some((child) => child.id === node.id));
  if (own === undefined) return null;
  const others = own.nodes.filter((child) => child.id !== node.id && isRunning(child)).length;
  return {
    kind: REPLICATED.get(view) ?? say.things.replicated,
    name: group.label,
    others: others + own.truncationCount,
  };
}
