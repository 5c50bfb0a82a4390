// The shapes of the app's answers, as the rest of the client sees them. They mirror
// `crates/model/api`; `decode.ts` fills what an answer leaves out, so nothing here is ever null.

export interface OptionValue {
  readonly value: string;
  readonly label: string;
}

/** A choice the reader has in a view: one value, or several when `several` is set. */
export interface OptionGroup {
  readonly id: string;
  readonly defaultValue: string;
  readonly several: boolean;
  /** Shown while nothing of several is chosen. */
  readonly noneLabel: string;
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
export interface View {
  /** The last segment of the answer's `url`. */
  readonly id: string;
  readonly name: string;
  readonly rank: number;
  readonly hideIfEmpty: boolean;
  readonly options: readonly OptionGroup[];
  readonly stats: ViewStats;
  readonly children: readonly View[];
}

/** `number`, `ip`, `datetime`, `duration`, `link`, or blank for text. */
export type DataType = string;

export interface MetadataRow {
  readonly id: string;
  readonly label: string;
  readonly value: string;
  /** Below 10 a row is shown at once. */
  readonly priority: number;
  readonly dataType: DataType;
  /** Characters to show, 0 for all. */
  readonly truncate: number;
}

export interface ParentLink {
  readonly id: string;
  readonly label: string;
  readonly viewId: string;
}

export interface MetricSample {
  /** Unix time, milliseconds. */
  readonly at: number;
  readonly value: number;
}

export interface Metric {
  readonly id: string;
  readonly label: string;
  /** `percent`, `filesize`, `integer`, or blank for a plain number. */
  readonly format: string;
  /** Metrics of one group share an axis. */
  readonly group: string;
  readonly value: number;
  readonly empty: boolean;
  readonly priority: number;
  readonly min: number;
  readonly max: number;
  readonly samples: readonly MetricSample[];
  /** A graph elsewhere, blank for none. */
  readonly url: string;
}

export interface TableColumn {
  readonly id: string;
  readonly label: string;
  readonly dataType: DataType;
}

export interface FactTable {
  readonly id: string;
  readonly label: string;
  readonly kind: "property-list" | "multicolumn-table";
  readonly columns: readonly TableColumn[];
  readonly rows: readonly { readonly id: string; readonly entries: Readonly<Record<string, string>> }[];
  /** Rows the probe left out. */
  readonly truncationCount: number;
}

/** A node of a view, short. */
export interface NodeSummary {
  readonly id: string;
  readonly label: string;
  readonly labelMinor: string;
  /** Nodes of one rank share a hue. */
  readonly rank: string;
  readonly shape: string;
  readonly stack: boolean;
  readonly pseudo: boolean;
  readonly metadata: readonly MetadataRow[];
  readonly parents: readonly ParentLink[];
  readonly metrics: readonly Metric[];
  readonly tables: readonly FactTable[];
  /** Ids of nodes this one connects to, as a client. */
  readonly adjacency: readonly string[];
}

/** New figures of a node that is otherwise as it was. */
export interface NodePatch {
  readonly id: string;
  /** Value, min and max of each metric, in the node's order. */
  readonly metrics: readonly number[];
  /** Places in the node's metadata and the values there. */
  readonly facts: readonly (readonly [number, string])[];
}

/** A change of a view; nodes are replaced whole but for the patched. */
export interface Diff {
  readonly add: readonly NodeSummary[];
  readonly update: readonly NodeSummary[];
  readonly remove: readonly string[];
  readonly patches: readonly NodePatch[];
  readonly reset: boolean;
}

export interface ColumnHeader extends TableColumn {
  readonly defaultSort: boolean;
}

export interface ChildrenGroup {
  readonly label: string;
  readonly viewId: string;
  readonly columns: readonly ColumnHeader[];
  readonly nodes: readonly NodeSummary[];
}

export interface Connection {
  readonly id: string;
  readonly nodeId: string;
  readonly label: string;
  readonly labelMinor: string;
  readonly metadata: readonly MetadataRow[];
}

export interface ConnectionsTable {
  readonly id: string;
  readonly viewId: string;
  readonly label: string;
  readonly columns: readonly ColumnHeader[];
  readonly connections: readonly Connection[];
}

/** One node, long. */
export interface NodeDetail extends NodeSummary {
  readonly children: readonly ChildrenGroup[];
  readonly connections: readonly ConnectionsTable[];
}

/** What the app says of itself. */
export interface AppDetails {
  readonly version: string;
  readonly hostname: string;
}
