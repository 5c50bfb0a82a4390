// Where readers have put nodes on the map, as the app keeps it for all of them.

import type * as Wire from "./generated";
import { exchange, RequestFailure, readJson } from "./request";

export interface SharedPositions {
  /** Rises with every change; 0 where nobody has put anything. */
  readonly version: number;
  readonly pins: ReadonlyMap<string, readonly [number, number]>;
}

/** More are refused by the app. */
const PINS_MAX = 1000;

function path(picture: string): string {
  return `/api/positions/${encodeURIComponent(picture)}`;
}

function decode(answer: unknown): SharedPositions {
  const { version, pins } = (
    typeof answer === "object" && answer !== null ? answer : {}
  ) as Partial<Wire.Positions>;
  const rows = Array.isArray(pins) ? pins.slice(0, PINS_MAX) : [];
  const isPin = ({ id, x, y }: Partial<Wire.Pin>) =>
    typeof id === "string" && Number.isFinite(x) && Number.isFinite(y);
  return {
    version: typeof version === "number" ? version : 0,
    pins: new Map(rows.filter(isPin).map(({ id, x, y }) => [id, [x, y]])),
  };
}

/** Null where the app does not share them. */
export async function fetchPositions(picture: string, signal?: AbortSignal): Promise<SharedPositions | null> {
  try {
    return decode(await readJson(await exchange(path(picture), signal === undefined ? {} : { signal })));
  } catch (failure) {
    if (failure instanceof RequestFailure && failure.status === 404) return null;
    throw failure;
  }
}

/** Replaces them; answers their new version. */
export async function putPositions(
  picture: string,
  pins: ReadonlyMap<string, readonly [number, number]>,
): Promise<number> {
  const rows: Wire.Pin[] = [...pins].slice(-PINS_MAX).map(([id, [x, y]]) => ({ id, x, y }));
  const body = JSON.stringify({ pins: rows });
  const headers = { "Content-Type": "application/json" };
  return decode(await readJson(await exchange(path(picture), { method: "PUT", headers, body }))).version;
}
