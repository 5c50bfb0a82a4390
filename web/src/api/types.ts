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

/** A node of a view, short. */
export interface NodeSummary
  extends Omit<Filled<Wire.NodeSummary>, "tag" | "metadata" | "parents" | "metrics" | "tables"> {
  readonly metadata: readonly MetadataRow[];
  readonly parents: readonly ParentLink[];
  readonly metrics: readonly Metric[];
  readonly tables: readonly FactTable[];
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

export type ColumnHeader = Filled<Wire.ColumnHeader>;

export interface ChildrenGroup extends Pick<Wire.ChildrenGroup, "label"> {
  readonly viewId: string;
  readonly columns: readonly ColumnHeader[];
  readonly nodes: readonly NodeSummary[];
}

export interface Connection extends Omit<Filled<Wire.Connection>, "metadata"> {
  readonly metadata: readonly MetadataRow[];
}

export interface ConnectionsTable extends Pick<Wire.ConnectionsTable, "id" | "label"> {
  readonly viewId: string;
  readonly columns: readonly ColumnHeader[];
  readonly connections: readonly Connection[];
}

/** One node, long. */
export interface NodeDetail extends NodeSummary {
  readonly children: readonly ChildrenGroup[];
  readonly connections: readonly ConnectionsTable[];
}

/** What the app says of itself. */
export type AppDetails = Pick<Wire.AppDetails, "version" | "hostname">;
