// The table to take along: as CSV (RFC 4180) for a file, as tab-separated words for the clipboard. Values are
// whole and plain, not as they are shortened on the screen.

import type { NodeSummary } from "../api/types";
import { type Column, cellOf } from "./columns";
import { metricOf } from "./metrics";

const LINE_END = "\r\n";
const UNITS: ReadonlyMap<string, string> = new Map(
  Object.entries({ percent: "%", filesize: "bytes", rate: "bytes/s", millis: "ms" }),
);

/** A file of all rows, a heading first. */
export function tableCsv(columns: readonly Column[], rows: readonly NodeSummary[]): string {
  const line = (cells: readonly string[]) => cells.map(csvCell).join(",");
  const lines = [line(headings(columns, rows)), ...rows.map((node) => line(plainCells(node, columns)))];
  return lines.join(LINE_END) + LINE_END;
}

/** All rows for the clipboard, a heading first. */
export function tableTsv(columns: readonly Column[], rows: readonly NodeSummary[]): string {
  return [headings(columns, rows), ...rows.map((node) => plainCells(node, columns))].map(tsvLine).join("\n");
}

/** One row for the clipboard. */
export function rowTsv(columns: readonly Column[], node: NodeSummary): string {
  return tsvLine(plainCells(node, columns));
}

/** One cell for the clipboard. */
export function plainCell(node: NodeSummary, column: Column): string {
  if (column.kind === "fact") return node.metadata.find((row) => row.id === column.key)?.value ?? "";
  if (column.kind !== "metric") return cellOf(node, column, 0).text;
  const metric = metricOf(node, column.key);
  return metric === null ? "" : String(metric.value);
}

function plainCells(node: NodeSummary, columns: readonly Column[]): readonly string[] {
  return columns.map((column) => plainCell(node, column));
}

/** The columns' names, those of metrics with their units. */
function headings(columns: readonly Column[], rows: readonly NodeSummary[]): readonly string[] {
  return columns.map((column) => {
    if (column.kind !== "metric") return column.label;
    const format = rows.map((node) => metricOf(node, column.key)).find((row) => row !== null)?.format ?? "";
    const unit = UNITS.get(format);
    return unit === undefined ? column.label : `${column.label} (${unit})`;
  });
}

function csvCell(text: string): string {
  // A name from outside must not become a formula of the reader's spreadsheet.
  const safe = /^[=+\-@\t\r]/.test(text) && !/^-?\d+(\.\d+)?$/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function tsvLine(cells: readonly string[]): string {
  return cells.map((text) => text.replace(/[\t\r\n]+/g, " ")).join("\t");
}
