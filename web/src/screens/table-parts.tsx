// biome-ignore-all lint/a11y/useSemanticElements: rows placed by a virtual scroller cannot be a table element

import { ArrowDown, ArrowUp } from "lucide-react";
import { type CSSProperties, memo } from "react";
import type { NodeSummary } from "../api/types";
import type { Sorting } from "../domain/address";
import { type Cell, type Column, cellOf } from "../domain/columns";
import { hueOf } from "../domain/hue";
import { shapeOf } from "../domain/map-graph";
import { nodeState, STATE_WORDS } from "../domain/node-state";
import { setSorting } from "../state/actions";
import { useScope } from "../state/store";
import { Glyph } from "../ui/glyph";

interface TableHeaderProps {
  readonly columns: readonly Column[];
  readonly sorting: Sorting;
  readonly grid: CSSProperties;
}

export function TableHeader({ columns, sorting, grid }: TableHeaderProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the buttons in the header have the focus
    <div role="row" aria-rowindex={1} className="table-head" style={grid}>
      {columns.map((column) => {
        const sorted = sorting.column === column.id;
        const Arrow = sorting.descending ? ArrowDown : ArrowUp;
        const direction = sorting.descending ? "descending" : "ascending";
        // Figures are looked at from the top down, names from A on.
        const descending = sorted ? !sorting.descending : column.numeric;
        return (
          <div
            key={column.id}
            role="columnheader"
            tabIndex={-1}
            aria-sort={sorted ? direction : "none"}
            className={cellClass(column)}
          >
            <button type="button" onClick={() => setSorting({ column: column.id, descending })}>
              <span className="cut">{column.label}</span>
              {sorted && <Arrow size={12} aria-hidden="true" />}
            </button>
          </div>
        );
      })}
    </div>
  );
}

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
  readonly grid: CSSProperties;
  readonly now: number;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onOpen: (id: string) => void;
}

export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { id, node, columns, index, top, grid, now, active, selected, onOpen } = props;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus for its rows
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys for its rows
    <div
      role="row"
      id={id}
      aria-rowindex={index + 2}
      aria-selected={selected}
      className={active ? "table-row active" : "table-row"}
      style={{ ...grid, transform: `translateY(${top}px)` }}
      onClick={() => onOpen(node.id)}
    >
      {columns.map((column) => (
        <div key={column.id} role="gridcell" tabIndex={-1} className={cellClass(column)}>
          {column.kind === "name" ? (
            <NameCell node={node} />
          ) : (
            <ValueCell cell={cellOf(node, column, now)} percent={column.percent} />
          )}
        </div>
      ))}
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

function ValueCell({ cell, percent }: { readonly cell: Cell; readonly percent: boolean }) {
  const title = cell.full === "" ? cell.text : cell.full;
  return (
    <>
      {percent && cell.share >= 0 && (
        <span className="table-bar" aria-hidden="true">
          <span style={{ width: `${cell.share * 100}%` }} />
        </span>
      )}
      <span className="cut" title={title}>
        {cell.text}
      </span>
    </>
  );
}
