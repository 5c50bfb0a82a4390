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
  readonly key: SortKey;
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
const BLANK: Cell = { text: "", full: "", key: null, share: -1 };

function plainColumn(kind: ColumnKind, key: string, label: string): Column {
  const id = kind === "name" ? "name" : `${kind}:${key}`;
  return { id, key, label, kind, numeric: false, percent: false, chars: 0, ceiling: 0 };
}

/** Columns for the nodes: name, parents, facts, metrics, each by priority. `viewName` names parents' views. */
export function columnsOf(
  nodes: readonly NodeSummary[],
  viewName: (view: string) => string,
  now: number,
): readonly Column[] {
  const parents = new Map<string, Column>();
  const facts = new Map<string, { column: Column; priority: number }>();
  for (const node of nodes) {
    for (const link of node.parents) {
      if (!parents.has(link.viewId)) {
        parents.set(link.viewId, plainColumn("parent", link.viewId, viewName(link.viewId)));
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
  const columns = [
    plainColumn("name", "name", "Name"),
    ...parents.values(),
    ...byPriority.map(({ column }) => column),
    ...metrics,
  ];
  const sample = nodes.slice(0, SAMPLE_ROWS_MAX);
  return columns.map((column) => {
    const longest = sample.reduce((most, node) => Math.max(most, cellOf(node, column, now).text.length), 0);
    return { ...column, chars: Math.max(longest, column.label.length + 2) };
  });
}

export function cellOf(node: NodeSummary, column: Column, now: number): Cell {
  if (column.kind === "name") return { text: node.label, full: "", key: node.label, share: -1 };
  if (column.kind === "parent") {
    const labels = node.parents.filter((link) => link.viewId === column.key).map((link) => link.label);
    return labels.length === 0 ? BLANK : { ...BLANK, text: labels.join(", "), key: labels.join(", ") };
  }
  if (column.kind === "fact") {
    const row = node.metadata.find((item) => item.id === column.key);
    if (row === undefined) return BLANK;
    return { ...factText(row, now), key: textKey(row.value, row.dataType), share: -1 };
  }
  const metric = metricOf(node, column.key);
  if (metric === null) return BLANK;
  return { text: metricText(metric), full: "", key: metric.value, share: fillShare(metric, column.ceiling) };
}

/** The first metric, largest first, as `top` shows it; names where nothing is measured. */
export function defaultSorting(columns: readonly Column[]): Sorting {
  const metric = columns.find((column) => column.kind === "metric");
  return metric ? { column: metric.id, descending: true } : { column: "name", descending: false };
}

/** Orders two nodes by a column, then by name, then by id, so that the order is one and the same. */
export function compareNodes(a: NodeSummary, b: NodeSummary, column: Column, descending: boolean): number {
  return (
    compareKeys(cellOf(a, column, 0).key, cellOf(b, column, 0).key, descending) ||
    compareKeys(a.label, b.label, false) ||
    (a.id < b.id ? -1 : a.id > b.id ? 1 : 0)
  );
}
