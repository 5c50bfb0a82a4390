// What a node's facts say of how it fares. Facts that say nothing make it `plain`: running is the
// rule and needs no mark.

import type { NodeSummary } from "../api/types";
import { say } from "../text/text";
import type { NodeState } from "./map";

// Maps, not objects: a report may call a state `constructor`.
const DOCKER: ReadonlyMap<string, NodeState> = new Map(
  Object.entries<NodeState>({
    running: "plain",
    paused: "paused",
    restarting: "restarting",
    exited: "stopped",
    stopped: "stopped",
    dead: "stopped",
    created: "stopped",
    removing: "stopped",
  }),
);

const KUBERNETES: ReadonlyMap<string, NodeState> = new Map(
  Object.entries<NodeState>({
    running: "plain",
    succeeded: "plain",
    bound: "plain",
    available: "plain",
    pending: "restarting",
    containercreating: "restarting",
    terminating: "restarting",
    failed: "unhealthy",
    crashloopbackoff: "unhealthy",
    imagepullbackoff: "unhealthy",
    errimagepull: "unhealthy",
    oomkilled: "unhealthy",
    error: "unhealthy",
    evicted: "unhealthy",
    unknown: "unknown",
  }),
);

function fact(node: NodeSummary, id: string): string {
  return node.metadata.find((row) => row.id === id)?.value ?? "";
}

/** Docker's own words for a container: `Up 3 minutes (Paused)`, `Exited (0) 2 hours ago`. */
function humanState(words: string): NodeState | null {
  if (words === "") return null;
  if (/\bpaused\b/i.test(words)) return "paused";
  if (/\bunhealthy\b/i.test(words)) return "unhealthy";
  if (/^restarting/i.test(words)) return "restarting";
  if (/^up\b/i.test(words)) return "plain";
  return /^(exited|dead|created|removal)/i.test(words) ? "stopped" : null;
}

export function nodeState(node: NodeSummary): NodeState {
  const human = humanState(fact(node, "docker_container_state_human"));
  const docker = DOCKER.get(fact(node, "docker_container_state").toLowerCase());
  if (docker !== undefined && docker !== "plain") return docker;
  const health = fact(node, "docker_container_health").toLowerCase();
  if (health === "unhealthy") return "unhealthy";
  if (human !== null) return human;
  const kubernetes = fact(node, "kubernetes_state");
  if (kubernetes !== "") return KUBERNETES.get(kubernetes.toLowerCase()) ?? "plain";
  return "plain";
}

/** The state in words, for labels and legends. */
export const STATE_WORDS: Readonly<Record<NodeState, string>> = say.things.states;
