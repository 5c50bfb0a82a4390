// What the app keeps of the past: the moments that can be asked for, and what happened between them.

import { bag, list, text } from "./blanks";
import type * as Wire from "./generated";
import { getJson } from "./request";

/** What happened up to `at`, since the step before. */
export interface HistoryStep {
  /** Unix milliseconds. */
  readonly at: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
  readonly reports: number;
}

export type MarkKind = "action" | "probe-lost" | "probe-found";

export interface HistoryMark {
  /** Unix milliseconds. */
  readonly at: number;
  readonly kind: MarkKind;
  readonly who: string;
  /** The control. */
  readonly what: string;
  readonly node: string;
  /** What the node is called; of a probe its host. */
  readonly label: string;
  readonly outcome: string;
}

export interface History {
  /** The app's clock, Unix milliseconds. */
  readonly now: number;
  /** Since when the app keeps moments, Unix milliseconds. */
  readonly since: number;
  /** How far back it keeps them, milliseconds; 0 for not at all. */
  readonly spanMs: number;
  readonly intervalMs: number;
  /** Unix milliseconds, oldest first. */
  readonly moments: readonly number[];
  readonly steps: readonly HistoryStep[];
  readonly marks: readonly HistoryMark[];
}

/** As many as the app keeps, and some. */
const ENTRIES_MAX = 5000;

function whole(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0;
}

function moment(value: unknown): number | null {
  const at = whole(value);
  return at > 0 ? at : null;
}

function step(value: unknown): HistoryStep | null {
  const row = bag<Wire.HistoryStep>(value);
  const at = moment(row.at);
  if (at === null) return null;
  const [added, removed, changed] = [whole(row.added), whole(row.removed), whole(row.changed)];
  return { at, added, removed, changed, reports: whole(row.reports) };
}

const KINDS: readonly MarkKind[] = ["action", "probe-lost", "probe-found"];

function mark(value: unknown): HistoryMark | null {
  const row = bag<Wire.HistoryMark>(value);
  const at = moment(row.at);
  const kind = KINDS.find((own) => own === row.kind);
  if (at === null || kind === undefined) return null;
  return {
    at,
    kind,
    who: text(row.who),
    what: text(row.what),
    node: text(row.node),
    label: text(row.label),
    outcome: text(row.outcome),
  };
}

export function decodeHistory(value: unknown): History {
  const answer = bag<Wire.HistoryAnswer>(value);
  const now = Date.parse(text(answer.now)) || Date.now();
  return {
    now,
    since: Date.parse(text(answer.since)) || now,
    spanMs: whole(answer.spanMs),
    intervalMs: whole(answer.intervalMs),
    moments: list(answer.moments, ENTRIES_MAX, moment),
    steps: list(answer.steps, ENTRIES_MAX, step),
    marks: list(answer.marks, ENTRIES_MAX, mark),
  };
}

export async function fetchHistory(signal?: AbortSignal): Promise<History> {
  return decodeHistory(await getJson("/api/history", signal));
}
