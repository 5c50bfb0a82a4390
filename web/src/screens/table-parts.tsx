// biome-ignore-all lint/a11y/useSemanticElements: rows placed by a virtual scroller cannot be a table element

import { ArrowDown, ArrowUp } from "lucide-react";
import { memo } from "react";
import type { NodeSummary } from "../api/types";
import { type Cell, type Column, cellOf } from "../domain/columns";
import { hueOf } from "../domain/hue";
import { shapeOf } from "../domain/map-graph";
import { nodeState, STATE_WORDS } from "../domain/node-state";
import { setSorting } from "../state/actions";
import { useScope } from "../state/store";
import { Glyph } from "../ui/glyph";

interface TableHeaderProps {
  readonly columns: readonly Column[];
  /** What the rows are sorted by. */
  readonly column: string;
  readonly descending: boolean;
}

export const TableHeader = memo(function TableHeader(props: TableHeaderProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the buttons in the header have the focus
    <div role="row" aria-rowindex={1} className="table-head">
      {props.columns.map((column) => {
        const sorted = props.column === column.id;
        const Arrow = props.descending ? ArrowDown : ArrowUp;
        const direction = props.descending ? "descending" : "ascending";
        // Figures are looked at from the top down, names from A on.
        const descending = sorted ? !props.descending : column.numeric;
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
  readonly selected: boolean;
  readonly onOpen: (id: string) => void;
}

export const TableRow = memo(function TableRow(props: TableRowProps) {
  const { id, node, columns, index, top, now, active, selected, onOpen } = props;
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
      {columns.map((column) =>
        column.kind === "name" ? (
          <div key={column.id} role="gridcell" tabIndex={-1} className="table-cell name">
            <NameCell node={node} />
          </div>
        ) : (
          <ValueCell key={column.id} column={column} cell={cellOf(node, column, now)} />
        ),
      )}
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

/** Words right in the cell: at thousands of rows an element less in each is a frame less in ten. */
function ValueCell({ column, cell }: { readonly column: Column; readonly cell: Cell }) {
  const title = cell.full === "" ? cell.text : cell.full;
  if (!column.percent || cell.share < 0) {
    return (
      <div role="gridcell" tabIndex={-1} className={`${cellClass(column)} words`} title={title}>
        {cell.text}
      </div>
    );
  }
  return (
    <div role="gridcell" tabIndex={-1} className={cellClass(column)} title={title}>
      <span className="table-bar" aria-hidden="true">
        <span style={{ width: `${cell.share * 100}%` }} />
      </span>
      <span className="cut">{cell.text}</span>
    </div>
  );
}
