// What could be typed next: fields, values and metrics that nodes have right now, so that nobody has to
// know the search's grammar to use it.

import type { NodeSummary } from "../api/types";
import { say } from "../text/text";
import type { Nodes } from "./diff";
import { metricChoices } from "./metrics";
import { slug, someField, splitQuery } from "./search";
import { formatMetric, searchedBytes } from "./units";

export interface Completion {
  readonly kind: "field" | "value" | "metric";
  /** The whole search once it is taken. */
  readonly text: string;
  /** What the reader sees. */
  readonly label: string;
  readonly detail: string;
}

/** Different values of one field that are counted; of the rest the first ones stand for all. */
const VALUES_MAX = 5000;
const VALUE_CHARS_MAX = 120;
/** Shares of the nodes that lie below the values proposed for a comparison. */
const SHARES = [0.5, 0.9, 0.99] as const;

export interface Field {
  /** As it is written before the colon. */
  readonly slug: string;
  readonly nodes: number;
  /** A value of one of the nodes. */
  readonly example: string;
}

const fieldsByNodes = new WeakMap<Nodes, readonly Field[]>();

/** The fields that nodes have, most common first, of equals in the order nodes list them. */
export function fieldsOf(nodes: Nodes): readonly Field[] {
  const known = fieldsByNodes.get(nodes);
  if (known !== undefined) return known;
  const found = new Map<string, { slug: string; nodes: number; example: string }>();
  for (const node of nodes.values()) {
    const own = new Set<string>();
    someField(node, (label, value) => {
      if (value === "" || label === "*") return false;
      const name = slug(label);
      if (name === "" || own.has(name)) return false;
      own.add(name);
      const field = found.get(name);
      if (field === undefined) found.set(name, { slug: name, nodes: 1, example: value });
      else field.nodes += 1;
      return false;
    });
  }
  const fields = [...found.values()].sort((a, b) => b.nodes - a.nodes);
  fieldsByNodes.set(nodes, fields);
  return fields;
}

/** What `text` may go on with, best first, at most `max`. */
export function completions(nodes: Nodes, text: string, max: number): readonly Completion[] {
  const typed = text.trimStart();
  if (typed.startsWith('"')) return [];
  const comparison = /^([^<>=:]*)([<>=])\s*$/.exec(typed);
  if (comparison !== null) return limitsOf(nodes, comparison[1] ?? "", comparison[2] ?? "").slice(0, max);
  if (/[<>=]/.test(typed)) return [];
  const parts = splitQuery(typed);
  const [field = "", value] = parts;
  if (parts.length === 2 && value !== undefined) return valuesOf(nodes, slug(field), value).slice(0, max);
  return parts.length === 1 ? namesOf(nodes, slug(field)).slice(0, max) : [];
}

/** Fields and metrics whose name has what is typed, those that begin with it first. */
function namesOf(nodes: Nodes, typed: string): readonly Completion[] {
  const fields = fieldsOf(nodes).map(
    (field): Completion => ({
      kind: "field",
      text: `${field.slug}:`,
      label: `${field.slug}:`,
      detail: say.figures.nodes(field.nodes),
    }),
  );
  const metrics = metricChoices(nodes.values()).map(
    ({ label, ceiling, format }): Completion => ({
      kind: "metric",
      text: `${slug(label)} > `,
      label: `${slug(label)} >`,
      detail: say.figures.upTo(formatMetric(ceiling, format)),
    }),
  );
  const place = ({ label }: Completion) => label.indexOf(typed);
  return [...metrics, ...fields]
    .filter((item) => place(item) >= 0)
    .sort((a, b) => Math.min(1, place(a)) - Math.min(1, place(b)));
}

/** Values of the fields of that name which have what is typed, most common first. */
function valuesOf(nodes: Nodes, field: string, typed: string): readonly Completion[] {
  const bare = typed.trim().replace(/^"|"$/g, "").toLowerCase();
  const counts = new Map<string, number>();
  for (const node of nodes.values()) {
    someField(node, (label, value) => {
      if (value === "" || label === "*" || slug(label) !== field) return false;
      if (!value.toLowerCase().includes(bare)) return false;
      const count = counts.get(value);
      if (count !== undefined || counts.size < VALUES_MAX) counts.set(value, (count ?? 0) + 1);
      return false;
    });
  }
  return [...counts]
    .filter(([value]) => value.length <= VALUE_CHARS_MAX && !value.includes('"'))
    .sort(([a, countA], [b, countB]) => countB - countA || (a < b ? -1 : 1))
    .map(([value, count]) => ({
      kind: "value",
      text: `${field}:${quoted(value)}`,
      label: value,
      detail: say.figures.nodes(count),
    }));
}

/** A value as it is searched for: in quotes where it would read as an expression or a second field. */
export function quoted(value: string): string {
  return /[.*+?^${}()|[\]\\:<>=]|^\s|\s$/.test(value) ? `"${value}"` : value;
}

/** Values to compare a metric with: what half, nine in ten and nearly all nodes stay below. */
function limitsOf(nodes: Nodes, name: string, comparison: string): readonly Completion[] {
  const label = metricChoices(nodes.values()).find((choice) => slug(choice.label) === slug(name))?.label;
  if (label === undefined) return [];
  const found = [...nodes.values()].flatMap((node: NodeSummary) =>
    node.metrics.filter((row) => row.label === label && !row.empty && row.value > 0),
  );
  const format = found[0]?.format ?? "";
  const values = found.map(({ value }) => value).sort((a, b) => a - b);
  const limits = SHARES.map((share) => values[Math.floor(values.length * share)] ?? 0);
  const written = new Set(limits.filter((limit) => limit > 0).map((limit) => limitText(limit, format)));
  return [...written].map((limit) => {
    const text = `${slug(label)} ${comparison} ${limit}`;
    return { kind: "value", text, label: text, detail: "" };
  });
}

/** Two digits that matter, as the search reads them. */
function limitText(value: number, format: string): string {
  if (format === "filesize") return searchedBytes(value);
  const short = String(Number(value.toPrecision(2)));
  return format === "percent" ? `${short}%` : short;
}
