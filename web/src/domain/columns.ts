// The table's columns and cells: the same nodes as the map, in words that sort.

import type { NodeSummary } from "../api/types";
import { say } from "../text/text";
import type { Sorting } from "./address";
import { factText } from "./facts";
import { type MetricChoice, metricOf, metricText } from "./metrics";
import { type SortKey, textKey } from "./sort";

export type ColumnKind = "name" | "parent" | "fact" | "metric";

export interface Column {
  /** `name`, `parent:hosts`, `fact:pid`, `metric:CPU`. */
  readonly id: string;
  readonly key: string;
  readonly label: string;
  readonly kind: ColumnKind;
  readonly numeric: boolean;
  /** The widest text of a sample of rows, characters. */
  readonly chars: number;
  /** What a line of the metric reaches up to; 0 for its own largest value. */
  readonly ceiling: number;
}

export interface Cell {
  readonly text: string;
  /** The whole or exact value where `text` is shorter, else blank. */
  readonly full: string;
}

/** Long or opaque facts that the details show better. */
const LEFT_OUT: ReadonlySet<string> = new Set([
  "docker_container_ports",
  "docker_container_id",
  "docker_image_id",
  "docker_container_command",
  "docker_container_networks",
]);

/** Rows whose words are measured when a view is first seen, and with each frame after that. */
const SAMPLE_ROWS_MAX = 200;
const SAMPLE_ROWS_LATER_MAX = 24;
const BLANK: Cell = { text: "", full: "" };

function plainColumn(kind: ColumnKind, key: string, label: string): Column {
  const id = kind === "name" ? "name" : `${kind}:${key}`;
  return { id, key, label, kind, numeric: false, chars: 0, ceiling: 0 };
}

interface FactColumn {
  readonly column: Column;
  readonly priority: number;
}

/**
 * The columns of one view. They only ever grow while the view is looked at, in number and in width: a table whose
 * columns breathe cannot be read. Nodes already seen are not looked at again, so a frame costs what it changes.
 */
export class ColumnMemory {
  private readonly seen = new WeakSet<NodeSummary>();
  private readonly parents = new Set<string>();
  private readonly facts = new Map<string, FactColumn>();
  /** Whether all that was measured of a fact are figures, whatever its type says. */
  private readonly figures = new Map<string, boolean>();
  private readonly chars = new Map<string, number>();
  private isFresh = true;
  private last: readonly Column[] = [];

  /**
   * Columns for the nodes: name, metrics, parents, facts, each by priority. Metrics come early because the table
   * starts sorted by one. `kindName` names what parents of a view are. The same array while nothing changed.
   */
  columns(
    nodes: Iterable<NodeSummary>,
    choices: readonly MetricChoice[],
    kindName: (view: string) => string,
    now: number,
  ): readonly Column[] {
    const sample = this.learn(nodes);
    const byPriority = [...this.facts.values()].sort((a, b) => a.priority - b.priority);
    const found = [
      plainColumn("name", "name", say.things.nameColumn),
      ...choices.map(metricColumn),
      ...[...this.parents].map((view) => plainColumn("parent", view, kindName(view))),
      ...byPriority.map(({ column }) => column),
    ];
    this.measure(sample, found, now);
    const columns = found.map((column) => ({
      ...column,
      numeric: column.numeric || (column.kind === "fact" && this.figures.get(column.key) === true),
      chars: Math.max(this.chars.get(column.id) ?? 0, column.label.length + 2),
    }));
    if (!sameColumns(columns, this.last)) this.last = columns;
    return this.last;
  }

  /** Takes in the nodes not seen before; answers those to measure. */
  private learn(nodes: Iterable<NodeSummary>): readonly NodeSummary[] {
    const max = this.isFresh ? SAMPLE_ROWS_MAX : SAMPLE_ROWS_LATER_MAX;
    const sample: NodeSummary[] = [];
    for (const node of nodes) {
      if (this.seen.has(node)) continue;
      this.seen.add(node);
      this.isFresh = false;
      if (sample.length < max) sample.push(node);
      for (const link of node.parents) this.parents.add(link.viewId);
      for (const row of node.metadata) {
        if (this.facts.has(row.id) || LEFT_OUT.has(row.id)) continue;
        const numeric = row.dataType === "number" || row.dataType === "duration";
        const column = { ...plainColumn("fact", row.id, row.label), numeric };
        this.facts.set(row.id, { column, priority: row.priority });
      }
    }
    return sample;
  }

  private measure(sample: readonly NodeSummary[], columns: readonly Column[], now: number): void {
    for (const node of sample) {
      for (const row of node.metadata) {
        const isFigure = /^-?\d+(\.\d+)?$/.test(row.value);
        this.figures.set(row.id, isFigure && this.figures.get(row.id) !== false);
      }
      for (const column of columns) {
        const { length } = cellOf(node, column, now).text;
        if (length > (this.chars.get(column.id) ?? 0)) this.chars.set(column.id, length);
      }
    }
  }
}

function metricColumn(choice: MetricChoice): Column {
  const percent = choice.format === "percent";
  // Lines of percentages have one scale; whole hundreds, so that it does not change with every frame.
  const ceiling = percent ? Math.ceil(choice.ceiling / 100) * 100 : 0;
  return { ...plainColumn("metric", choice.label, choice.label), numeric: true, ceiling };
}

function sameColumns(one: readonly Column[], other: readonly Column[]): boolean {
  return one.length === other.length && one.every((column, index) => sameColumn(column, other[index]));
}

function sameColumn(one: Column, other: Column | undefined): boolean {
  if (other === undefined || one.id !== other.id || one.label !== other.label) return false;
  return one.numeric === other.numeric && one.chars === other.chars && one.ceiling === other.ceiling;
}

/** The words of a cell; blank where the node has no value. */
export function cellOf(node: NodeSummary, column: Column, now: number): Cell {
  if (column.kind === "name") return { text: node.label, full: "" };
  if (column.kind === "parent") {
    const labels = node.parents.filter((link) => link.viewId === column.key).map((link) => link.label);
    return { text: labels.join(", "), full: "" };
  }
  if (column.kind === "fact") {
    const row = node.metadata.find((item) => item.id === column.key);
    return row === undefined ? BLANK : factText(row, now);
  }
  const metric = metricOf(node, column.key);
  if (metric === null) return BLANK;
  return { text: metricText(metric), full: "" };
}

/** The first metric, largest first, as `top` shows it; names where nothing is measured. */
export function defaultSorting(columns: readonly Column[]): Sorting {
  const metric = columns.find((column) => column.kind === "metric");
  return metric ? { column: metric.id, descending: true } : { column: "name", descending: false };
}

/** What a cell sorts by; null where the node has no value. */
export function keyOf(node: NodeSummary, column: Column): SortKey {
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
