// How the map draws what edges carry: width for traffic, a tone for round trip, what was sent again, or failures.

import type { EdgeFigures } from "../api/types";

/** What the reader asked the edges to show. */
export type EdgeShow = "nothing" | "traffic" | "rtt" | "retransmits" | "failures";

export const EDGE_SHOWS: readonly EdgeShow[] = ["nothing", "traffic", "rtt", "retransmits", "failures"];

/** What the colour of an edge says; `plain` has the colour of every edge. */
export type EdgeTone = "plain" | "unknown" | "fast" | "near" | "far" | "slow" | "some" | "many";

/** Every tone, in the order of the canvas's colours. */
export const EDGE_TONES: readonly EdgeTone[] = [
  "plain",
  "unknown",
  "fast",
  "near",
  "far",
  "slow",
  "some",
  "many",
];

export interface EdgeLook {
  /** Times the width of an edge that shows nothing. */
  readonly width: number;
  readonly tone: EdgeTone;
}

/** Round trips up to these, milliseconds, have the tones before `slow`. */
export const RTT_STEPS_MS = { fast: 1, near: 10, far: 100 } as const;
/** From this share of failed attempts on there are many. */
export const MANY_FAILURES_SHARE = 0.05;
/** From so many segments sent again on, in the time the figures cover, there are many. */
export const MANY_RETRANSMITS = 10;

const WIDTH_MIN = 0.5;
const WIDTH_MAX = 3.5;
/** The lightest bundle is a hair line, the heaviest has this and the span. */
const BUNDLE_MIN = 0.3;
const BUNDLE_SPAN = 2.4;
/** Bytes per second at the least width, and how much each power of ten adds. */
const BYTES_MIN = 100;
const WIDTH_PER_DECADE = 0.5;

/** Bytes per second both ways, null where nobody measured any. */
export function trafficOf(edge: EdgeFigures): number | null {
  if (edge.sentBytes === null && edge.receivedBytes === null) return null;
  return (edge.sentBytes ?? 0) + (edge.receivedBytes ?? 0);
}

/** Logarithmic, because traffic spans eight powers of ten. */
export function trafficWidth(bytesPerSecond: number): number {
  const decades = Math.log10(Math.max(bytesPerSecond, BYTES_MIN) / BYTES_MIN);
  return Math.min(WIDTH_MAX, WIDTH_MIN + decades * WIDTH_PER_DECADE);
}

function rttTone(rttMs: number | null): EdgeTone {
  if (rttMs === null) return "unknown";
  if (rttMs < RTT_STEPS_MS.fast) return "fast";
  if (rttMs < RTT_STEPS_MS.near) return "near";
  return rttMs < RTT_STEPS_MS.far ? "far" : "slow";
}

function failureTone({ failed, opened }: EdgeFigures): EdgeTone {
  if (failed === null) return "unknown";
  if (failed <= 0) return "plain";
  return failed / (failed + (opened ?? 0)) < MANY_FAILURES_SHARE ? "some" : "many";
}

function retransmitTone({ retransmits }: EdgeFigures): EdgeTone {
  if (retransmits === null) return "unknown";
  if (retransmits <= 0) return "plain";
  return retransmits < MANY_RETRANSMITS ? "some" : "many";
}

/**
 * One edge that stands for several: wide for all their traffic, in the tone of the worst. While edges show nothing it is
 * as wide as they are many, beside the `heaviest` of the picture.
 */
export function bundledLook(looks: readonly (EdgeLook | null)[], heaviest: number): EdgeLook {
  const shown = looks.filter((look) => look !== null);
  if (shown.length === 0) {
    return { width: BUNDLE_MIN + BUNDLE_SPAN * (looks.length / heaviest) ** 0.7, tone: "plain" };
  }
  const bytes = shown.reduce((sum, { width }) => sum + bytesOf(width), 0);
  const worst = Math.max(...shown.map(({ tone }) => EDGE_TONES.indexOf(tone)));
  return { width: trafficWidth(bytes), tone: EDGE_TONES[worst] ?? "plain" };
}

/** What `trafficWidth` was given. */
function bytesOf(width: number): number {
  return width <= WIDTH_MIN ? 0 : BYTES_MIN * 10 ** ((width - WIDTH_MIN) / WIDTH_PER_DECADE);
}

/** How an edge is drawn; `edge` is undefined where no probe says anything of it. */
export function edgeLook(show: EdgeShow, edge: EdgeFigures | undefined): EdgeLook | null {
  if (show === "nothing") return null;
  if (edge === undefined) return { width: WIDTH_MIN, tone: "unknown" };
  const traffic = trafficOf(edge);
  const width = traffic === null ? WIDTH_MIN : trafficWidth(traffic);
  if (show === "traffic") return { width, tone: traffic === null ? "unknown" : "plain" };
  if (show === "rtt") return { width, tone: rttTone(edge.rttMs) };
  return { width, tone: show === "retransmits" ? retransmitTone(edge) : failureTone(edge) };
}
