// The rows of the table in order. Sorting ten thousand names takes longer than a frame, so an order is made from the
// one before: rows whose nodes did not change keep their places, and only the changed ones look for new ones.
// Law: an order made from another one is the order made afresh.

import type { NodeSummary } from "../api/types";
import { type Column, keyOf } from "./columns";
import { compareKeys, type SortKey } from "./sort";

/** With more changes than this share of the rows everything is sorted anew. */
const CHANGED_SHARE_MAX = 0.25;

interface Entry {
  readonly node: NodeSummary;
  readonly key: SortKey;
}

export interface TableOrder {
  readonly column: string;
  readonly descending: boolean;
  readonly entries: readonly Entry[];
  readonly members: ReadonlySet<NodeSummary>;
  readonly rows: readonly NodeSummary[];
}

/** By key, then by name, then by id, so that equal rows never change places. */
function comparer(descending: boolean): (a: Entry, b: Entry) => number {
  return (a, b) =>
    compareKeys(a.key, b.key, descending) ||
    compareKeys(a.node.label, b.node.label, false) ||
    (a.node.id < b.node.id ? -1 : a.node.id > b.node.id ? 1 : 0);
}

/** The nodes by a column; the same order as `before` when nothing in it changed. */
export function orderRows(
  nodes: readonly NodeSummary[],
  column: Column,
  descending: boolean,
  before: TableOrder | null = null,
): TableOrder {
  const members = new Set(nodes);
  const compare = comparer(descending);
  const entryOf = (node: NodeSummary): Entry => ({ node, key: keyOf(node, column) });
  const isAlike = before !== null && before.column === column.id && before.descending === descending;
  if (isAlike) {
    const fresh = nodes.filter((node) => !before.members.has(node));
    if (fresh.length === 0 && members.size === before.members.size) return before;
    if (fresh.length <= nodes.length * CHANGED_SHARE_MAX) {
      const staying = before.entries.filter(({ node }) => members.has(node));
      return made(merged(staying, fresh.map(entryOf).sort(compare), compare), column, descending, members);
    }
  }
  return made(nodes.map(entryOf).sort(compare), column, descending, members);
}

function made(
  entries: readonly Entry[],
  column: Column,
  descending: boolean,
  members: ReadonlySet<NodeSummary>,
): TableOrder {
  return { column: column.id, descending, entries, members, rows: entries.map(({ node }) => node) };
}

/** Both sorted; few are put among many, each place found by halving. */
function merged(
  many: readonly Entry[],
  few: readonly Entry[],
  compare: (a: Entry, b: Entry) => number,
): readonly Entry[] {
  const all: Entry[] = [];
  let taken = 0;
  for (const entry of few) {
    let [low, high] = [taken, many.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = many[middle];
      if (other !== undefined && compare(other, entry) < 0) low = middle + 1;
      else high = middle;
    }
    for (; taken < low; taken += 1) {
      const stays = many[taken];
      if (stays !== undefined) all.push(stays);
    }
    all.push(entry);
  }
  return all.concat(many.slice(taken));
}
