// Numbers and times, and how many there are of what.

import { counted } from "./count";

export const figures = {
  /** For numbers and order, and for dates (BCP 47). */
  locale: "en",
  dates: "en-GB",
  now: "just now",
  ago: (span: string) => `${span} ago`,
  ahead: (span: string) => `in ${span}`,
  of: (one: string, all: string) => `${one} of ${all}`,
  upTo: (value: string) => `up to ${value}`,
  more: (count: number) => counted(count, "more", "more"),
  /** Of any kind, by its noun. */
  things: (count: number, { one, many }: { readonly one: string; readonly many: string }) =>
    counted(count, one, many),
  nodes: (count: number) => counted(count, "node", "nodes"),
  edges: (count: number) => counted(count, "edge", "edges"),
  connections: (count: number) => counted(count, "connection", "connections"),
  neighbours: (count: number) => counted(count, "neighbour", "neighbours"),
  matches: (count: number) => counted(count, "match", "matches"),
  hosts: (count: number) => counted(count, "host", "hosts"),
  probes: (count: number) => counted(count, "probe", "probes"),
  rows: (count: number) => counted(count, "row", "rows"),
  columns: (count: number) => counted(count, "column", "columns"),
  entries: (count: number) => counted(count, "entry", "entries"),
  lines: (count: number) => counted(count, "line", "lines"),
  steps: (count: number) => counted(count, "step", "steps"),
};
