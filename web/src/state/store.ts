// The one store: what is looked at (the address), what the app last said (views, nodes) and how
// the reader likes it (preferences). Only `actions.ts` writes it, and `palette-actions.ts` what the palette is about.

import { create } from "zustand";
import type { OwnGroups } from "../api/groups";
import type { AppDetails, View } from "../api/types";
import type { StreamState } from "../api/view-socket";
import { type Address, START } from "../domain/address";
import { NO_NODES, type Nodes } from "../domain/diff";
import type { Found } from "../domain/everywhere";
import type { MapPlaces } from "../domain/map";
import type { Saved } from "../domain/saved";
import { loadPreferences, type Preferences } from "./preferences";
import { loadSaved } from "./saved";

/** What the box at the top is for: a search, a command, or the name of what is to be saved. */
export type PaletteUse = "closed" | "search" | "command" | "name-view" | "name-search";

export interface ScopeState {
  readonly address: Address;
  /** Empty until the app has answered once. */
  readonly views: readonly View[];
  /** Why the list could not be had, null while it can. */
  readonly viewsFailure: string | null;
  readonly app: AppDetails | null;
  /** The operator's own ways to group. */
  readonly ownGroups: OwnGroups;
  readonly nodes: Nodes;
  /** The same object as long as nodes only change their figures. */
  readonly kinds: object;
  /** The view `nodes` belong to, null before its first frame. */
  readonly nodesView: string | null;
  /** When the last frame came, Unix milliseconds, 0 before the first. */
  readonly frameAt: number;
  /** When nodes came or changed their state of late, Unix milliseconds by id. */
  readonly changes: ReadonlyMap<string, number>;
  /** There are more nodes than can be read. */
  readonly crowded: boolean;
  readonly stream: StreamState;
  /** Hues by rank; kept while the page lives, so that nothing changes colour. */
  readonly hues: ReadonlyMap<string, number>;
  /** Nodes selected beside the one whose card is open. */
  readonly picked: readonly string[];
  /** Whether the way between the two that are selected stands out. */
  readonly pathShown: boolean;
  /** What the reader has put somewhere on the picture shown, by node id. */
  readonly pins: MapPlaces;
  readonly preferences: Preferences;
  readonly railOpen: boolean;
  readonly helpOpen: boolean;
  readonly palette: PaletteUse;
  /** What the search finds in each view, null while nothing is searched or nobody has looked yet. */
  readonly found: Found | null;
  readonly saved: readonly Saved[];
  readonly savedOpen: boolean;
}

export const useScope = create<ScopeState>()(() => ({
  address: START,
  views: [],
  viewsFailure: null,
  app: null,
  ownGroups: { ways: [], fault: "" },
  nodes: NO_NODES,
  kinds: {},
  nodesView: null,
  frameAt: 0,
  changes: new Map(),
  crowded: false,
  stream: { kind: "connecting" },
  hues: new Map(),
  picked: [],
  pathShown: false,
  pins: new Map(),
  preferences: loadPreferences(),
  railOpen: false,
  helpOpen: false,
  palette: "closed",
  found: null,
  saved: loadSaved(),
  savedOpen: false,
}));
