// JSON of unknown origin into the shapes of `types.ts`. A missing or wrong field becomes its blank
// value and a node without an id is left out, because one bad row must not cost the whole picture.
// Only keys that the API's description has can be read: `Bag` takes them from `generated.ts`.

import { amount, bag, figure, id, list, NODES_MAX, ROWS_MAX, text } from "./blanks";
import type * as Wire from "./generated";
import type {
  AppDetails,
  ChildrenGroup,
  ColumnHeader,
  Connection,
  ConnectionsTable,
  ControlButton,
  Diff,
  EdgeDetail,
  EdgeEvidence,
  EdgeFigures,
  EdgeNode,
  EdgeObservation,
  EdgeSilence,
  EdgeSocket,
  FactTable,
  LastAction,
  MetadataRow,
  Metric,
  MetricSample,
  NodeDetail,
  NodeEdge,
  NodeSummary,
  OptionGroup,
  ParentLink,
  TableColumn,
  View,
} from "./types";

function metadataRow(value: unknown): MetadataRow {
  const row = bag<Wire.MetadataRow>(value);
  return {
    id: text(row.id),
    label: text(row.label),
    value: text(row.value),
    priority: amount(row.priority),
    dataType: text(row.dataType),
    truncate: amount(row.truncate),
  };
}

function parentLink(value: unknown): ParentLink | null {
  const link = bag<Wire.ParentLink>(value);
  const id = text(link.id);
  if (id === "") return null;
  return { id, label: text(link.label) || id, viewId: text(link.topologyId) };
}

function sample(value: unknown): MetricSample | null {
  const point = bag<Wire.MetricSample>(value);
  const at = Date.parse(text(point.date));
  return Number.isNaN(at) ? null : { at, value: amount(point.value) };
}

function metric(value: unknown): Metric {
  const row = bag<Wire.MetricRow>(value);
  return {
    id: text(row.id),
    label: text(row.label),
    format: text(row.format),
    group: text(row.group),
    value: amount(row.value),
    empty: row.valueEmpty === true,
    priority: amount(row.priority),
    min: amount(row.min),
    max: amount(row.max),
    samples: list(row.samples, ROWS_MAX, sample),
    url: text(row.url),
  };
}

function tableColumn(value: unknown): TableColumn {
  const column = bag<Wire.TableColumn>(value);
  return { id: text(column.id), label: text(column.label), dataType: text(column.dataType) };
}

function factTable(value: unknown): FactTable | null {
  const table = bag<Wire.Table>(value);
  const kind = table.type;
  if (kind !== "property-list" && kind !== "multicolumn-table") return null;
  return {
    id: text(table.id),
    label: text(table.label),
    kind,
    columns: list(table.columns, ROWS_MAX, tableColumn),
    rows: list(table.rows, ROWS_MAX, (item) => {
      const row = bag<Wire.TableRow>(item);
      // Without a prototype: a column may be called `constructor`.
      const entries: Record<string, string> = Object.create(null);
      for (const [key, cell] of Object.entries(bag<Wire.TableRow["entries"]>(row.entries)))
        entries[key] = text(cell);
      return { id: text(row.id), entries };
    }),
    truncationCount: amount(table.truncationCount),
  };
}

function edgeFigures(value: unknown): EdgeFigures {
  const edge = bag<Wire.EdgeSummary>(value);
  return {
    opened: figure(edge.opened),
    failed: figure(edge.failed),
    open: figure(edge.open),
    sentBytes: figure(edge.sentBytes),
    receivedBytes: figure(edge.receivedBytes),
    rttMs: figure(edge.rttMs),
    retransmits: figure(edge.retransmits),
    connections: amount(edge.connections),
  };
}

const NO_EDGES: readonly NodeEdge[] = [];

function nodeEdges(value: unknown): readonly NodeEdge[] {
  if (value === undefined) return NO_EDGES;
  const entries = Object.entries(bag<Record<string, Wire.EdgeSummary>>(value)).slice(0, NODES_MAX);
  return entries.map(([to, edge]) => ({ to, ...edgeFigures(edge) }));
}

/** A summary, or null when it has no id to be known by. */
export function decodeSummary(value: unknown): NodeSummary | null {
  const node = bag<Wire.NodeSummary>(value);
  const nodeId = id(node.id);
  if (nodeId === null) return null;
  return {
    id: nodeId,
    label: text(node.label) || nodeId,
    labelMinor: text(node.labelMinor),
    rank: text(node.rank),
    shape: text(node.shape),
    stack: node.stack === true,
    pseudo: node.pseudo === true,
    metadata: list(node.metadata, ROWS_MAX, metadataRow),
    parents: list(node.parents, ROWS_MAX, parentLink),
    metrics: list(node.metrics, ROWS_MAX, metric),
    tables: list(node.tables, ROWS_MAX, factTable),
    adjacency: list(node.adjacency, NODES_MAX, id),
    edges: nodeEdges(node.edges),
    lastAction: lastAction(node.lastAction),
  };
}

function lastAction(value: unknown): LastAction | null {
  if (typeof value !== "object" || value === null) return null;
  const { who, what, when, outcome } = bag<Wire.LastAction>(value);
  return { who: text(who), what: text(what), when: text(when), outcome: text(outcome) };
}

/** The nodes of an answer that has a whole view. */
export function decodeNodes(value: unknown): NodeSummary[] {
  const { nodes } = bag<Wire.Nodes>(value);
  const rows = typeof nodes === "object" && nodes !== null ? Object.values(nodes) : [];
  return list(rows, NODES_MAX, decodeSummary);
}

export function decodeDiff(value: unknown): Diff {
  const frame = bag<Wire.Diff>(value);
  return {
    add: list(frame.add, NODES_MAX, decodeSummary),
    update: list(frame.update, NODES_MAX, decodeSummary),
    remove: list(frame.remove, NODES_MAX, id),
    patches: [],
    reset: frame.reset === true,
  };
}

function optionGroup(value: unknown): OptionGroup | null {
  const group = bag<Wire.OptionGroup>(value);
  const groupId = id(group.id);
  if (groupId === null) return null;
  return {
    id: groupId,
    defaultValue: text(group.defaultValue),
    several: group.selectType === "union",
    noneLabel: text(group.noneLabel),
    options: list(group.options, ROWS_MAX, (item) => {
      const option = bag<Wire.OptionValue>(item);
      return { value: text(option.value), label: text(option.label) || text(option.value) };
    }),
  };
}

function view(value: unknown): View | null {
  const entry = bag<Wire.TopologyEntry>(value);
  const viewId = text(entry.url).split("/").pop() ?? "";
  if (viewId === "") return null;
  const stats = bag<Wire.TopologyStats>(entry.stats);
  return {
    id: viewId,
    name: text(entry.name) || viewId,
    rank: amount(entry.rank),
    hideIfEmpty: entry.hide_if_empty === true,
    options: list(entry.options, ROWS_MAX, optionGroup),
    stats: {
      nodes: amount(stats.node_count),
      observed: amount(stats.nonpseudo_node_count),
      edges: amount(stats.edge_count),
      filtered: amount(stats.filtered_nodes),
    },
    children: list(entry.sub_topologies, ROWS_MAX, view),
  };
}

/** `GET /api/topology`, in the order of the tabs. */
export function decodeViews(value: unknown): View[] {
  return list(value, ROWS_MAX, view).sort((a, b) => a.rank - b.rank || a.name.localeCompare(b.name));
}

function columnHeader(value: unknown): ColumnHeader {
  return { ...tableColumn(value), defaultSort: bag<Wire.ColumnHeader>(value).defaultSort === true };
}

function connection(value: unknown): Connection | null {
  const row = bag<Wire.Connection>(value);
  const rowId = id(row.id);
  if (rowId === null) return null;
  return {
    id: rowId,
    nodeId: text(row.nodeId),
    label: text(row.label) || text(row.nodeId),
    labelMinor: text(row.labelMinor),
    metadata: list(row.metadata, ROWS_MAX, metadataRow),
  };
}

function connectionsTable(value: unknown): ConnectionsTable {
  const table = bag<Wire.ConnectionsTable>(value);
  return {
    id: text(table.id),
    viewId: text(table.topologyId),
    label: text(table.label),
    columns: list(table.columns, ROWS_MAX, columnHeader),
    connections: list(table.connections, ROWS_MAX, connection),
  };
}

function childrenGroup(value: unknown): ChildrenGroup {
  const group = bag<Wire.ChildrenGroup>(value);
  return {
    label: text(group.label),
    viewId: text(group.topologyId),
    columns: list(group.columns, ROWS_MAX, columnHeader),
    nodes: list(group.nodes, ROWS_MAX, decodeSummary),
    truncationCount: amount(group.truncationCount),
  };
}

function controlButton(value: unknown): ControlButton | null {
  const button = bag<Wire.ControlButton>(value);
  const controlId = id(button.id);
  if (controlId === null) return null;
  return {
    id: controlId,
    probeId: text(button.probeId),
    nodeId: text(button.nodeId),
    human: text(button.human) || controlId,
    icon: text(button.icon),
    confirmation: text(button.confirmation),
    rank: amount(button.rank),
    notAllowed: text(button.notAllowed),
  };
}

/** `GET /api/topology/{view}/{id}`, or null when the answer holds no node. */
export function decodeDetail(value: unknown): NodeDetail | null {
  const node = bag<Wire.NodeDetail>(bag<Wire.NodeDetailAnswer>(value).node);
  const summary = decodeSummary(node);
  if (summary === null) return null;
  return {
    ...summary,
    controls: list(node.controls, ROWS_MAX, controlButton),
    children: list(node.children, ROWS_MAX, childrenGroup),
    connections: list(node.connections, ROWS_MAX, connectionsTable),
  };
}

/** `GET /api`. */
export function decodeApp(value: unknown): AppDetails {
  const app = bag<Wire.AppDetails>(value);
  return { version: text(app.version), hostname: text(app.hostname) };
}

function edgeNode(value: unknown): EdgeNode {
  const node = bag<Wire.EdgeNode>(value);
  return {
    id: text(node.id),
    label: text(node.label) || text(node.id),
    labelMinor: text(node.labelMinor),
    shape: text(node.shape),
    rank: text(node.rank),
    pseudo: node.pseudo === true,
  };
}

function edgeSocket(value: unknown): EdgeSocket {
  const socket = bag<Wire.EdgeSocket>(value);
  return {
    address: text(socket.address),
    port: text(socket.port),
    name: text(socket.name),
    pid: text(socket.pid),
    process: parentLink(socket.process),
    container: parentLink(socket.container),
    host: parentLink(socket.host),
  };
}

function edgeObservation(value: unknown): EdgeObservation {
  const side = bag<Wire.EdgeObservation>(value);
  const moment = (date: unknown) => figure(Date.parse(text(date)));
  return {
    observer: text(side.observer),
    side: text(side.side),
    source: text(side.source),
    state: text(side.state),
    firstSeen: moment(side.firstSeen),
    lastSeen: moment(side.lastSeen),
    figures: edgeFigures(side.metrics),
  };
}

function edgeEvidence(value: unknown): EdgeEvidence | null {
  const row = bag<Wire.EdgeEvidence>(value);
  const rowId = id(row.id);
  if (rowId === null) return null;
  return {
    id: rowId,
    client: edgeSocket(row.client),
    server: edgeSocket(row.server),
    nat: list(row.nat, ROWS_MAX, text),
    sides: list(row.sides, ROWS_MAX, edgeObservation),
  };
}

function edgeSilence(value: unknown): EdgeSilence | null {
  const silence = bag<Wire.EdgeSilence>(value);
  const reason = text(silence.reason);
  if (reason === "") return null;
  const hosts = list(silence.hosts, ROWS_MAX, (item) => {
    const observer = bag<Wire.EdgeObserver>(item);
    return { host: text(observer.host), version: text(observer.version) };
  });
  return { reason, hosts };
}

/** `GET /api/topology/{view}/{from}/edge/{to}`, or null when the answer holds no edge. */
export function decodeEdge(value: unknown): EdgeDetail | null {
  const edge = bag<Wire.EdgeDetail>(bag<Wire.EdgeDetailAnswer>(value).edge);
  const [from, to] = [edgeNode(edge.from), edgeNode(edge.to)];
  if (from.id === "" || to.id === "") return null;
  return {
    from,
    to,
    metrics: list(edge.metrics, ROWS_MAX, metric),
    evidence: list(edge.evidence, ROWS_MAX, edgeEvidence),
    evidenceCount: amount(edge.evidenceCount),
    silence: edgeSilence(edge.silence),
  };
}
