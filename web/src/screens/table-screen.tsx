// biome-ignore-all lint/a11y/useSemanticElements: rows placed by a virtual scroller cannot be a table element

import { type Range, useVirtualizer } from "@tanstack/react-virtual";
import { SearchX } from "lucide-react";
import {
  type CSSProperties,
  type KeyboardEvent,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import type { NodeSummary } from "../api/types";
import type { Sorting } from "../domain/address";
import { type Column, ColumnMemory, defaultSorting } from "../domain/columns";
import { orderRows, type TableOrder } from "../domain/table-order";
import { kindOf } from "../domain/views";
import { selectNode, setQuery } from "../state/actions";
import { useNow } from "../state/clock";
import { useMatches, useMetricChoices, useShownNodes } from "../state/derived";
import { phoneQuery, useMedia } from "../state/media";
import { useMetricHistory } from "../state/metric-history";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { Empty } from "../ui/empty";
import { pressTableKey, type TablePlace } from "./table-keys";
import { TableHeader, TableRow } from "./table-parts";
import { TableTools, useHiddenColumns } from "./table-tools";
import "./table-screen.css";

const FACTS_EVERY_MS = 5000;
const OVERSCAN_ROWS = 8;
const CHARS_MIN = 7;
const CHARS_MAX = 30;
const NAME_CHARS_MIN = 18;
/** Room for padding, for the name's shape and state, and for a line. */
const PAD_CHARS = 4;
const MARK_CHARS = 9;
const SPARK_CHARS = 8;

interface TableModel {
  /** All of the view, and those that are shown. */
  readonly all: readonly Column[];
  readonly columns: readonly Column[];
  readonly rows: readonly NodeSummary[];
  readonly sorting: Sorting;
  readonly now: number;
}

/** The columns of the view looked at; another view starts anew. */
function useColumns(all: readonly NodeSummary[]): readonly Column[] {
  const view = useScope((state) => state.nodesView);
  const views = useScope((state) => state.views);
  const choices = useMetricChoices();
  const memory = useMemo(() => ({ view, columns: new ColumnMemory() }), [view]);
  // The clock only shapes widths here, which is no reason to look at every node again.
  return useMemo(
    () => memory.columns.columns(all, choices, (id) => kindOf(views, id), Date.now()),
    [memory, all, choices, views],
  );
}

function useTableModel(): TableModel {
  const nodes = useShownNodes();
  const chosen = useScope((state) => state.address.sorting);
  const matches = useMatches();
  const now = useNow(FACTS_EVERY_MS);
  const all = useMemo(() => [...nodes.values()], [nodes]);
  const found = useColumns(all);
  const hidden = useHiddenColumns(useScope((state) => state.nodesView));
  const columns = useMemo(() => found.filter(({ id }) => !hidden.includes(id)), [found, hidden]);
  const sorting = chosen ?? defaultSorting(columns);
  const column = columns.find((item) => item.id === sorting.column) ?? columns[0];
  const order = useRef<TableOrder | null>(null);
  const rows = useMemo(() => {
    const shown = matches === null ? all : all.filter((node) => matches.has(node.id));
    if (column === undefined) return shown;
    order.current = orderRows(shown, column, sorting.descending, order.current);
    return order.current.rows;
  }, [all, matches, column, sorting.descending]);
  return { all: found, columns, rows, sorting, now };
}

/** One template for all rows, in characters; the name takes what is left. Rows take it from the table's style. */
function gridOf(columns: readonly Column[], isPhone: boolean): CSSProperties {
  const widths = columns.map((column) => {
    const chars = Math.min(CHARS_MAX, Math.max(CHARS_MIN, column.chars));
    if (column.kind === "name")
      return isPhone ? NAME_CHARS_MIN : Math.max(chars, NAME_CHARS_MIN) + MARK_CHARS;
    return chars + PAD_CHARS + (column.kind === "metric" ? SPARK_CHARS : 0);
  });
  const total = widths.reduce((sum, chars) => sum + chars, 0);
  const [name = 0, ...others] = widths;
  const tracks = [`minmax(${name}ch, 1fr)`, ...others.map((chars) => `${chars}ch`)];
  return { "--table-columns": tracks.join(" "), "--table-width": `${total}ch` } as CSSProperties;
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
  const [activeColumn, setActiveColumn] = useState(-1);
  const history = useMetricHistory();
  const prefix = useId();
  const { columns, rows, sorting, now } = model;
  const slots = useRowSlots();
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: rowHeight,
    rangeExtractor: slots.extract,
    scrollPaddingStart: rowHeight(),
  });
  const pointed = active ?? selected;
  const at = useMemo(() => rows.findIndex((node) => node.id === pointed), [rows, pointed]);
  const openRow = useCallback((id: string) => {
    setActive(id);
    selectNode(id);
  }, []);
  const move = ({ row, column }: TablePlace) => {
    const next = rows[row];
    setActiveColumn(column);
    if (next === undefined) return;
    setActive(next.id);
    virtual.scrollToIndex(row);
  };
  const press = (event: KeyboardEvent) => {
    if (event.target !== event.currentTarget) return;
    const place = { row: at, column: activeColumn };
    if (pressTableKey(event, { place, rows, columns, sorting, onMove: move })) event.preventDefault();
  };
  const activeId = activeColumn < 0 ? `${prefix}${at}` : `${prefix}${at}-${activeColumn}`;
  // A column that the keyboard is in may be outside the window.
  useEffect(() => {
    if (activeColumn >= 0)
      document.getElementById(activeId)?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [activeColumn, activeId]);
  const isPhone = useMedia(phoneQuery());
  const grid = useMemo(() => gridOf(columns, isPhone), [columns, isPhone]);
  // Elements stay where they are in the document: moving one costs as much as making one.
  const items = [...virtual.getVirtualItems()].sort((a, b) => slots.slotOf(a.index) - slots.slotOf(b.index));
  return (
    <div className="table-screen">
      <TableTools all={model.all} columns={columns} rows={rows} />
      <div
        ref={scroll}
        role="grid"
        aria-label={say.pages.nodes}
        aria-rowcount={rows.length + 1}
        aria-activedescendant={at < 0 ? undefined : activeId}
        tabIndex={0}
        className="table"
        style={grid}
        onKeyDown={press}
      >
        <TableHeader columns={columns} sorting={sorting} />
        {rows.length === 0 ? (
          <NoMatch />
        ) : (
          <div role="presentation" className="table-body" style={{ height: virtual.getTotalSize() }}>
            {items.map(({ index, start }) => {
              const node = rows[index];
              if (node === undefined) return null;
              return (
                <TableRow
                  // A row that scrolls out is filled anew for one that scrolls in: half the work of making one.
                  key={slots.slotOf(index)}
                  id={`${prefix}${index}`}
                  node={node}
                  columns={columns}
                  index={index}
                  top={start}
                  now={now}
                  active={node.id === active}
                  activeColumn={node.id === active ? activeColumn : -1}
                  history={history}
                  selected={node.id === selected}
                  onOpen={openRow}
                />
              );
            })}
          </div>
        )}
      </div>
    </div>
  );
}

interface RowSlots {
  /** Which rows are there: always as many, so that each one that leaves frees its element for one that comes. */
  readonly extract: (range: Range) => number[];
  /** A row's element: rows take turns. */
  readonly slotOf: (index: number) => number;
}

function useRowSlots(): RowSlots {
  return useMemo(() => {
    let slots = 1;
    const extract = ({ startIndex, endIndex, count }: Range): number[] => {
      // Rows seen in part make one more or less; the number only grows.
      slots = Math.max(slots, endIndex - startIndex + 1 + 2 * OVERSCAN_ROWS);
      const first = Math.max(0, Math.min(startIndex - OVERSCAN_ROWS, count - slots));
      return Array.from({ length: Math.min(slots, count) }, (_, at) => first + at);
    };
    return { extract, slotOf: (index) => index % slots };
  }, []);
}

function NoMatch() {
  const query = useScope((state) => state.address.query);
  return (
    <Empty
      icon={SearchX}
      title={say.pages.nothingMatches}
      actions={<Button onClick={() => setQuery("")}>{say.pages.clearSearch}</Button>}
    >
      {say.pages.nothingMatchesWhy(query)}
    </Empty>
  );
}
