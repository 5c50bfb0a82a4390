// What the line of time says.

import type { History, HistoryMark, HistoryStep } from "../api/history";
import type { CompareWords } from "./compare";
import { controlWords } from "./control-words";
import { formatAgo, formatDuration } from "./time";
import { plural } from "./units";

export const TIME_WORDS = {
  timeline: "Timeline",
  open: "Open the timeline",
  close: "Close the timeline",
  pause: "Pause",
  live: "Live",
  past: "Past",
  tooOld: "Nothing is kept of that time",
  toFirst: "To the first moment",
  backToLive: "Back to live",
  stepBack: "One moment back",
  stepOn: "One moment on",
  changeBack: "To the change before",
  changeOn: "To the next change",
  play: "Play",
  stopPlaying: "Stop playing",
  speed: "Speed",
  zoomIn: "Show less time",
  zoomOut: "Show more time",
  all: "All",
  showAll: "Show all that is kept",
  compare: "Compare",
  compareCommand: "Compare with a minute ago",
  pauseOrLive: "Pause, or back to live",
  stopComparing: "Stop comparing",
  track: "Moment",
  compareHandle: "Compared with",
  added: "Came",
  removed: "Gone",
  changed: "Changed",
  nothingDiffers: "Nothing came, went or changed in this view.",
  comparing: "Comparing…",
  more: "and more",
  paused: "The picture stands still.",
  actionsPast: "This is the past: actions are for the present.",
  newMark: "came since then",
  changedMark: "changed since then",
} as const;

const clock = new Intl.DateTimeFormat("en-GB", { timeStyle: "medium" });
const dayClock = new Intl.DateTimeFormat("en-GB", {
  day: "numeric",
  month: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const shortClock = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });

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
  return `As of ${formatMoment(at, now)} · ${formatAgo(Math.min(at, now), now)}`;
}

export function comparedWords(from: number, to: number | null, now: number): string {
  const end = to === null ? "now" : formatMoment(to, now);
  return `What differs between ${formatMoment(from, now)} and ${end}`;
}

/** What happened in a part of the line. */
export function activityWords({
  added,
  removed,
  changed,
}: Pick<HistoryStep, "added" | "removed" | "changed">): string {
  const parts = [
    added > 0 ? `${added} came` : "",
    removed > 0 ? `${removed} went` : "",
    changed > 0 ? `${changed} changed` : "",
  ];
  return parts.filter((part) => part !== "").join(", ") || "nothing changed";
}

export function markWords({ kind, who, what, label, node, outcome }: HistoryMark): string {
  if (kind === "probe-lost") return `The probe of ${label} was lost`;
  if (kind === "probe-found") return `The probe of ${label} is there`;
  const { done } = controlWords({ id: what, human: what, confirmation: "" });
  const name = who === "" || who === "anonymous" ? "somebody" : who;
  const failed = outcome === "ok" ? "" : ` (failed: ${outcome})`;
  return `${label || node} was ${done || what} by ${name}${failed}`;
}

/** How far back the line reaches, and why no further. */
export function reachWords({ spanMs, moments, since }: History, now: number): string {
  if (spanMs === 0) return "This app keeps no past (--app.history): a pause holds what is on the page.";
  const first = moments[0];
  if (first === undefined) return "Nothing is kept yet.";
  const started = since > now - spanMs;
  const reach = `Reaches back ${formatDuration((now - first) / 1000)}`;
  return started
    ? `${reach}, to the start of the app; it keeps ${formatDuration(spanMs / 1000)}.`
    : `${reach}; the app keeps no more (--app.history).`;
}

/** Why nothing is shown of a moment; null when something is. */
export function whyNothing(history: History | null, at: number, now: number): string | null {
  if (history === null || history.spanMs === 0) return null;
  const first = history.moments[0];
  if (first === undefined || at >= first) return null;
  const reach = formatMoment(first, now);
  return history.since > now - history.spanMs
    ? `The app was started later: what it knows begins at ${reach}.`
    : `The app keeps the past for ${formatDuration(history.spanMs / 1000)}: what it knows begins at ${reach}.`;
}

export const COMPARE_WORDS: CompareWords = {
  state: (before, after) => `${before} → ${after}`,
  connectionsCame: (count) => plural(count, "new connection"),
  connectionsWent: (count) => `${plural(count, "connection")} gone`,
  moved: (to) => `now part of ${to}`,
  fact: (name, before, after) => `${name}: ${before} → ${after}`,
};
