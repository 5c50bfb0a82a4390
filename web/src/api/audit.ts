// The audit log, and the recordings of terminals.

import type * as Wire from "./generated";
import { exchange, getJson, RequestFailure } from "./request";

/** One line of the audit log; blank or null where the line does not say. */
export interface AuditEntry
  extends Pick<
    Required<Wire.AuditEntry>,
    | "number"
    | "event"
    | "who"
    | "method"
    | "from"
    | "outcome"
    | "control"
    | "node"
    | "label"
    | "inputBytes"
    | "outputBytes"
    | "lastedSecs"
    | "recording"
  > {
  /** Unix milliseconds. */
  readonly at: number;
}

export interface AuditPage {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  /** What to ask for to go on; null on the last page. */
  readonly next: number | null;
}

/** Entries of one page. */
export const AUDIT_PAGE = 200;

/** A recording longer than this is not played, bytes. */
const RECORDING_BYTES_MAX = 64 << 20;

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function figure(value: unknown): number | null {
  return typeof value === "number" && Number.isFinite(value) ? value : null;
}

function decodeEntry(value: unknown): AuditEntry | null {
  const entry: { readonly [K in keyof Wire.AuditEntry]?: unknown } = object(value);
  const number = figure(entry.number);
  if (number === null) return null;
  return {
    number,
    at: Date.parse(text(entry.time)) || 0,
    event: text(entry.event),
    who: text(entry.who),
    method: text(entry.method),
    from: text(entry.from),
    outcome: text(entry.outcome),
    control: text(entry.control),
    node: text(entry.node),
    label: text(entry.label),
    inputBytes: figure(entry.inputBytes),
    outputBytes: figure(entry.outputBytes),
    lastedSecs: figure(entry.lastedSecs),
    recording: text(entry.recording),
  };
}

export function decodeAudit(value: unknown): AuditPage {
  const page: { readonly [K in keyof Wire.AuditPage]?: unknown } = object(value);
  const entries = Array.isArray(page.entries) ? page.entries.map(decodeEntry) : [];
  return { entries: entries.filter((entry) => entry !== null), next: figure(page.next) };
}

/** A page of the log: before the entry of that number, null for the newest. */
export async function fetchAudit(before: number | null, signal?: AbortSignal): Promise<AuditPage> {
  const from = before === null ? "" : `&before=${before}`;
  return decodeAudit(await getJson(`/api/audit?limit=${AUDIT_PAGE}${from}`, signal));
}

export async function fetchRecording(id: string): Promise<string> {
  const answer = await exchange(`/api/audit/recordings/${encodeURIComponent(id)}`, {});
  const blob = await answer.blob();
  if (blob.size > RECORDING_BYTES_MAX) {
    throw new RequestFailure("too-long", answer.status);
  }
  return blob.text();
}
