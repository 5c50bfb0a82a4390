import type { ChildrenGroup, ColumnHeader, ConnectionsTable, MetadataRow, NodeSummary } from "../api/types";
import { factText } from "../domain/facts";
import { metricText } from "../domain/metrics";
import { textKey } from "../domain/sort";
import { pushCard } from "../state/actions";
import { type LinkCell, type LinkRow, LinkTable } from "./link-table";

const BLANK: LinkCell = { text: "", key: null };

function fromFact(row: MetadataRow | undefined): LinkCell | null {
  if (row === undefined) return null;
  return { text: factText(row, Date.now()).text, key: textKey(row.value, row.dataType || "number") };
}

/** Who talks to the node, or to whom it talks. */
export function ConnectionsSection({ table }: { readonly table: ConnectionsTable }) {
  if (table.connections.length === 0) return null;
  const rows = table.connections.map((connection): LinkRow => {
    const target = { view: table.viewId, id: connection.nodeId };
    return {
      key: connection.id,
      label: connection.label,
      minor: connection.labelMinor,
      // Some remote ends are addresses only, and lead nowhere.
      onOpen: connection.nodeId === "" ? null : () => pushCard(target),
      cells: table.columns.map(
        (column) => fromFact(connection.metadata.find((row) => row.id === column.id)) ?? BLANK,
      ),
    };
  });
  return <LinkTable title={table.label} nameLabel="Node" columns={table.columns} rows={rows} />;
}

function childCell(node: NodeSummary, column: ColumnHeader): LinkCell {
  const metric = node.metrics.find((row) => row.id === column.id && !row.empty);
  if (metric !== undefined) return { text: metricText(metric), key: metric.value };
  return fromFact(node.metadata.find((row) => row.id === column.id)) ?? BLANK;
}

/** What the node contains, of one kind. */
export function ChildrenTable({ group }: { readonly group: ChildrenGroup }) {
  if (group.nodes.length === 0) return null;
  const rows = group.nodes.map(
    (node): LinkRow => ({
      key: node.id,
      label: node.label,
      minor: "",
      onOpen: () => pushCard({ view: group.viewId, id: node.id }),
      cells: group.columns.map((column) => childCell(node, column)),
    }),
  );
  return <LinkTable title={group.label} nameLabel="Name" columns={group.columns} rows={rows} />;
}
