import { describe, expect, test } from "vitest";
import { decodeHistory, type History } from "../api/history";
import { activityWords, reachWords, whyNothing } from "./time-words";
import {
  barsOf,
  momentAt,
  neighbour,
  nextChange,
  panned,
  type Span,
  spanOrWhole,
  ticksOf,
  wholeSpan,
  within,
  zoomed,
} from "./timeline";

const NOW = 1_795_168_800_000;
const MINUTE = 60_000;

function history(moments: readonly number[], busy: readonly number[] = []): History {
  return decodeHistory({
    now: new Date(NOW).toISOString(),
    since: new Date(NOW - 5 * MINUTE).toISOString(),
    spanMs: 10 * MINUTE,
    intervalMs: 5000,
    moments,
    steps: moments.map((at) => ({
      at,
      added: busy.includes(at) ? 2 : 0,
      removed: 0,
      changed: 0,
      reports: 1,
    })),
    marks: [
      { at: NOW - 1000, kind: "nonsense" },
      { at: NOW - 1000, kind: "probe-lost", label: "web-1" },
    ],
  });
}

describe("the line of time", () => {
  test("what cannot be read is left out", () => {
    expect(history([1, 2]).marks.map(({ kind }) => kind)).toEqual(["probe-lost"]);
    expect(decodeHistory({ moments: ["x", 5, -1], steps: 3 })).toMatchObject({
      moments: [5],
      steps: [],
      spanMs: 0,
    });
  });

  test("a moment is what stood then", () => {
    const moments = [10, 20, 30];
    expect([9, 10, 29, 30, 99].map((at) => momentAt(moments, at))).toEqual([null, 10, 20, 30, 30]);
  });

  test("steps lead to the moments beside", () => {
    const moments = [10, 20, 30];
    const check = (at: number | null, direction: -1 | 1, expected: number | null) =>
      expect(neighbour(moments, at, direction)).toBe(expected);
    check(null, -1, 30);
    check(30, -1, 20);
    check(25, -1, 10);
    check(10, -1, 10);
    check(10, 1, 20);
    check(30, 1, null);
    check(null, 1, null);
  });

  test("changes are found to both sides", () => {
    const kept = history([10, 20, 30, 40], [20, 40]);
    expect(nextChange(kept, null, -1)).toBe(40);
    expect(nextChange(kept, 40, -1)).toBe(20);
    expect(nextChange(kept, 20, -1)).toBe(null);
    expect(nextChange(kept, 20, 1)).toBe(40);
    expect(nextChange(kept, 40, 1)).toBe(null);
  });

  test("law: what is shown stays within the whole, and a minute long at least", () => {
    const whole: Span = { from: 0, to: 10 * MINUTE };
    let span = whole;
    for (const factor of [0.5, 0.5, 0.1, 0.1, 3, 0.7, 40, 0.2]) {
      span = zoomed(span, whole, factor, 9 * MINUTE);
      expect(span.from).toBeGreaterThanOrEqual(whole.from);
      expect(span.to).toBeLessThanOrEqual(whole.to);
      expect(span.to - span.from).toBeGreaterThanOrEqual(MINUTE);
      span = panned(span, whole, 3 * MINUTE);
      expect(span.to).toBeLessThanOrEqual(whole.to);
    }
    expect(spanOrWhole(zoomed(span, whole, 100, MINUTE), whole)).toBe(null);
    expect(within({ from: -5, to: 5 }, whole)).toEqual({ from: 0, to: MINUTE });
  });

  test("the moment under the pointer stays there", () => {
    const whole: Span = { from: 0, to: 100 * MINUTE };
    const next = zoomed(whole, whole, 0.5, 40 * MINUTE);
    expect(next).toEqual({ from: 20 * MINUTE, to: 70 * MINUTE });
  });

  test("all of it is what is kept, a minute at least", () => {
    expect(wholeSpan(history([NOW - 5 * MINUTE]), NOW)).toEqual({ from: NOW - 5 * MINUTE, to: NOW });
    expect(wholeSpan(null, NOW)).toEqual({ from: NOW - MINUTE, to: NOW });
    // The oldest moment may stand at the beginning of the span, and be older than it.
    expect(wholeSpan(history([NOW - 11 * MINUTE]), NOW).from).toBe(NOW - 10 * MINUTE);
  });

  test("bars hold what happened in their part", () => {
    const kept = history([10, 20, 30, 95], [10, 20, 95]);
    const bars = barsOf(kept.steps, { from: 0, to: 100 }, 4);
    expect(bars.map(({ from, added }) => [from, added])).toEqual([
      [0, 4],
      [75, 2],
    ]);
  });

  test("the axis has round times", () => {
    const check = (span: Span, offsetMs: number, expected: readonly number[]) =>
      expect(ticksOf(span, 4, offsetMs)).toEqual(expected);
    check({ from: 1000, to: 61_000 }, 0, [15_000, 30_000, 45_000, 60_000]);
    check({ from: 0, to: 4 * 3_600_000 }, 1_800_000, [1_800_000, 5_400_000, 9_000_000, 12_600_000]);
  });

  test("it says how far it reaches and why no further", () => {
    expect(reachWords(history([NOW - 5 * MINUTE]), NOW)).toBe(
      "Reaches back 5 min, to the start of the app; it keeps 10 min.",
    );
    expect(reachWords({ ...history([]), spanMs: 0 }, NOW)).toMatch(/^This app keeps no past/);
    expect(whyNothing(history([NOW - MINUTE]), NOW - 2 * MINUTE, NOW)).toMatch(/^The app was started later/);
    expect(whyNothing(history([NOW - MINUTE]), NOW - 1000, NOW)).toBe(null);
    expect(activityWords({ added: 1, removed: 0, changed: 2 })).toBe("1 came, 2 changed");
  });
});
