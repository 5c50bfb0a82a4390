// The keys of the table: rows up and down, columns left and right, sort, copy.

import type { NodeSummary } from "../api/types";
import type { Sorting } from "../domain/address";
import type { Column } from "../domain/columns";
import { type KeyPress, shortcutOf, TABLE_SHORTCUTS } from "../domain/shortcuts";
import { plainCell, rowTsv } from "../domain/table-text";
import { selectNode, setSorting } from "../state/actions";
import { copyText } from "../state/files";

const PAGE_ROWS = 15;

/** Where the keyboard is; -1 for no row, and for the row as a whole. */
export interface TablePlace {
  readonly row: number;
  readonly column: number;
}

interface TableKeys {
  readonly place: TablePlace;
  readonly rows: readonly NodeSummary[];
  readonly columns: readonly Column[];
  readonly sorting: Sorting;
  readonly onMove: (place: TablePlace) => void;
}

/** Does what the key says; whether it was one of the table's. */
export function pressTableKey(event: KeyPress, keys: TableKeys): boolean {
  const { place, rows, columns, sorting } = keys;
  const node = rows[place.row];
  const column = columns[place.column];
  switch (shortcutOf(TABLE_SHORTCUTS, event)) {
    case "rows":
    case "columns":
      keys.onMove(destination(event.key, place, rows.length, columns.length));
      return true;
    case "open":
      if (node === undefined) return false;
      selectNode(node.id);
      return true;
    case "sort":
      if (column === undefined) return false;
      setSorting(sortedBy(column, sorting));
      return true;
    case "copy": {
      // Words the reader has marked are what is meant to be copied.
      const isMarked = (window.getSelection()?.toString() ?? "") !== "";
      if (node === undefined || isMarked) return false;
      void copyText(column === undefined ? rowTsv(columns, node) : plainCell(node, column));
      return true;
    }
    case null:
      return false;
  }
}

/** By another column, or the other way round; figures are looked at from the top down, names from A on. */
export function sortedBy(column: Column, sorting: Sorting): Sorting {
  const isSame = sorting.column === column.id;
  return { column: column.id, descending: isSame ? !sorting.descending : column.numeric };
}

function destination(key: string, place: TablePlace, rows: number, columns: number): TablePlace {
  const { row, column } = place;
  const to = (next: number) => ({ row: Math.min(rows - 1, Math.max(0, next)), column });
  switch (key) {
    case "ArrowDown":
      return to(row + 1);
    case "ArrowUp":
      return to(row - 1);
    case "ArrowRight":
      return { row: Math.max(0, row), column: Math.min(columns - 1, column + 1) };
    case "ArrowLeft":
      return { row: Math.max(0, row), column: Math.max(-1, column - 1) };
    case "Home":
      return to(0);
    case "End":
      return to(rows - 1);
    case "PageDown":
      return to(row + PAGE_ROWS);
    case "PageUp":
      return to(row - PAGE_ROWS);
    default:
      return place;
  }
}
