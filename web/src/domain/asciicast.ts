// Recordings of terminals in asciicast v2 (https://docs.asciinema.org/manual/asciicast/v2/): a line
// of JSON about the whole, then a line per event.

/** Beyond these a recording is cut. */
export const EVENTS_MAX = 200_000;
export const SIDE_MAX = 1000;
/** Longer pauses are shortened while it is played, seconds. */
export const PAUSE_SECS_MAX = 2;

export interface CastEvent {
  /** Seconds since the beginning, pauses shortened. */
  readonly at: number;
  /** `output`, or a new size. */
  readonly kind: "output" | "size";
  readonly text: string;
}

export interface Cast {
  readonly columns: number;
  readonly rows: number;
  readonly title: string;
  /** When it began, Unix milliseconds; null where that is not told. */
  readonly began: number | null;
  readonly events: readonly CastEvent[];
  /** Seconds, pauses shortened. */
  readonly length: number;
}

function side(value: unknown, usual: number): number {
  const number = Math.round(Number(value));
  return number >= 1 && number <= SIDE_MAX ? number : usual;
}

/** `100x40` as columns and rows; null when it is no size. */
export function sizeOf(text: string): readonly [number, number] | null {
  const found = /^(\d{1,4})x(\d{1,4})$/.exec(text);
  return found === null ? null : [side(found[1], 80), side(found[2], 24)];
}

/** A recording out of text of any shape; null when it is none. */
export function parseCast(text: string): Cast | null {
  const lines = text.split("\n");
  const head = object(lines[0] ?? "");
  if (head === null || head.version !== 2) return null;
  const events: CastEvent[] = [];
  let before = 0;
  let at = 0;
  for (const line of lines.slice(1)) {
    if (events.length >= EVENTS_MAX) break;
    const event = list(line);
    if (event === null) continue;
    const [time, kind, data] = event;
    if (typeof time !== "number" || !Number.isFinite(time) || typeof data !== "string") continue;
    at += Math.min(PAUSE_SECS_MAX, Math.max(0, time - before));
    before = Math.max(before, time);
    if (kind === "o") events.push({ at, kind: "output", text: data });
    else if (kind === "r") events.push({ at, kind: "size", text: data });
  }
  return {
    columns: side(head.width, 80),
    rows: side(head.height, 24),
    title: typeof head.title === "string" ? head.title.slice(0, 200) : "",
    began: typeof head.timestamp === "number" ? head.timestamp * 1000 : null,
    events,
    length: at,
  };
}

function object(line: string): Readonly<Record<string, unknown>> | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : null;
  } catch {
    return null;
  }
}

function list(line: string): readonly unknown[] | null {
  const value = line === "" ? null : object(line);
  return Array.isArray(value) ? value : null;
}
