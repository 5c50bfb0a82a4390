// What the canvas draws: a view's nodes and edges in the five channels of the design
// (shape = kind, hue = group, fill = metric, badge and ring = state, width = traffic). Pure data.

import type { EdgeLook } from "./edge-show";

/** The twelve outlines of the original client. */
export type Shape =
  | "circle"
  | "triangle"
  | "square"
  | "pentagon"
  | "hexagon"
  | "heptagon"
  | "octagon"
  | "cloud"
  | "cylinder"
  | "dottedcylinder"
  | "dottedtriangle"
  | "sheet";

/** What the ring and the badge say; `plain` draws neither. */
export type NodeState = "plain" | "paused" | "restarting" | "stopped" | "unhealthy" | "unknown";

export interface MapNode {
  readonly id: string;
  readonly label: string;
  /** The second line; blank unless it tells neighbours apart. */
  readonly labelMinor: string;
  readonly shape: Shape;
  /** Index into the ten group hues, or -1 for none (pseudo nodes). */
  readonly hue: number;
  readonly pseudo: boolean;
  readonly stack: boolean;
  readonly state: NodeState;
  /** The chosen metric as a share of its ceiling, 0 to 1, or -1 for none. */
  readonly fill: number;
  /** The chosen metric in words (`12 %`), blank for none. */
  readonly fillText: string;
  /** Index into `MapGraph.groups`, or -1 for none. */
  readonly group: number;
  /** Has an edge to itself: drawn as a badge. */
  readonly selfLoop: boolean;
  /** Edges in and out; the most connected keep their labels longest. */
  readonly degree: number;
  /** A closed box that stands for so many nodes; absent for a node. */
  readonly members?: number;
}

/** From client to server, by index into `MapGraph.nodes`; never from a node to itself. */
export interface MapEdge {
  readonly source: number;
  readonly target: number;
  /** How it is drawn while edges show something, and when it stands for several. */
  readonly look?: EdgeLook;
  /** A bundle stands for so many edges; absent for one. */
  readonly bundled?: number;
}

/** The ends of an edge by their ids. */
export interface EdgeEnds {
  readonly from: string;
  readonly to: string;
}

/** An open box. */
export interface MapGroup {
  readonly id: string;
  readonly title: string;
  /** What is in it in words, after the title; blank or absent for nothing. */
  readonly total?: string;
  /** Place in `MapGraph.groups` of the box that holds this one, which comes before it; -1 for none. */
  readonly outer?: number;
}

export interface MapGraph {
  /** Tells pictures apart: positions are kept while the key stays (view and grouping). */
  readonly key: string;
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapEdge[];
  readonly groups: readonly MapGroup[];
  /** Which boxes are open: when the reader changes that, everything finds a new place. */
  readonly arrangement?: string;
  /** The same object as long as the ids of nodes and groups and the ends of edges are the same. */
  readonly shape?: object;
  /** The same object as long as the shape is, and nothing but figures has changed. */
  readonly faces?: object;
  /** The closed box that stands for a node, by the node's id. */
  readonly inside?: ReadonlyMap<string, string>;
}

/** World places by node id. */
export type MapPlaces = ReadonlyMap<string, readonly [number, number]>;

/** The key of an edge's name. */
export function edgeName(from: string, to: string): string {
  return `${from}\u001f${to}`;
}

/** What stands out: everything else fades to a quarter. */
export interface MapEmphasis {
  readonly selected: string | null;
  readonly selectedEdge?: EdgeEnds | null;
  /** Selected beside it. */
  readonly also?: ReadonlySet<string>;
  /** A way along edges, from end to end. */
  readonly path?: readonly string[];
  /** The node whose neighbours come to where they can be read. */
  readonly focus?: string | null;
  /** What edges are called while a node at their end is selected, by `edgeName`. */
  readonly names?: ReadonlyMap<string, string>;
  /** Nodes that have changed of late: 1 for just now, down to 0. */
  readonly changed?: ReadonlyMap<string, number>;
  /** Ids that match the search, or null while nothing is searched. */
  readonly matched: ReadonlySet<string> | null;
}

/** Colours and sizes of the canvas, read from the tokens by `ui`; CSS colour strings, px. */
export interface MapTheme {
  readonly ground: string;
  readonly text: string;
  readonly textMuted: string;
  readonly nodeBody: string;
  readonly edge: string;
  readonly edgeStrong: string;
  readonly groupFill: string;
  readonly groupLine: string;
  readonly pseudo: string;
  readonly metricFill: string;
  readonly selection: string;
  readonly match: string;
  readonly warning: string;
  readonly danger: string;
  /** In the order of `EDGE_TONES`. */
  readonly edgeTones: readonly string[];
  /** Ten. */
  readonly hues: readonly string[];
  readonly fontFamily: string;
  readonly reducedMotion: boolean;
}

/** A panel in a corner of the canvas, px from that corner. */
export interface MapPanel {
  readonly side: "left" | "right";
  /** In the upper corner; in the lower one otherwise. */
  readonly top?: boolean;
  readonly width: number;
  readonly height: number;
}

/** Parts of the canvas under chrome, px. */
export interface MapInsets {
  /** What nodes should not lie under though the map may flow around it. */
  readonly panels?: readonly MapPanel[];
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
  readonly left: number;
}
