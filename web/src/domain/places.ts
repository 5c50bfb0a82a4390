// Places of nodes as text, for this browser's storage and for the app. What comes back may be anything.

import type { MapPlaces } from "./map";

/** Places kept of one picture; of larger ones only the pins are. */
export const PLACES_KEPT_MAX = 3000;
export const PINS_MAX = 1000;
/** Further out nothing is put; world units. */
const REACH_MAX = 1e6;
const ID_CHARS_MAX = 500;

export interface KeptPicture {
  readonly places: MapPlaces;
  readonly pins: MapPlaces;
}

type Row = readonly [string, number, number];

/** Rows of id, x and y; those that are not are left out. */
export function readPlaces(value: unknown, max: number): MapPlaces {
  if (!Array.isArray(value)) return new Map();
  const isPlace = (side: unknown): side is number => typeof side === "number" && Math.abs(side) <= REACH_MAX;
  return new Map(
    value.slice(0, max).flatMap((row: unknown) => {
      const [id, x, y] = Array.isArray(row) ? row : [];
      if (typeof id !== "string" || id.length > ID_CHARS_MAX || !isPlace(x) || !isPlace(y)) return [];
      return [[id, [x, y]] as const];
    }),
  );
}

/** The latest `max` of them. */
export function rowsOf(places: MapPlaces, max: number): readonly Row[] {
  return [...places]
    .slice(-max)
    .map(([id, [x, y]]) => [id, Math.round(x * 10) / 10, Math.round(y * 10) / 10]);
}

export function readPicture(text: string | null): KeptPicture {
  let value: unknown = null;
  try {
    value = JSON.parse(text ?? "null");
  } catch {
    // Damaged storage counts as none.
  }
  const { places, pins } = (typeof value === "object" && value !== null ? value : {}) as Record<
    string,
    unknown
  >;
  return { places: readPlaces(places, PLACES_KEPT_MAX), pins: readPlaces(pins, PINS_MAX) };
}

export function writePicture({ places, pins }: KeptPicture): string {
  // Of a picture too large to keep a part would pull the rest out of order.
  const kept = places.size > PLACES_KEPT_MAX ? [] : rowsOf(places, PLACES_KEPT_MAX);
  return JSON.stringify({ places: kept, pins: rowsOf(pins, PINS_MAX) });
}
