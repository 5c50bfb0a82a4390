// What the client says of edges: the only place of these words.

import type { EdgeObservation, EdgeSilence, EdgeSocket, Metric } from "../api/types";
import { say } from "../text/text";
import { type EdgeShow, type EdgeTone, MANY_RETRANSMITS } from "./edge-show";
import { formatDuration } from "./time";
import { formatMillis, formatRate } from "./units";

/** The choices of the picker. */
export const SHOW_WORDS: Readonly<Record<EdgeShow, string>> = say.edges.shows;

export interface ToneRow {
  readonly tone: EdgeTone;
  readonly title: string;
}

/** The rows of the legend for each choice. */
export const TONE_ROWS: Readonly<Record<EdgeShow, readonly ToneRow[]>> = {
  nothing: [],
  traffic: [{ tone: "unknown", title: say.edges.notMeasured }],
  rtt: [
    { tone: "fast", title: say.edges.fast },
    { tone: "near", title: say.edges.near },
    { tone: "far", title: say.edges.far },
    { tone: "slow", title: say.edges.slow },
    { tone: "unknown", title: say.edges.notMeasured },
  ],
  retransmits: [
    { tone: "plain", title: say.edges.noneAgain },
    { tone: "some", title: say.edges.someAgain(MANY_RETRANSMITS) },
    { tone: "many", title: say.edges.manyAgain(MANY_RETRANSMITS) },
    { tone: "unknown", title: say.edges.notMeasured },
  ],
  failures: [
    { tone: "plain", title: say.edges.noneFailed },
    { tone: "some", title: say.edges.someFailed },
    { tone: "many", title: say.edges.manyFailed },
    { tone: "unknown", title: say.edges.notMeasured },
  ],
};

/** Widths that the legend explains, bytes per second. */
export const WIDTH_SAMPLES = [1024, 1024 ** 2, 100 * 1024 ** 2] as const;

const SOURCE_WORDS: ReadonlyMap<string, string> = new Map(Object.entries(say.edges.sources));

/** What saw a connection. */
export function sourceWord(source: string): string {
  return SOURCE_WORDS.get(source) ?? source;
}

const SIDE_WORDS: ReadonlyMap<string, string> = new Map(Object.entries(say.edges.sides));

/** Which end of a connection somebody saw. */
export function sideWord(side: string): string {
  return SIDE_WORDS.get(side) ?? side;
}

/** An address with its port, as the system's own tools print it. */
export function socketText({ address, port }: EdgeSocket): string {
  if (address === "") return port;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a side measured, in a line; blank where it measured nothing. */
export function figuresText({ figures }: EdgeObservation): string {
  const parts: string[] = [];
  if (figures.sentBytes !== null) parts.push(say.edges.sent(formatRate(figures.sentBytes)));
  if (figures.receivedBytes !== null) parts.push(say.edges.received(formatRate(figures.receivedBytes)));
  if (figures.rttMs !== null) parts.push(say.edges.roundTrip(formatMillis(figures.rttMs)));
  if (figures.opened !== null && figures.opened > 1) parts.push(say.edges.opened(figures.opened));
  if (figures.failed !== null && figures.failed > 0) parts.push(say.edges.failed(figures.failed));
  if (figures.retransmits !== null && figures.retransmits > 0) {
    parts.push(say.edges.sentAgain(figures.retransmits));
  }
  return parts.join(", ");
}

/** How far back the figures reach; blank where there are no series. */
export function spanText(metrics: readonly Metric[]): string {
  const times = metrics.flatMap((metric) => metric.samples.map((sample) => sample.at));
  const secs = times.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / 1000;
  if (secs < 1) return "";
  return say.edges.span(formatDuration(Math.round(secs)));
}

export interface SilenceText {
  readonly title: string;
  readonly text: string;
}

/** Why there are no figures, and what would help. */
export function silenceText({ reason, hosts }: EdgeSilence): SilenceText {
  const names = hosts.map(({ host, version }) => (version === "" ? host : `${host} (${version})`));
  if (reason === "probe") return { title: say.edges.notMeasured, text: say.edges.oldProbe(names) };
  if (reason === "conntrack") return { title: say.edges.onlyTracked, text: say.edges.onlyTrackedWhy };
  return { title: say.edges.nothingYet, text: say.edges.nothingYetWhy(names) };
}
