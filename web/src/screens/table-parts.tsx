// biome-ignore-all lint/a11y/useSemanticElements: rows placed by a virtual scroller cannot be a table element

import { ArrowDown, ArrowUp } from "lucide-react";
import { memo } from "react";
import type { NodeSummary } from "../api/types";
import type { Sorting } from "../domain/address";
import { type Cell, type Column, cellOf } from "../domain/columns";
import { hueOf } from "../domain/hue";
import { shapeOf } from "../domain/map-graph";
import { linePath, type MetricHistory, type Series } from "../domain/metric-history";
import { nodeState, STATE_WORDS } from "../domain/node-state";
import { setSorting } from "../state/actions";
import { useScope } from "../state/store";
import { Glyph } from "../ui/glyph";
import { sortedBy } from "./table-keys";

interface TableHeaderProps {
  readonly columns: readonly Column[];
  /** What the rows are sorted by. */
  readonly sorting: Sorting;
}

export const TableHeader = memo(function TableHeader({ columns, sorting }: TableHeaderProps) {
  const Arrow = sorting.descending ? ArrowDown : ArrowUp;
  const direction = sorting.descending ? "descending" : "ascending";
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the buttons in the header have the focus
    <div role="row" aria-rowindex={1} className="table-head">
      {columns.map((column) => {
        const isSorted = sorting.column === column.id;
        return (
          <div
            key={column.id}
            role="columnheader"
            tabIndex={-1}
            aria-sort={isSorted ? direction : "none"}
            className={cellClass(column)}
          >
            <button type="button" onClick={() => setSorting(sortedBy(column, sorting))}>
              <span className="cut">{column.label}</span>
              {isSorted && <Arrow size={12} aria-hidden="true" />}
            </button>
          </div>
        );
      })}
    </div>
  );
});

function cellClass(column: Column): string {
  if (column.kind === "name") return "table-cell name";
  return column.numeric ? "table-cell numeric" : "table-cell";
}

interface TableRowProps {
  readonly id: string;
  readonly node: NodeSummary;
  readonly columns: readonly Column[];
  readonly index: number;
  /** px from the first row */
  readonly top: number;
  readonly now: number;
  readonly active: boolean;
  /** The column the keyboard is in, -1 for the row as a whole. */
  readonly activeColumn: number;
  readonly history: MetricHistory;
  readonly selected: boolean;
  readonly onOpen: (id: string) => void;
}

export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { id, node, columns, index, top, now, active, activeColumn, history, selected, onOpen } = props;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its rows
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys for its rows
    <div
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={active ? "table-row active" : "table-row"}
      style={{ transform: `translateY(${top}px)` }}
      onClick={() => onOpen(node.id)}
    >
      {columns.map((column, at) => {
        const cellId = at === activeColumn ? `${id}-${at}` : undefined;
        if (column.kind === "name") {
          return (
            <div key={column.id} id={cellId} role="gridcell" tabIndex={-1} className="table-cell name">
              <NameCell node={node} />
            </div>
          );
        }
        const series = column.kind === "metric" ? history.of(node.id, column.key) : null;
        return (
          <ValueCell
            key={column.id}
            id={cellId}
            column={column}
            cell={cellOf(node, column, now)}
            series={series}
          />
        );
      })}
    </div>
  );
});

function NameCell({ node }: { readonly node: NodeSummary }) {
  const hue = useScope((state) => hueOf(node, state.hues));
  const state = nodeState(node);
  return (
    <>
      <Glyph shape={shapeOf(node.shape)} hue={hue} />
      <span className="cut" title={node.label}>
        {node.label}
      </span>
      {node.pseudo && node.labelMinor !== "" && <span className="muted cut">{node.labelMinor}</span>}
      {state !== "plain" && <span className={`state-word ${state}`}>{STATE_WORDS[state]}</span>}
    </>
  );
}

interface ValueCellProps {
  readonly id: string | undefined;
  readonly column: Column;
  readonly cell: Cell;
  /** Of a metric: its values so far. */
  readonly series: Series | null;
}

const SPARK = { width: 48, height: 16 } as const;

/** Words right in the cell: at thousands of rows an element less in each is a frame less in ten. */
function ValueCell({ id, column, cell, series }: ValueCellProps) {
  const title = cell.full === "" ? cell.text : cell.full;
  const line = series === null ? "" : linePath(series, column.ceiling, SPARK.width, SPARK.height);
  if (line === "") {
    return (
      <div id={id} role="gridcell" tabIndex={-1} className={`${cellClass(column)} words`} title={title}>
        {cell.text}
      </div>
    );
  }
  return (
    <div id={id} role="gridcell" tabIndex={-1} className={cellClass(column)} title={title}>
      <svg className="table-spark" viewBox={`0 -1 ${SPARK.width} ${SPARK.height + 2}`} aria-hidden="true">
        <path d={line} />
      </svg>
      <span className="cut">{cell.text}</span>
    </div>
  );
}
