// biome-ignore-all lint/a11y/useSemanticElements: rows placed by a virtual scroller cannot be a table element

import { useVirtualizer } from "@tanstack/react-virtual";
import { SearchX } from "lucide-react";
import { type CSSProperties, type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import type { NodeSummary } from "../api/types";
import type { Sorting } from "../domain/address";
import { type Column, columnsOf, defaultSorting, sortNodes } from "../domain/columns";
import { kindOf } from "../domain/views";
import { selectNode, setQuery } from "../state/actions";
import { useNow } from "../state/clock";
import { useMatches } from "../state/derived";
import { useScope } from "../state/store";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { TableHeader, TableRow } from "./table-parts";
import "./table-screen.css";

const FACTS_EVERY_MS = 5000;
const OVERSCAN_ROWS = 12;
const PAGE_ROWS = 15;
const CHARS_MIN = 7;
const CHARS_MAX = 30;
const NAME_CHARS_MIN = 18;
/** Room for padding, for the name's shape and state, and for a bar. */
const PAD_CHARS = 4;
const MARK_CHARS = 9;
const BAR_CHARS = 6;

interface TableModel {
  readonly columns: readonly Column[];
  readonly rows: readonly NodeSummary[];
  readonly sorting: Sorting;
  readonly now: number;
}

/** Columns only ever grow while a view is looked at: a table whose columns breathe cannot be read. */
function useSteadyColumns(columns: readonly Column[]): readonly Column[] {
  const view = useScope((state) => state.nodesView);
  const widest = useRef({ view, chars: new Map<string, number>() });
  return useMemo(() => {
    if (widest.current.view !== view) widest.current = { view, chars: new Map() };
    const { chars } = widest.current;
    return columns.map((column) => {
      const grown = Math.max(chars.get(column.id) ?? 0, column.chars);
      chars.set(column.id, grown);
      return { ...column, chars: grown };
    });
  }, [columns, view]);
}

function useTableModel(): TableModel {
  const nodes = useScope((state) => state.nodes);
  const views = useScope((state) => state.views);
  const chosen = useScope((state) => state.address.sorting);
  const matches = useMatches();
  const now = useNow(FACTS_EVERY_MS);
  const all = useMemo(() => [...nodes.values()], [nodes]);
  // The clock only shapes widths here, which is no reason to look at every node again.
  const found = useMemo(() => columnsOf(all, (id) => kindOf(views, id), Date.now()), [all, views]);
  const columns = useSteadyColumns(found);
  const sorting = chosen ?? defaultSorting(columns);
  const column = columns.find((item) => item.id === sorting.column) ?? columns[0];
  const rows = useMemo(() => {
    const shown = matches === null ? all : all.filter((node) => matches.has(node.id));
    return column === undefined ? shown : sortNodes(shown, column, sorting.descending);
  }, [all, matches, column, sorting.descending]);
  return { columns, rows, sorting, now };
}

/** One template for all rows, in characters; the name takes what is left. */
function gridOf(columns: readonly Column[]): CSSProperties {
  const widths = columns.map((column) => {
    const chars = Math.min(CHARS_MAX, Math.max(CHARS_MIN, column.chars));
    if (column.kind === "name") return Math.max(chars, NAME_CHARS_MIN) + MARK_CHARS;
    return chars + PAD_CHARS + (column.percent ? BAR_CHARS : 0);
  });
  const total = widths.reduce((sum, chars) => sum + chars, 0);
  const [name = 0, ...others] = widths;
  const tracks = [`minmax(${name}ch, 1fr)`, ...others.map((chars) => `${chars}ch`)];
  return { gridTemplateColumns: tracks.join(" "), minWidth: `${total}ch` };
}

function rowHeight(): number {
  const token = getComputedStyle(document.documentElement).getPropertyValue("--size-table-row");
  return Number.parseFloat(token) || 32;
}

/** The same nodes as the map, as rows. */
export function TableScreen() {
  const model = useTableModel();
  const scroll = useRef<HTMLDivElement>(null);
  const selected = useScope(
    ({ address }) => address.cards.findLast((card) => card.view === address.view)?.id,
  );
  const [active, setActive] = useState<string | null>(null);
  const prefix = useId();
  const { columns, rows, sorting, now } = model;
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: rowHeight,
    overscan: OVERSCAN_ROWS,
    scrollPaddingStart: rowHeight(),
  });
  const at = rows.findIndex((node) => node.id === (active ?? selected));
  const move = (to: number) => {
    const next = rows[Math.min(rows.length - 1, Math.max(0, to))];
    if (next === undefined) return;
    setActive(next.id);
    virtual.scrollToIndex(rows.indexOf(next));
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const target = destination(event.key, at, rows.length);
    if (target !== null) move(target);
    else if (event.key === "Enter" && at >= 0) selectNode(rows[at]?.id ?? null);
    else return;
    event.preventDefault();
  };
  const grid = useMemo(() => gridOf(columns), [columns]);
  return (
    <div
      ref={scroll}
      role="grid"
      aria-label="Nodes"
      aria-rowcount={rows.length + 1}
      aria-activedescendant={at < 0 ? undefined : `${prefix}${at}`}
      tabIndex={0}
      className="table"
      onKeyDown={press}
    >
      <TableHeader columns={columns} sorting={sorting} grid={grid} />
      {rows.length === 0 ? (
        <NoMatch />
      ) : (
        <div role="presentation" className="table-body" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map(({ index, start }) => {
            const node = rows[index];
            if (node === undefined) return null;
            return (
              <TableRow
                key={node.id}
                id={`${prefix}${index}`}
                node={node}
                columns={columns}
                index={index}
                top={start}
                grid={grid}
                now={now}
                active={node.id === active}
                selected={node.id === selected}
                onOpen={(id) => {
                  setActive(id);
                  selectNode(id);
                }}
              />
            );
          })}
        </div>
      )}
    </div>
  );
}

function destination(key: string, at: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return at + 1;
    case "ArrowUp":
      return at < 0 ? 0 : at - 1;
    case "Home":
      return 0;
    case "End":
      return count - 1;
    case "PageDown":
      return at + PAGE_ROWS;
    case "PageUp":
      return at - PAGE_ROWS;
    default:
      return null;
  }
}

function NoMatch() {
  const query = useScope((state) => state.address.query);
  return (
    <Empty
      icon={SearchX}
      title="Nothing matches"
      actions={<Button onClick={() => setQuery("")}>Clear search</Button>}
    >
      No node of this view matches “{query}”. Other views may have some.
    </Empty>
  );
}
