// What the screens need of a map; `canvas/map-canvas.ts` is one, tests bring their own.

import { createContext, useContext } from "react";
import type { EdgeEnds, MapEmphasis, MapGraph, MapInsets, MapTheme } from "../domain/map";

export type Direction = "left" | "right" | "up" | "down";

export interface MapHandlers {
  /** A node was clicked, or the ground (null). */
  onSelect(id: string | null): void;
  /** An edge was clicked. */
  onSelectEdge(ends: EdgeEnds): void;
  onHover(id: string | null): void;
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
  undoTidy(): void;
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
