// The map that is on the page, for what only it knows: where nodes lie right now.

import type { MapPort } from "./map-port";

export interface CurrentMap {
  readonly map: MapPort;
  readonly host: HTMLElement;
}

let current: CurrentMap | null = null;

/** Remembers the map that `host` shows; the answer is the map. */
export function showing<T extends MapPort>(host: HTMLElement, map: T): T {
  current = { map, host };
  return map;
}

/** The map, null where none is on the page. */
export function currentMap(): CurrentMap | null {
  return current?.host.isConnected === true ? current : null;
}
