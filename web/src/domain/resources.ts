// What uses how much of a resource: hosts, on them containers, in them processes, and what runs in no
// container. A tree of blocks out of three views, cut to what can be told apart.

import type { NodeSummary } from "../api/types";
import { shortName } from "./map-graph";
import { metricOf } from "./metrics";
import { matches, parseQuery } from "./search";

export type ResourceView = "hosts" | "containers" | "processes";

export const RESOURCE_VIEWS: readonly ResourceView[] = ["hosts", "containers", "processes"];

export interface Block {
  /** `view id`: the same node has one block. */
  readonly key: string;
  /** The node, null for what stands for several. */
  readonly node: { readonly view: ResourceView; readonly id: string } | null;
  /** Blank for what stands for several. */
  readonly label: string;
  readonly rank: string;
  readonly value: number;
  /** Of hosts: what there is of it; 0 where nobody says. */
  readonly capacity: number;
  /** Neither it nor anything in it matches the search. */
  readonly faded: boolean;
  readonly children: readonly Block[];
  /** How many blocks beyond those listed it stands for, 0 for any other. */
  readonly rest: number;
}

export interface Resources {
  readonly metric: string;
  readonly format: string;
  /** Resources that hosts have and containers or processes too. */
  readonly choices: readonly string[];
  readonly hosts: readonly Block[];
  /** Hosts beyond those listed. */
  readonly moreHosts: number;
}

export type ResourceNodes = Readonly<Record<ResourceView, readonly NodeSummary[]>>;

/** Hosts drawn, and blocks in one block; what is beyond is one block for all. */
export const HOSTS_MAX = 60;
const CHILDREN_MAX = 60;
/** Kernels report "no limit" as 2⁶⁴−1; nothing real is above this. */
const PLAUSIBLE_MAX = 2 ** 60;

/** The tree of one metric, the first there is while `wanted` is none of them; `terms` fade what they do not match. */
export function resourceTree(
  nodes: ResourceNodes,
  wanted: string | null,
  terms: readonly string[],
): Resources {
  const choices = choicesOf(nodes);
  const metric = choices.find((label) => label === wanted) ?? choices[0] ?? "";
  const queries = terms.map(parseQuery).filter((query) => query !== null);
  const isMatch = (node: NodeSummary) => queries.every((query) => matches(node, query));
  const grow = new Tree(nodes, metric, isMatch);
  const hosts = nodes.hosts
    .filter((host) => !host.pseudo && metricOf(host, metric) !== null)
    .map((host) => grow.host(host))
    .sort((a, b) => b.capacity - a.capacity || (a.label < b.label ? -1 : 1));
  const first = nodes.hosts.map((host) => metricOf(host, metric)).find((row) => row !== null);
  return {
    metric,
    format: first?.format ?? "",
    choices,
    hosts: hosts.slice(0, HOSTS_MAX),
    moreHosts: Math.max(0, hosts.length - HOSTS_MAX),
  };
}

function choicesOf({ hosts, containers, processes }: ResourceNodes): readonly string[] {
  const labels = (list: readonly NodeSummary[]) =>
    new Set(list.flatMap((node) => node.metrics.filter((row) => !row.empty).map((row) => row.label)));
  const inside = new Set([...labels(containers), ...labels(processes)]);
  return [...labels(hosts)].filter((label) => inside.has(label));
}

class Tree {
  private readonly byParent = new Map<string, NodeSummary[]>();

  constructor(
    nodes: ResourceNodes,
    private readonly metric: string,
    private readonly isMatch: (node: NodeSummary) => boolean,
  ) {
    const containers = new Set(nodes.containers.map(({ id }) => id));
    for (const node of nodes.containers) this.file(node, "containers", hostOf(node));
    for (const node of nodes.processes) {
      const link = node.parents.find(({ viewId, id }) => viewId === "containers" && containers.has(id));
      this.file(node, "processes", link?.id ?? hostOf(node));
    }
  }

  host(host: NodeSummary): Block {
    const containers = this.below("containers", host.id).map((node) => this.container(node));
    const loose = this.below("processes", host.id).map((node) => this.block("processes", node, []));
    const row = metricOf(host, this.metric);
    const block = this.block("hosts", host, [...containers, ...outside(host.id, loose)]);
    const capacity = row !== null && row.max > 0 && row.max < PLAUSIBLE_MAX ? row.max : 0;
    return { ...block, capacity };
  }

  private container(node: NodeSummary): Block {
    const processes = this.below("processes", node.id).map((child) => this.block("processes", child, []));
    return this.block("containers", node, processes);
  }

  private block(view: ResourceView, node: NodeSummary, children: readonly Block[]): Block {
    const own = Math.max(0, metricOf(node, this.metric)?.value ?? 0);
    // Engines do not count everywhere; what is in it uses at least that much.
    const value = own > 0 ? own : sumOf(children);
    const kept = ordered(children, node.id);
    const faded = !this.isMatch(node) && children.every((child) => child.faded);
    const { id, rank } = node;
    const label = view === "processes" ? shortName(node.label) : node.label;
    const key = `${view} ${id}`;
    return { key, node: { view, id }, label, rank, value, capacity: 0, faded, children: kept, rest: 0 };
  }

  private file(node: NodeSummary, view: ResourceView, parent: string | undefined): void {
    if (node.pseudo || parent === undefined || metricOf(node, this.metric) === null) return;
    const key = `${view} ${parent}`;
    const list = this.byParent.get(key);
    if (list === undefined) this.byParent.set(key, [node]);
    else list.push(node);
  }

  private below(view: ResourceView, parent: string): readonly NodeSummary[] {
    return this.byParent.get(`${view} ${parent}`) ?? [];
  }
}

function hostOf(node: NodeSummary): string | undefined {
  return node.parents.find(({ viewId }) => viewId === "hosts")?.id;
}

/** What runs on the host itself, as one block. */
function outside(host: string, processes: readonly Block[]): readonly Block[] {
  return processes.length === 0 ? [] : [together(`outside ${host}`, ordered(processes, host))];
}

function together(key: string, children: readonly Block[]): Block {
  const value = sumOf(children);
  const faded = children.every((child) => child.faded);
  return { key, node: null, label: "", rank: "", value, capacity: 0, faded, children, rest: 0 };
}

/** What blocks use together. */
export function sumOf(blocks: readonly Block[]): number {
  return blocks.reduce((sum, { value }) => sum + value, 0);
}

/** Large ones first, in steps of two so that blocks do not change places with every frame; few of many. */
function ordered(children: readonly Block[], parent: string): readonly Block[] {
  const step = ({ value }: Block) => (value > 0 ? Math.round(Math.log2(value)) : Number.NEGATIVE_INFINITY);
  const sorted = [...children].sort(
    (a, b) => step(b) - step(a) || (a.label < b.label ? -1 : a.label > b.label ? 1 : a.key < b.key ? -1 : 1),
  );
  if (sorted.length <= CHILDREN_MAX) return sorted;
  const rest = sorted.slice(CHILDREN_MAX);
  return [
    ...sorted.slice(0, CHILDREN_MAX),
    { ...together(`rest ${parent}`, rest), children: [], rest: rest.length },
  ];
}
