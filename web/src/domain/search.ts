// The search of the original client: `text`, `field:text`, `metric > 2%`; a regular expression
// where it parses, else literal text; never case-sensitive. Beyond the original, text in double quotes
// is taken as it stands, so that `"10.0.0.1:80"` can be searched for.

import type { NodeSummary } from "../api/types";
import type { Nodes } from "./diff";

/** A link may carry any query: these keep one from holding the page up. */
export const QUERY_CHARS_MAX = 200;
const TEXT_CHARS_MAX = 2000;

export type Comparison = "<" | "=" | ">";

export type Query =
  | { readonly kind: "text"; readonly pattern: RegExp }
  | { readonly kind: "field"; readonly field: RegExp; readonly pattern: RegExp }
  | {
      readonly kind: "metric";
      readonly slug: string;
      readonly comparison: Comparison;
      readonly value: number;
    }
  | { readonly kind: "nothing" };

/** Lower-case letters and digits only, so that `Load (1m)` is `load1m`. */
export function slug(label: string): string {
  const known = slugs.get(label);
  if (known !== undefined) return known;
  const made = label.toLowerCase().replace(/[^a-z0-9]/g, "");
  // Thousands of nodes share a few labels; the keys of tables, which come from outside, are many.
  if (slugs.size < SLUGS_MAX && label.length <= QUERY_CHARS_MAX) slugs.set(label, made);
  return made;
}

const SLUGS_MAX = 2000;
const slugs = new Map<string, string>();

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), "i");
}

/** Quoted text as it stands, its closing quote being optional while it is typed; else an expression. */
function pattern(text: string): RegExp {
  if (text.startsWith('"')) return literal(text.slice(1).replace(/"$/, ""));
  try {
    return new RegExp(text, "i");
  } catch {
    return literal(text);
  }
}

/** The parts between colons that are in no quotes. */
export function splitQuery(text: string): readonly string[] {
  const parts = [""];
  let quoted = false;
  for (const letter of text) {
    if (letter === '"') quoted = !quoted;
    if (letter === ":" && !quoted) parts.push("");
    else parts[parts.length - 1] += letter;
  }
  return parts;
}

/** `10mb` → 10 × 1024²; other characters than digits and k, m, g, t are ignored. */
export function parseQuantity(text: string): number {
  const number = Number.parseFloat(text.replace(/[^0-9.-]/g, ""));
  const unit = /[kmgt]/i.exec(text)?.[0]?.toLowerCase();
  return unit === undefined ? number : number * 1024 ** ("kmgt".indexOf(unit) + 1);
}

function parseComparison(text: string): Query | null {
  if (text.startsWith('"')) return null;
  const found = /^([^<>=]*)([<>=])([^<>=]*)$/.exec(text);
  if (found === null) return /[<>=]/.test(text) ? { kind: "nothing" } : null;
  const name = slug(found[1] ?? "");
  const value = parseQuantity(found[3] ?? "");
  if (name === "" || Number.isNaN(value)) return { kind: "nothing" };
  return { kind: "metric", slug: name, comparison: found[2] as Comparison, value };
}

/** The query in `text`, or null while nothing is searched or a field or metric is half typed. */
export function parseQuery(text: string): Query | null {
  const query = text.slice(0, QUERY_CHARS_MAX).trim();
  if (query === "" || query === '"' || /^[^:]*:\s*"?$/.test(query) || /^[^<>="]*[<>=]\s*$/.test(query)) {
    return null;
  }
  const parts = splitQuery(query);
  if (parts.length > 2) return { kind: "nothing" };
  const [field, value] = parts;
  if (field !== undefined && value !== undefined) {
    if (field.trim() === "") return { kind: "nothing" };
    return { kind: "field", field: pattern(field.trim()), pattern: pattern(value.trim()) };
  }
  return parseComparison(query) ?? { kind: "text", pattern: pattern(query) };
}

function compare(value: number, comparison: Comparison, limit: number): boolean {
  if (comparison === "<") return value < limit;
  return comparison === ">" ? value > limit : value === limit;
}

/** Calls `visit` with each searchable field until it says true; whether any did. */
export function someField(node: NodeSummary, visit: (field: string, value: string) => boolean): boolean {
  if (visit("label", node.label) || visit("labelMinor", node.labelMinor)) return true;
  if (node.metadata.some((row) => visit(row.label, row.value))) return true;
  if (node.parents.some((link) => visit(link.viewId, link.label))) return true;
  return node.tables.some((table) =>
    table.rows.some((row) => {
      const { entries } = row;
      if (table.kind === "property-list") return visit(entries.label ?? row.id, entries.value ?? "");
      return Object.values(entries).some((cell) => visit("*", cell));
    }),
  );
}

export function matches(node: NodeSummary, query: Query): boolean {
  switch (query.kind) {
    case "nothing":
      return false;
    case "metric":
      return node.metrics.some(
        (row) =>
          !row.empty && slug(row.label) === query.slug && compare(row.value, query.comparison, query.value),
      );
    case "text":
      return someField(node, (_, value) => query.pattern.test(value.slice(0, TEXT_CHARS_MAX)));
    case "field":
      return someField(node, (field, value) => {
        const named = field === "*" || query.field.test(slug(field));
        return named && query.pattern.test(value.slice(0, TEXT_CHARS_MAX));
      });
  }
}

/** Ids of the nodes that match, or null while nothing is searched. */
export function search(nodes: Nodes, text: string): ReadonlySet<string> | null {
  const query = parseQuery(text);
  if (query === null) return null;
  const found = new Set<string>();
  for (const node of nodes.values()) if (matches(node, query)) found.add(node.id);
  return found;
}

/** The nodes that match all of the terms; the same map where there is no term. */
export function narrowed(nodes: Nodes, terms: readonly string[]): Nodes {
  const queries = terms.map(parseQuery).filter((query) => query !== null);
  if (queries.length === 0) return nodes;
  const left = new Map<string, NodeSummary>();
  for (const [id, node] of nodes) {
    if (queries.every((query) => matches(node, query))) left.set(id, node);
  }
  return left;
}
