// The line of time: what part of it is shown, what stands at a moment, where the next one is. Pure; the clock is an
// argument. All times are Unix milliseconds by the app's clock.

import type { History, HistoryStep } from "../api/history";

export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Nothing shorter is shown, milliseconds. */
export const SPAN_MS_MIN = 60_000;

/** From the first moment that can be asked for to now, a minute at least. */
export function wholeSpan(history: History | null, now: number): Span {
  const first = history?.moments[0] ?? now;
  const from = Math.max(first, now - (history?.spanMs ?? 0));
  return { from: Math.min(from, now - SPAN_MS_MIN), to: now };
}

/** `span` moved into `whole`, and cut to it where it is longer. */
export function within(span: Span, whole: Span): Span {
  const length = Math.min(Math.max(span.to - span.from, SPAN_MS_MIN), whole.to - whole.from);
  const from = Math.min(Math.max(span.from, whole.from), whole.to - length);
  return { from, to: from + length };
}

/** `factor` below 1 shows less; the moment `anchor` stays where it is. */
export function zoomed(span: Span, whole: Span, factor: number, anchor: number): Span {
  const length = span.to - span.from;
  const longest = whole.to - whole.from;
  const next = Math.min(Math.max(length * factor, Math.min(SPAN_MS_MIN, longest)), longest);
  const share = length === 0 ? 0.5 : (anchor - span.from) / length;
  const from = anchor - share * next;
  return within({ from, to: from + next }, whole);
}

export function panned(span: Span, whole: Span, byMs: number): Span {
  return within({ from: span.from + byMs, to: span.to + byMs }, whole);
}

/** Null for all of it, so that it grows as time passes. */
export function spanOrWhole(span: Span, whole: Span): Span | null {
  return span.to - span.from >= whole.to - whole.from - 1 ? null : span;
}

/** Where a moment is in a span, 0 to 1. */
export function shareOf(at: number, { from, to }: Span): number {
  return to === from ? 0 : (at - from) / (to - from);
}

/** The last moment that is kept of those up to `at`; null where all are later. */
export function momentAt(moments: readonly number[], at: number): number | null {
  return moments.findLast((moment) => moment <= at) ?? null;
}

/** The moment before or after; null beyond the last, which is the present, and the first itself before the first. */
export function neighbour(moments: readonly number[], at: number | null, direction: -1 | 1): number | null {
  if (direction > 0) return at === null ? null : (moments.find((moment) => moment > at) ?? null);
  const here = at === null ? Number.POSITIVE_INFINITY : (momentAt(moments, at) ?? at);
  return moments.findLast((moment) => moment < here) ?? moments[0] ?? null;
}

export function isBusy({ added, removed, changed }: HistoryStep): boolean {
  return added + removed + changed > 0;
}

/** The next moment at which something came, went or changed; null where there is none. */
export function nextChange(history: History, at: number | null, direction: -1 | 1): number | null {
  const here = at ?? Number.POSITIVE_INFINITY;
  const busy = history.steps.filter(isBusy);
  const step = direction > 0 ? busy.find((own) => own.at > here) : busy.findLast((own) => own.at < here);
  return step?.at ?? null;
}

export interface Bar {
  readonly from: number;
  readonly to: number;
  readonly added: number;
  readonly removed: number;
  readonly changed: number;
}

/** What happened in a span, in at most `count` equal parts; those in which nothing did are left out. */
export function barsOf(steps: readonly HistoryStep[], span: Span, count: number): readonly Bar[] {
  const length = (span.to - span.from) / count;
  const bars = new Map<number, { added: number; removed: number; changed: number }>();
  for (const step of steps) {
    if (step.at < span.from || step.at > span.to || !isBusy(step)) continue;
    const place = Math.min(count - 1, Math.floor((step.at - span.from) / length));
    const bar = bars.get(place) ?? { added: 0, removed: 0, changed: 0 };
    bar.added += step.added;
    bar.removed += step.removed;
    bar.changed += step.changed;
    bars.set(place, bar);
  }
  return [...bars].map(([place, bar]) => ({
    from: span.from + place * length,
    to: span.from + (place + 1) * length,
    ...bar,
  }));
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
/** Distances between times on the axis that people count in. */
const TICKS_MS = [
  ...[5, 10, 15, 30].map((secs) => secs * SECOND),
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE),
  ...[1, 2, 3, 6, 12, 24, 48].map((hours) => hours * HOUR),
] as const;

/** Round times of a span, about `count` of them; `offsetMs` is how far local time is ahead of UTC. */
export function ticksOf({ from, to }: Span, count: number, offsetMs: number): readonly number[] {
  const wanted = (to - from) / Math.max(1, count);
  const every = TICKS_MS.find((step) => step >= wanted) ?? 24 * HOUR * Math.ceil(wanted / (24 * HOUR));
  const first = Math.ceil((from + offsetMs) / every) * every - offsetMs;
  const ticks: number[] = [];
  for (let at = first; at <= to; at += every) ticks.push(at);
  return ticks;
}

/** A bar's height from 0 to 1; logarithmic, because one restart beside a thousand new nodes must be seen. */
export function heightOf(amount: number, most: number): number {
  return most <= 0 ? 0 : Math.log1p(amount) / Math.log1p(most);
}
