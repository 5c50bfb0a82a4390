// What the screens need of a map; `canvas/map-canvas.ts` is one, tests bring their own.

import { createContext, useContext } from "react";
import type { EdgeEnds, MapEmphasis, MapGraph, MapInsets, MapPlaces, MapTheme } from "../domain/map";

export type Direction = "left" | "right" | "up" | "down";

export interface MapHandlers {
  /** A node was clicked, or the ground (null); `adds` with shift. */
  onSelect(id: string | null, adds: boolean): void;
  /** An edge was clicked. */
  onSelectEdge(ends: EdgeEnds): void;
  onHover(id: string | null): void;
  /** The title of an open box was clicked. */
  onFold?(id: string): void;
  /** The reader has put nodes somewhere: all that are pinned now. */
  onPin?(pins: MapPlaces): void;
  /** Whether there is a tidy or a move to take back. */
  onUndoable?(can: boolean): void;
  /** Everything has found its place in the picture of that key. */
  onPlaced?(key: string, places: MapPlaces): void;
  /** A line was drawn around these. */
  onGather?(ids: readonly string[]): void;
  /** Whether some of the map lies outside the window. */
  onOverflow?(some: boolean): void;
  /** Something the reader should know, as a sentence. */
  onMessage?(sentence: string): void;
}

export interface MapPort {
  setGraph(graph: MapGraph): void;
  setEmphasis(emphasis: MapEmphasis): void;
  setTheme(theme: MapTheme): void;
  setInsets(insets: MapInsets): void;
  fit(): void;
  zoomBy(factor: number): void;
  centreOn(id: string): void;
  tidy(): void;
  /** Takes the last tidy or move back. Answers whether there was one. */
  undo(): boolean;
  /** Where nodes of that picture were on an earlier visit. */
  recall(key: string, places: MapPlaces): void;
  /** Where nodes have been put; all others stay. */
  setPins(pins: MapPlaces): void;
  /** Draws an overview there, which moves the map when it is pressed; null for none. */
  setOverview(canvas: HTMLCanvasElement | null): void;
  /** Moves the picture by so many px. */
  panBy(dx: number, dy: number): void;
  /** The node reached from `from` by walking an edge in that direction. */
  neighbour(from: string, direction: Direction): string | null;
  /** Middle of a node's glyph, px from the host's top left corner; null before it is laid out. */
  screenPosition(id: string): { readonly x: number; readonly y: number } | null;
  /** How large a glyph is, px. */
  describe(): { readonly glyphPx: number };
  destroy(): void;
}

export type MapFactory = (host: HTMLElement, handlers: MapHandlers) => MapPort;

const MapContext = createContext<MapFactory | null>(null);

export const MapProvider = MapContext.Provider;

export function useMapFactory(): MapFactory | null {
  return useContext(MapContext);
}
