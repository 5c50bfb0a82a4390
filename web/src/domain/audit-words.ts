// What the client says of the audit log.

import type { AuditEntry } from "../api/audit";
import { say } from "../text/text";
import { controlWords } from "./control-words";
import { formatDuration } from "./time";
import { formatBytes } from "./units";

/** The kinds of entries that the page can be narrowed to. */
export const AUDIT_KINDS = ["all", "sign-in", "control", "terminal"] as const;

export type AuditKind = (typeof AUDIT_KINDS)[number];

export const KIND_WORDS: Readonly<Record<AuditKind, string>> = say.acts.audit;

export function kindOfEntry(event: string): AuditKind {
  if (event.startsWith("sign")) return "sign-in";
  return event.startsWith("terminal") ? "terminal" : "control";
}

const EVENTS: ReadonlyMap<string, string> = new Map(Object.entries(say.acts.events));

/** What was done: `Restart`, `Signed in`. */
export function deedOf({ event, control, outcome }: AuditEntry): string {
  if (event === "control" && control !== "") {
    return controlWords({ id: control, human: control, confirmation: "" }).label;
  }
  if (event === "sign-in" && outcome !== "ok") return say.acts.failedToSignIn;
  return EVENTS.get(event) ?? event;
}

/** On what: the node by its name, else by its id. */
export function targetOf({ label, node }: AuditEntry): string {
  return label || node;
}

/** How much went through a terminal; blank of anything else. */
export function extentOf({ lastedSecs, inputBytes, outputBytes }: AuditEntry): string {
  const parts: string[] = [];
  if (lastedSecs !== null) parts.push(formatDuration(lastedSecs));
  if (inputBytes !== null) parts.push(say.acts.typed(formatBytes(inputBytes)));
  if (outputBytes !== null) parts.push(say.acts.shown(formatBytes(outputBytes)));
  return parts.join(", ");
}

/** Whether an entry has the words in what is seen of it. */
export function auditMatches(entry: AuditEntry, kind: AuditKind, words: string): boolean {
  if (kind !== "all" && kindOfEntry(entry.event) !== kind) return false;
  const seen = [
    entry.who,
    deedOf(entry),
    entry.control,
    targetOf(entry),
    entry.node,
    entry.outcome,
    entry.from,
  ];
  const text = seen.join("\n").toLowerCase();
  return words
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}
