import { ArrowDown, ArrowUp, Spline } from "lucide-react";
import { useMemo, useState } from "react";
import type { ColumnHeader } from "../api/types";
import { compareKeys, type SortKey } from "../domain/sort";
import { say } from "../text/text";
import { IconButton } from "../ui/button";

export interface LinkCell {
  readonly text: string;
  readonly key: SortKey;
}

export interface LinkRow {
  readonly key: string;
  readonly label: string;
  readonly minor: string;
  /** Null where the name leads nowhere. */
  readonly onOpen: (() => void) | null;
  /** Opens the edge to it; absent in tables of nodes that no edge leads to. */
  readonly onEdge?: (() => void) | null;
  readonly cells: readonly LinkCell[];
}

interface LinkTableProps {
  readonly title: string;
  readonly nameLabel: string;
  readonly columns: readonly ColumnHeader[];
  readonly rows: readonly LinkRow[];
}

const ROWS_SHOWN = 6;
/** The place of the name among the columns. */
const NAME = -1;

interface Order {
  readonly column: number;
  readonly descending: boolean;
}

function startOrder(columns: readonly ColumnHeader[]): Order {
  const column = columns.findIndex((item) => item.defaultSort);
  return column < 0 ? { column: NAME, descending: false } : { column, descending: true };
}

/** Nodes by name with a few figures, sorted by any column; a name opens the node. */
export function LinkTable({ title, nameLabel, columns, rows }: LinkTableProps) {
  const [all, setAll] = useState(false);
  const [order, setOrder] = useState(() => startOrder(columns));
  const sorted = useMemo(() => {
    const key = (row: LinkRow) =>
      order.column === NAME ? row.label : (row.cells[order.column]?.key ?? null);
    return [...rows].sort(
      (a, b) => compareKeys(key(a), key(b), order.descending) || compareKeys(a.label, b.label, false),
    );
  }, [rows, order]);
  const hasEdges = rows.some((row) => row.onEdge !== undefined);
  // One row more takes no more room than the button that would reveal it.
  const few = rows.length <= ROWS_SHOWN + 1;
  const shown = all || few ? sorted : sorted.slice(0, ROWS_SHOWN);
  const sortBy = (column: number) =>
    setOrder({ column, descending: order.column === column ? !order.descending : column !== NAME });

  return (
    <section className="card-section" aria-label={title}>
      <h3>
        {title} <span className="muted figures">{rows.length}</span>
      </h3>
      <table className={hasEdges ? "links dense" : "links"} aria-label={title}>
        <thead>
          <tr>
            <HeaderCell label={nameLabel} at={NAME} order={order} onSort={sortBy} />
            {columns.map((column, at) => (
              <HeaderCell key={column.id} label={column.label} at={at} order={order} onSort={sortBy} />
            ))}
            {hasEdges && (
              <th scope="col">
                <span className="unseen">{say.details.edge}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={row.key}>
              <th scope="row" title={row.minor === "" ? row.label : `${row.label} · ${row.minor}`}>
                {row.onOpen === null ? (
                  row.label
                ) : (
                  <button type="button" className="link" onClick={row.onOpen}>
                    {row.label}
                  </button>
                )}
              </th>
              {row.cells.map((cell, at) => (
                <td key={columns[at]?.id} className="numeric">
                  {cell.text}
                </td>
              ))}
              {hasEdges && (
                <td className="link-edge">
                  {row.onEdge && (
                    <IconButton
                      label={say.details.edgeTo(title, row.label)}
                      icon={Spline}
                      hintSide="left"
                      small
                      onClick={row.onEdge}
                    />
                  )}
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
      {!few && (
        <button type="button" className="more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? say.details.less : say.details.more(rows.length - ROWS_SHOWN)}
        </button>
      )}
    </section>
  );
}

interface HeaderCellProps {
  readonly label: string;
  readonly at: number;
  readonly order: Order;
  readonly onSort: (column: number) => void;
}

function HeaderCell({ label, at, order, onSort }: HeaderCellProps) {
  const sorted = order.column === at;
  const Arrow = order.descending ? ArrowDown : ArrowUp;
  const direction = order.descending ? "descending" : "ascending";
  return (
    <th scope="col" className={at === NAME ? "" : "numeric"} aria-sort={sorted ? direction : "none"}>
      <button type="button" onClick={() => onSort(at)}>
        {label}
        {sorted && <Arrow size={12} aria-hidden="true" />}
      </button>
    </th>
  );
}
