// A fact (metadata row) as the reader sees it: its text, and the exact value for a tooltip or copy.

import type { MetadataRow } from "../api/types";
import { formatAgo, formatDuration, formatExact } from "./time";
import { formatMetric } from "./units";

export interface FactText {
  readonly text: string;
  /** The whole or exact value when `text` is a shorter form of it, else blank. */
  readonly full: string;
}

export function factText(row: MetadataRow, now: number): FactText {
  if (row.dataType === "datetime") {
    const at = Date.parse(row.value);
    return Number.isNaN(at)
      ? { text: row.value, full: "" }
      : { text: formatAgo(at, now), full: formatExact(at) };
  }
  if (row.dataType === "duration") {
    const secs = Number(row.value);
    if (row.value.trim() === "" || Number.isNaN(secs)) return { text: row.value, full: "" };
    return { text: formatDuration(secs), full: `${Math.floor(secs)} s` };
  }
  if (row.dataType === "rate" || row.dataType === "millis") {
    const value = Number(row.value);
    if (row.value.trim() === "" || Number.isNaN(value)) return { text: row.value, full: "" };
    return { text: formatMetric(value, row.dataType), full: row.value };
  }
  if (row.truncate > 0 && row.value.length > row.truncate) {
    return { text: row.value.slice(0, row.truncate), full: row.value };
  }
  return { text: row.value, full: "" };
}

/** A link only when it leads to a web page: a report may carry any text here. */
export function safeLink(value: string): string | null {
  try {
    const url = new URL(value);
    return url.protocol === "https:" || url.protocol === "http:" ? url.href : null;
  } catch {
    return null;
  }
}
