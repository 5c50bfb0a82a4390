// The shapes of the app's answers, as the rest of the client sees them: those of `generated.ts`, with
// nothing absent and nothing null, for `decode.ts` fills what an answer leaves out. Only what the
// client reads otherwise than the app writes it is spelt out here.

import type * as Wire from "./generated";

/** An answer's shape with every part there. */
type Filled<T> = { readonly [K in keyof T]-?: NonNullable<T[K]> };

export type OptionValue = Filled<Wire.OptionValue>;

/** A choice the reader has in a view: one value, or several when `several` is set. */
export interface OptionGroup extends Omit<Filled<Wire.OptionGroup>, "selectType" | "options"> {
  readonly several: boolean;
  readonly options: readonly OptionValue[];
}

export interface ViewStats {
  readonly nodes: number;
  /** Without pseudo nodes. */
  readonly observed: number;
  readonly edges: number;
  readonly filtered: number;
}

/** An entry of the list of views. */
export interface View extends Pick<Wire.TopologyEntry, "name" | "rank"> {
  /** The last segment of the answer's `url`. */
  readonly id: string;
  readonly hideIfEmpty: boolean;
  readonly options: readonly OptionGroup[];
  readonly stats: ViewStats;
  readonly children: readonly View[];
}

export type MetadataRow = Filled<Wire.MetadataRow>;

/** `number`, `ip`, `datetime`, `duration`, `link`, or blank for text. */
export type DataType = MetadataRow["dataType"];

export interface ParentLink extends Omit<Filled<Wire.ParentLink>, "topologyId"> {
  readonly viewId: string;
}

export interface MetricSample extends Pick<Wire.MetricSample, "value"> {
  /** Unix time, milliseconds. */
  readonly at: number;
}

export interface Metric extends Omit<Filled<Wire.MetricRow>, "valueEmpty" | "samples" | "first" | "last"> {
  readonly empty: boolean;
  readonly samples: readonly MetricSample[];
}

export type TableColumn = Filled<Wire.TableColumn>;

export interface FactTable extends Omit<Filled<Wire.Table>, "type" | "columns"> {
  readonly kind: "property-list" | "multicolumn-table";
  readonly columns: readonly TableColumn[];
}

/** What an edge carries; null is what nobody measured. */
export interface EdgeFigures {
  readonly opened: number | null;
  readonly failed: number | null;
  readonly open: number | null;
  /** Per second, from client to server. */
  readonly sentBytes: number | null;
  /** Per second, from server to client. */
  readonly receivedBytes: number | null;
  readonly rttMs: number | null;
  readonly retransmits: number | null;
  readonly connections: number;
}

/** What the edge to a node carries. */
export interface NodeEdge extends EdgeFigures {
  readonly to: string;
}

/** A node of a view, short. */
export interface NodeSummary
  extends Omit<
    Filled<Wire.NodeSummary>,
    "tag" | "metadata" | "parents" | "metrics" | "tables" | "edges" | "lastAction"
  > {
  readonly metadata: readonly MetadataRow[];
  readonly parents: readonly ParentLink[];
  readonly metrics: readonly Metric[];
  readonly tables: readonly FactTable[];
  /** Of the edges of which it is known; empty unless the stream was asked for it. */
  readonly edges: readonly NodeEdge[];
  /** What somebody did to it lately; null for nothing. */
  readonly lastAction: LastAction | null;
}

export type LastAction = Filled<Wire.LastAction>;

/** New figures of a node that is otherwise as it was. */
export interface NodePatch {
  readonly id: string;
  /** Value, min and max of each metric, in the node's order. */
  readonly metrics: readonly number[];
  /** Places in the node's metadata and the values there. */
  readonly facts: readonly (readonly [number, string])[];
  /** What its edges carry, null where that is as before. */
  readonly edges: readonly NodeEdge[] | null;
}

/** A change of a view; nodes are replaced whole but for the patched. */
export interface Diff {
  readonly add: readonly NodeSummary[];
  readonly update: readonly NodeSummary[];
  readonly remove: readonly string[];
  readonly patches: readonly NodePatch[];
  readonly reset: boolean;
}

export type ColumnHeader = Filled<Wire.ColumnHeader>;

export interface ChildrenGroup extends Pick<Wire.ChildrenGroup, "label"> {
  readonly viewId: string;
  readonly columns: readonly ColumnHeader[];
  readonly nodes: readonly NodeSummary[];
  /** How many more there are than `nodes`. */
  readonly truncationCount: number;
}

export interface Connection extends Omit<Filled<Wire.Connection>, "metadata"> {
  readonly metadata: readonly MetadataRow[];
}

export interface ConnectionsTable extends Pick<Wire.ConnectionsTable, "id" | "label"> {
  readonly viewId: string;
  readonly columns: readonly ColumnHeader[];
  readonly connections: readonly Connection[];
}

/** An action that a node offers now. */
export type ControlButton = Filled<Wire.ControlButton>;

/** One node, long. */
export interface NodeDetail extends NodeSummary {
  readonly controls: readonly ControlButton[];
  readonly children: readonly ChildrenGroup[];
  readonly connections: readonly ConnectionsTable[];
}

export type EdgeNode = Filled<Wire.EdgeNode>;

/** A socket and what it belongs to. */
export interface EdgeSocket extends Pick<Filled<Wire.EdgeSocket>, "address" | "port" | "name" | "pid"> {
  readonly process: ParentLink | null;
  readonly container: ParentLink | null;
  readonly host: ParentLink | null;
}

/** What one probe saw of a connection. */
export interface EdgeObservation
  extends Pick<Filled<Wire.EdgeObservation>, "observer" | "side" | "source" | "state"> {
  /** Unix time, milliseconds, null where the probe does not say. */
  readonly firstSeen: number | null;
  readonly lastSeen: number | null;
  readonly figures: EdgeFigures;
}

export interface EdgeEvidence extends Pick<Wire.EdgeEvidence, "id"> {
  readonly client: EdgeSocket;
  readonly server: EdgeSocket;
  readonly nat: readonly string[];
  readonly sides: readonly EdgeObservation[];
}

/** Why nothing is known of what an edge carries. */
export interface EdgeSilence extends Pick<Wire.EdgeSilence, "reason"> {
  readonly hosts: readonly Filled<Wire.EdgeObserver>[];
}

/** One edge, long. */
export interface EdgeDetail extends Pick<Wire.EdgeDetail, "evidenceCount"> {
  readonly from: EdgeNode;
  readonly to: EdgeNode;
  readonly metrics: readonly Metric[];
  readonly evidence: readonly EdgeEvidence[];
  readonly silence: EdgeSilence | null;
}

/** What the app says of itself. */
export type AppDetails = Pick<Wire.AppDetails, "version" | "hostname">;
