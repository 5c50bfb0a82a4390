// Nodes for unit tests: blank but for what a test is about.

import { decodeSummary } from "../src/api/decode";
import type { EdgeFigures, MetadataRow, Metric, NodeSummary } from "../src/api/types";
import type { Nodes } from "../src/domain/diff";
import docker from "./fixtures/docker.json?raw";

export function node(id: string, part: Partial<NodeSummary> = {}): NodeSummary {
  return {
    id,
    label: id,
    labelMinor: "",
    rank: "",
    shape: "circle",
    stack: false,
    pseudo: false,
    metadata: [],
    parents: [],
    metrics: [],
    tables: [],
    adjacency: [],
    edges: [],
    lastAction: null,
    ...part,
  };
}

export function fact(id: string, value: string, dataType = ""): MetadataRow {
  return { id, label: id, value, priority: 1, dataType, truncate: 0 };
}

export function metric(label: string, value: number, part: Partial<Metric> = {}): Metric {
  return {
    id: label,
    label,
    format: "percent",
    group: "",
    value,
    empty: false,
    priority: 1,
    min: 0,
    max: 100,
    samples: [],
    url: "",
    ...part,
  };
}

/** What an edge carries: nothing known but for what a test is about. */
export function figures(part: Partial<EdgeFigures>): EdgeFigures {
  return {
    opened: null,
    failed: null,
    open: null,
    sentBytes: null,
    receivedBytes: null,
    rttMs: null,
    retransmits: null,
    connections: 1,
    ...part,
  };
}

export function nodesOf(...list: NodeSummary[]): Nodes {
  return new Map(list.map((item) => [item.id, item]));
}

export interface Recording {
  readonly views: unknown;
  readonly nodes: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  readonly details: Readonly<Record<string, unknown>>;
}

/** The recorded answers of one Docker host. */
export function recording(): Recording {
  return JSON.parse(docker) as Recording;
}

export function recordedNodes(view: string): Nodes {
  const found = Object.values(recording().nodes[view] ?? {}).map(decodeSummary);
  return nodesOf(...found.filter((item) => item !== null));
}
