// What nodes can be grouped by, and what each node says of it. Facts, parents and labels as reports have them.

import type { GroupWay } from "../api/groups";
import type { FactTable, NodeSummary } from "../api/types";
import { say } from "../text/text";
import type { Nodes } from "./diff";
import { ownGroup, ownHue } from "./own-groups";

/** How a way to group is written in addresses: one of `BY_FACT`, `own:` and the name of a way of the operator, or
 * `label:` and the name of a label. */
export type GroupBy = string;

export interface GroupChoice {
  readonly by: GroupBy;
  readonly title: string;
  /** How many groups there would be. */
  readonly groups: number;
  /** How many nodes say what group they belong to. */
  readonly nodes: number;
}

const LABEL_PREFIX = "label:";
const OWN_PREFIX = "own:";
/** Ways by the names of labels that are offered, the most frequent first. */
const LABEL_CHOICES_MAX = 12;
/** Names of labels that are counted. */
const LABEL_NAMES_MAX = 400;
/** More groups than this are no overview. */
const GROUPS_MAX = 400;
/** What stands for many nodes by itself must know where most of them belong. */
const COVERED_SHARE_MIN = 0.6;

const LABEL_TABLES: ReadonlySet<string> = new Set(["docker_label_", "kubernetes_labels_"]);
const PROJECT_LABELS = [
  "com.docker.compose.project",
  "io.podman.compose.project",
  "com.docker.stack.namespace",
];
const NAMESPACE_LABELS = ["io.kubernetes.pod.namespace"];
const APP_LABELS = ["app.kubernetes.io/name", "app", "k8s-app", "com.docker.compose.service"];

interface Way {
  readonly title: string;
  /** Blank for a node that does not say. */
  readonly valueOf: (node: NodeSummary) => string;
}

function parent(viewId: string): (node: NodeSummary) => string {
  return (node) => node.parents.find((link) => link.viewId === viewId)?.label ?? "";
}

function fact(id: string): (node: NodeSummary) => string {
  return (node) => node.metadata.find((row) => row.id === id)?.value ?? "";
}

/** Labels are written once per table; the first table that has the name wins. */
function labelOf(node: NodeSummary, names: readonly string[]): string {
  for (const name of names) {
    for (const { entries } of labelRows(node.tables)) {
      if (entries.label === name && entries.value !== undefined && entries.value !== "") return entries.value;
    }
  }
  return "";
}

function* labelRows(tables: readonly FactTable[]): Generator<FactTable["rows"][number]> {
  for (const table of tables) {
    if (LABEL_TABLES.has(table.id)) yield* table.rows;
  }
}

/** Of a pseudo node only the second line tells its host. */
function hostOf(node: NodeSummary): string {
  return parent("hosts")(node) || (node.pseudo ? node.labelMinor : "");
}

const networksOf = fact("docker_container_networks");

const { groupings } = say.things;

// Broad ways first: the order in which they are offered, and tried when the map groups by itself.
const BY_FACT: ReadonlyMap<GroupBy, Way> = new Map<GroupBy, Way>([
  ["host", { title: groupings.host, valueOf: hostOf }],
  [
    "namespace",
    {
      title: groupings.namespace,
      valueOf: (node) => fact("kubernetes_namespace")(node) || labelOf(node, NAMESPACE_LABELS),
    },
  ],
  ["project", { title: groupings.project, valueOf: (node) => labelOf(node, PROJECT_LABELS) }],
  [
    "network",
    { title: groupings.network, valueOf: (node) => networksOf(node).split(", ").sort().join(" + ") },
  ],
  ["app", { title: groupings.app, valueOf: (node) => labelOf(node, APP_LABELS) }],
  ["pod", { title: groupings.pod, valueOf: parent("pods") }],
  ["container", { title: groupings.container, valueOf: parent("containers") }],
  ["image", { title: groupings.image, valueOf: parent("containers-by-image") }],
  ["name", { title: groupings.name, valueOf: (node) => (node.pseudo ? "" : node.rank) }],
]);

let ownWays: ReadonlyMap<GroupBy, GroupWay> = new Map();

/** The ways of the operator, in place of those before; what was remembered of them is forgotten. */
export function setOwnWays(ways: readonly GroupWay[]): void {
  ownWays = new Map(ways.map((way) => [OWN_PREFIX + way.name, way]));
  known = new WeakMap();
}

/** The colour of a group, where its way gives it one. */
export function groupHue(by: GroupBy, value: string): number | null {
  const own = ownWays.get(by);
  return own === undefined ? null : ownHue(own, value);
}

function wayOf(by: GroupBy): Way | null {
  const known = BY_FACT.get(by);
  if (known !== undefined) return known;
  if (by.startsWith(OWN_PREFIX)) return ownWayOf(by);
  if (!by.startsWith(LABEL_PREFIX)) return null;
  const name = by.slice(LABEL_PREFIX.length);
  return { title: name, valueOf: (node) => labelOf(node, [name]) };
}

/** A way that the file has no longer groups nothing. */
function ownWayOf(by: GroupBy): Way {
  const way = ownWays.get(by);
  return {
    title: by.slice(OWN_PREFIX.length),
    valueOf: (node) => {
      if (way === undefined || node.pseudo) return "";
      return ownGroup(way, { label: node.label, labelOf: (name) => labelOf(node, [name]) });
    },
  };
}

/** What the reader calls a way; the way itself where it is unknown. */
export function groupByTitle(by: GroupBy): string {
  return wayOf(by)?.title ?? by;
}

let known = new WeakMap<NodeSummary, Map<GroupBy, string>>();

/** The group of a node, blank for none. Remembered per summary, because most of them stay from frame to frame. */
export function groupValue(node: NodeSummary, by: GroupBy): string {
  let values = known.get(node);
  if (values === undefined) {
    values = new Map();
    known.set(node, values);
  }
  let value = values.get(by);
  if (value === undefined) {
    value = wayOf(by)?.valueOf(node) ?? "";
    values.set(by, value);
  }
  return value;
}

function counted(nodes: Nodes, by: GroupBy): GroupChoice {
  const values = new Set<string>();
  let covered = 0;
  for (const node of nodes.values()) {
    const value = node.pseudo ? "" : groupValue(node, by);
    if (value === "") continue;
    values.add(value);
    covered += 1;
  }
  return { by, title: groupByTitle(by), groups: values.size, nodes: covered };
}

function frequentLabels(nodes: Nodes): GroupBy[] {
  const counts = new Map<string, number>();
  for (const node of nodes.values()) {
    for (const { entries } of labelRows(node.tables)) {
      const name = entries.label ?? "";
      if (name === "" || (counts.size >= LABEL_NAMES_MAX && !counts.has(name))) continue;
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  const sorted = [...counts].filter(([, count]) => count > 1).sort((a, b) => b[1] - a[1]);
  return sorted.slice(0, LABEL_CHOICES_MAX).map(([name]) => LABEL_PREFIX + name);
}

/** The ways that say something of these nodes, with how much. */
export function groupChoices(nodes: Nodes): readonly GroupChoice[] {
  const ways = [...ownWays.keys(), ...BY_FACT.keys(), ...frequentLabels(nodes)];
  return ways.map((by) => counted(nodes, by)).filter(({ groups }) => groups > 0);
}

/** The way to group more nodes than can be read: the broadest that makes an overview; null when none does. */
export function groupByItself(nodes: Nodes): GroupBy | null {
  const observed = [...nodes.values()].filter((node) => !node.pseudo).length;
  const ways = [...BY_FACT.keys()].map((by) => counted(nodes, by));
  const useful = ways.filter(
    ({ groups, nodes: covered }) =>
      groups > 1 && groups <= GROUPS_MAX && covered >= observed * COVERED_SHARE_MIN,
  );
  return useful[0]?.by ?? ways.find(({ by, groups }) => by === "name" && groups > 1)?.by ?? null;
}
