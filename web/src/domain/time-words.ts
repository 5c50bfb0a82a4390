// What the line of time says.

import type { History, HistoryMark, HistoryStep } from "../api/history";
import { say } from "../text/text";
import type { Difference } from "./compare";
import { controlWords } from "./control-words";
import { STATE_WORDS } from "./node-state";
import { formatAgo, formatDuration } from "./time";

const words = say.time;

const clock = new Intl.DateTimeFormat(say.figures.dates, { timeStyle: "medium" });
const dayClock = new Intl.DateTimeFormat(say.figures.dates, {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const shortClock = new Intl.DateTimeFormat(say.figures.dates, { hour: "2-digit", minute: "2-digit" });

function isSameDay(one: number, other: number): boolean {
  return new Date(one).toDateString() === new Date(other).toDateString();
}

/** `18:42:05`, with its day where that is another than today. */
export function formatMoment(at: number, now: number): string {
  return (isSameDay(at, now) ? clock : dayClock).format(at);
}

/** For the axis: seconds only where they say something. */
export function formatTick(at: number): string {
  return (at % 60_000 === 0 ? shortClock : clock).format(at);
}

/** `As of 18:42:05 · 12 s ago`. */
export function asOf(at: number, now: number): string {
  return words.asOf(formatMoment(at, now), formatAgo(Math.min(at, now), now));
}

export function comparedWords(from: number, to: number | null, now: number): string {
  const end = to === null ? words.now : formatMoment(to, now);
  return words.differs(formatMoment(from, now), end);
}

/** What happened in a part of the line. */
export function activityWords({
  added,
  removed,
  changed,
}: Pick<HistoryStep, "added" | "removed" | "changed">): string {
  const parts = [
    added > 0 ? words.came(added) : "",
    removed > 0 ? words.went(removed) : "",
    changed > 0 ? words.changedCount(changed) : "",
  ];
  return parts.filter((part) => part !== "").join(", ") || words.nothingChanged;
}

export function markWords({ kind, who, what, label, node, outcome }: HistoryMark): string {
  if (kind === "probe-lost") return words.probeLost(label);
  if (kind === "probe-found") return words.probeFound(label);
  const { done } = controlWords({ id: what, human: what, confirmation: "" });
  const name = who === "" || who === "anonymous" ? say.acts.somebody : who;
  return words.done(label || node, done || what, name, outcome === "ok" ? "" : outcome);
}

/** How far back the line reaches, and why no further. */
export function reachWords({ spanMs, moments, since }: History, now: number): string {
  if (spanMs === 0) return words.keepsNothing;
  const first = moments[0];
  if (first === undefined) return words.nothingKept;
  const started = since > now - spanMs;
  const back = formatDuration((now - first) / 1000);
  return started ? words.reachesStart(back, formatDuration(spanMs / 1000)) : words.reachesSpan(back);
}

/** Why nothing is shown of a moment; null when something is. */
export function whyNothing(history: History | null, at: number, now: number): string | null {
  if (history === null || history.spanMs === 0) return null;
  const first = history.moments[0];
  if (first === undefined || at >= first) return null;
  const reach = formatMoment(first, now);
  return history.since > now - history.spanMs
    ? words.startedLater(reach)
    : words.keepsSpan(formatDuration(history.spanMs / 1000), reach);
}

/** What is otherwise about a node. */
export function differenceWords(difference: Difference): string {
  switch (difference.kind) {
    case "state":
      return words.turned(STATE_WORDS[difference.before], STATE_WORDS[difference.after]);
    case "connections-came":
      return words.connectionsCame(difference.count);
    case "connections-went":
      return words.connectionsWent(difference.count);
    case "moved":
      return words.moved(difference.to);
    case "fact":
      return words.fact(difference.name, difference.before, difference.after);
  }
}
