// The table's columns and cells: the same nodes as the map, in words that sort.

import type { NodeSummary } from "../api/types";
import type { Sorting } from "./address";
import { factText } from "./facts";
import { fillShare, metricChoices, metricOf, metricText } from "./metrics";
import { compareKeys, type SortKey, textKey } from "./sort";

export type ColumnKind = "name" | "parent" | "fact" | "metric";

export interface Column {
  /** `name`, `parent:hosts`, `fact:pid`, `metric:CPU`. */
  readonly id: string;
  readonly key: string;
  readonly label: string;
  readonly kind: ColumnKind;
  readonly numeric: boolean;
  readonly percent: boolean;
  /** The widest text of a sample of rows, characters. */
  readonly chars: number;
  /** For metrics without a ceiling of their own. */
  readonly ceiling: number;
}

export interface Cell {
  readonly text: string;
  /** The whole or exact value where `text` is shorter, else blank. */
  readonly full: string;
  /** A metric as a share of its ceiling, -1 for none. */
  readonly share: number;
}

/** Long or opaque facts that the details show better. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "docker_container_ports",
  "docker_container_id",
  "docker_image_id",
  "docker_container_command",
  "docker_container_networks",
]);

const SAMPLE_ROWS_MAX = 200;
const BLANK: Cell = { text: "", full: "", share: -1 };

function plainColumn(kind: ColumnKind, key: string, label: string): Column {
  const id = kind === "name" ? "name" : `${kind}:${key}`;
  return { id, key, label, kind, numeric: false, percent: false, chars: 0, ceiling: 0 };
}

/**
 * Columns for the nodes: name, metrics, parents, facts, each by priority. Metrics come early because
 * the table starts sorted by one. `kindName` names what parents of a view are.
 */
export function columnsOf(
  nodes: readonly NodeSummary[],
  kindName: (view: string) => string,
  now: number,
): readonly Column[] {
  const parents = new Map<string, Column>();
  const facts = new Map<string, { column: Column; priority: number }>();
  for (const node of nodes) {
    for (const link of node.parents) {
      if (!parents.has(link.viewId)) {
        parents.set(link.viewId, plainColumn("parent", link.viewId, kindName(link.viewId)));
      }
    }
    for (const row of node.metadata) {
      if (facts.has(row.id) || LEFT_OUT.has(row.id)) continue;
      const numeric = row.dataType === "number" || row.dataType === "duration";
      const column = { ...plainColumn("fact", row.id, row.label), numeric };
      facts.set(row.id, { column, priority: row.priority });
    }
  }
  const metrics = metricChoices(nodes).map((choice) => ({
    ...plainColumn("metric", choice.label, choice.label),
    numeric: true,
    percent: choice.format === "percent",
    ceiling: choice.ceiling,
  }));
  const byPriority = [...facts.values()].sort((a, b) => a.priority - b.priority);
  const sample = nodes.slice(0, SAMPLE_ROWS_MAX);
  const columns = [
    plainColumn("name", "name", "Name"),
    ...metrics,
    ...parents.values(),
    ...byPriority.map(({ column }) => ({ ...column, numeric: column.numeric || hasFigures(sample, column) })),
  ];
  return columns.map((column) => {
    const longest = sample.reduce((most, node) => Math.max(most, cellOf(node, column, now).text.length), 0);
    return { ...column, chars: Math.max(longest, column.label.length + 2) };
  });
}

/** Whether all that a sample of rows has of a fact are figures, whatever its type says. */
function hasFigures(sample: readonly NodeSummary[], column: Column): boolean {
  const values = sample.flatMap((node) => node.metadata.filter((row) => row.id === column.key));
  return values.length > 0 && values.every((row) => /^-?\d+(\.\d+)?$/.test(row.value));
}

/** The words of a cell; blank where the node has no value. */
export function cellOf(node: NodeSummary, column: Column, now: number): Cell {
  if (column.kind === "name") return { text: node.label, full: "", share: -1 };
  if (column.kind === "parent") {
    const labels = node.parents.filter((link) => link.viewId === column.key).map((link) => link.label);
    return { text: labels.join(", "), full: "", share: -1 };
  }
  if (column.kind === "fact") {
    const row = node.metadata.find((item) => item.id === column.key);
    return row === undefined ? BLANK : { ...factText(row, now), share: -1 };
  }
  const metric = metricOf(node, column.key);
  if (metric === null) return BLANK;
  return { text: metricText(metric), full: "", share: fillShare(metric, column.ceiling) };
}

/** The first metric, largest first, as `top` shows it; names where nothing is measured. */
export function defaultSorting(columns: readonly Column[]): Sorting {
  const metric = columns.find((column) => column.kind === "metric");
  return metric ? { column: metric.id, descending: true } : { column: "name", descending: false };
}

function keyOf(node: NodeSummary, column: Column): SortKey {
  switch (column.kind) {
    case "name":
      return node.label;
    case "parent":
      return node.parents.find((link) => link.viewId === column.key)?.label ?? null;
    case "fact": {
      const row = node.metadata.find((item) => item.id === column.key);
      return row === undefined ? null : textKey(row.value, row.dataType);
    }
    case "metric":
      return metricOf(node, column.key)?.value ?? null;
  }
}

/** The nodes by a column, then by name, then by id, so that equal rows never change places. */
export function sortNodes(
  nodes: readonly NodeSummary[],
  column: Column,
  descending: boolean,
): readonly NodeSummary[] {
  const keyed = nodes.map((node) => ({ node, key: keyOf(node, column) }));
  keyed.sort(
    (a, b) =>
      compareKeys(a.key, b.key, descending) ||
      compareKeys(a.node.label, b.node.label, false) ||
      (a.node.id < b.node.id ? -1 : 1),
  );
  return keyed.map(({ node }) => node);
}
