import { useState } from "react";
import type { FactTable } from "../api/types";
import { say } from "../text/text";
import { CopyButton } from "./copy-button";
import { Clamped } from "./details-facts";

const ROWS_SHOWN = 8;

/** Labels, environment and the like. */
export function FactTableSection({ table }: { readonly table: FactTable }) {
  const [all, setAll] = useState(false);
  if (table.rows.length === 0) return null;
  const rows = all ? table.rows : table.rows.slice(0, ROWS_SHOWN);
  return (
    <section className="card-section" aria-label={table.label}>
      <h3>
        {table.label} <span className="muted figures">{table.rows.length}</span>
      </h3>
      {table.kind === "property-list" ? <PropertyList rows={rows} /> : <Grid table={table} rows={rows} />}
      {table.rows.length > ROWS_SHOWN && (
        <button type="button" className="more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? say.details.less : say.details.more(table.rows.length - ROWS_SHOWN)}
        </button>
      )}
      {table.truncationCount > 0 && <p className="muted">{say.details.rowsLeftOut(table.truncationCount)}</p>}
    </section>
  );
}

function PropertyList({ rows }: { readonly rows: FactTable["rows"] }) {
  return (
    <dl className="facts">
      {rows.map((row) => {
        const label = (row.entries.label ?? row.id).trim();
        const value = row.entries.value ?? "";
        return (
          <div key={row.id} className="fact">
            <dt className="muted" title={label}>
              {label}
            </dt>
            <dd>
              <div className="code">
                <Clamped text={value} />
              </div>
              <CopyButton what={label} text={value} />
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

function Grid({ table, rows }: { readonly table: FactTable; readonly rows: FactTable["rows"] }) {
  return (
    <div className="grid-scroll">
      <table className="links">
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column.id} scope="col" className={column.dataType === "number" ? "numeric" : ""}>
                {column.label}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              {table.columns.map((column) => (
                <td key={column.id} className={column.dataType === "number" ? "numeric" : "code"}>
                  {row.entries[column.id] ?? ""}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
