import type {
  ChildrenGroup,
  ColumnHeader,
  Connection,
  ConnectionsTable,
  MetadataRow,
  NodeSummary,
} from "../api/types";
import { factText } from "../domain/facts";
import { metricText } from "../domain/metrics";
import { textKey } from "../domain/sort";
import { pushCard } from "../state/actions";
import { say } from "../text/text";
import { type LinkCell, type LinkRow, LinkTable } from "./link-table";

const BLANK: LinkCell = { text: "", key: null };

function fromFact(row: MetadataRow | undefined, column: ColumnHeader): LinkCell | null {
  if (row === undefined) return null;
  const dataType = row.dataType || column.dataType;
  return {
    text: factText({ ...row, dataType }, Date.now()).text,
    key: textKey(row.value, dataType || "number"),
  };
}

const TRAFFIC: ColumnHeader = {
  id: "traffic",
  label: say.edges.traffic,
  dataType: "rate",
  defaultSort: false,
};

/** Both directions of traffic in one column, and failures only where there are some: the dock is narrow. */
function narrowed({ columns, connections }: ConnectionsTable): ConnectionsTable["columns"] {
  const hasFailures = connections.some(({ metadata }) =>
    metadata.some((row) => row.id === "failed" && Number(row.value) > 0),
  );
  return columns.flatMap((column) => {
    if (column.id === "sent_bytes") return [TRAFFIC];
    if (column.id === "received_bytes")
      return columns.some((own) => own.id === "sent_bytes") ? [] : [TRAFFIC];
    if (column.id === "rtt_ms") return [{ ...column, label: say.details.roundTripColumn }];
    return column.id === "failed" && !hasFailures ? [] : [column];
  });
}

function connectionCell({ metadata }: Connection, column: ColumnHeader): LinkCell {
  if (column !== TRAFFIC)
    return (
      fromFact(
        metadata.find((row) => row.id === column.id),
        column,
      ) ?? BLANK
    );
  const ways = metadata.filter((row) => row.id === "sent_bytes" || row.id === "received_bytes");
  const [first] = ways;
  if (first === undefined) return BLANK;
  const value = String(ways.reduce((sum, row) => sum + Number(row.value), 0));
  return fromFact({ ...first, value }, column) ?? BLANK;
}

/** Who talks to the node, or to whom it talks. */
export function ConnectionsSection({
  node,
  table,
}: {
  readonly node: string;
  readonly table: ConnectionsTable;
}) {
  if (table.connections.length === 0) return null;
  const columns = narrowed(table);
  const isInbound = table.id === "incoming-connections";
  const rows = table.connections.map((connection): LinkRow => {
    const target = { view: table.viewId, id: connection.nodeId };
    return {
      key: connection.id,
      label: connection.label,
      minor: connection.labelMinor,
      // Some remote ends are addresses only, and lead nowhere.
      onOpen: connection.nodeId === "" ? null : () => pushCard(target),
      onEdge:
        connection.nodeId === ""
          ? null
          : () =>
              pushCard(
                isInbound
                  ? { view: table.viewId, id: connection.nodeId, to: node }
                  : { view: table.viewId, id: node, to: connection.nodeId },
              ),
      cells: columns.map((column) => connectionCell(connection, column)),
    };
  });
  return <LinkTable title={table.label} nameLabel={say.details.node} columns={columns} rows={rows} />;
}

function childCell(node: NodeSummary, column: ColumnHeader): LinkCell {
  const metric = node.metrics.find((row) => row.id === column.id && !row.empty);
  if (metric !== undefined) return { text: metricText(metric), key: metric.value };
  return (
    fromFact(
      node.metadata.find((row) => row.id === column.id),
      column,
    ) ?? BLANK
  );
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
  return (
    <>
      <LinkTable title={group.label} nameLabel={say.details.name} columns={group.columns} rows={rows} />
      {group.truncationCount > 0 && (
        <p className="muted">{say.details.notListed(group.truncationCount, group.label)}</p>
      )}
    </>
  );
}
