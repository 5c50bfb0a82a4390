// What the client says of edges: the only place of these words.

import type { EdgeObservation, EdgeSilence, EdgeSocket, Metric } from "../api/types";
import { type EdgeShow, type EdgeTone, trafficOf } from "./edge-show";
import { formatDuration } from "./time";
import { formatMillis, formatRate } from "./units";

/** The choices of the picker. */
export const SHOW_WORDS: Readonly<Record<EdgeShow, string>> = {
  nothing: "Nothing",
  traffic: "Traffic",
  rtt: "Round trip",
  failures: "Failures",
};

export interface ToneRow {
  readonly tone: EdgeTone;
  readonly title: string;
}

/** The rows of the legend for each choice. */
export const TONE_ROWS: Readonly<Record<EdgeShow, readonly ToneRow[]>> = {
  nothing: [],
  traffic: [{ tone: "unknown", title: "Not measured" }],
  rtt: [
    { tone: "fast", title: "Below 1 ms" },
    { tone: "near", title: "1 to 10 ms" },
    { tone: "far", title: "10 to 100 ms" },
    { tone: "slow", title: "100 ms and more" },
    { tone: "unknown", title: "Not measured" },
  ],
  failures: [
    { tone: "plain", title: "None failed" },
    { tone: "some", title: "Below 5 % failed" },
    { tone: "many", title: "5 % and more" },
    { tone: "unknown", title: "Not measured" },
  ],
};

/** Widths that the legend explains, bytes per second. */
export const WIDTH_SAMPLES = [1024, 1024 ** 2, 100 * 1024 ** 2] as const;

const SOURCE_WORDS: ReadonlyMap<string, string> = new Map([
  ["events", "kernel events"],
  ["sockets", "its sockets"],
  ["proc", "/proc"],
  ["conntrack", "connection tracking"],
]);

/** What saw a connection. */
export function sourceWord(source: string): string {
  return SOURCE_WORDS.get(source) ?? source;
}

/** An address with its port, as the system's own tools print it. */
export function socketText({ address, port }: EdgeSocket): string {
  if (address === "") return port;
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

/** What a side measured, in a line; blank where it measured nothing. */
export function figuresText({ figures }: EdgeObservation): string {
  const parts: string[] = [];
  if (figures.sentBytes !== null) parts.push(`sent ${formatRate(figures.sentBytes)}`);
  if (figures.receivedBytes !== null) parts.push(`received ${formatRate(figures.receivedBytes)}`);
  if (figures.rttMs !== null) parts.push(`round trip ${formatMillis(figures.rttMs)}`);
  if (figures.opened !== null && figures.opened > 1) parts.push(`${figures.opened} opened`);
  if (figures.failed !== null && figures.failed > 0) parts.push(`${figures.failed} failed`);
  if (figures.retransmits !== null && figures.retransmits > 0) {
    parts.push(`${figures.retransmits} sent again`);
  }
  return parts.join(", ");
}

/** How far back the figures reach; blank where there are no series. */
export function spanText(metrics: readonly Metric[]): string {
  const times = metrics.flatMap((metric) => metric.samples.map((sample) => sample.at));
  const secs = times.length === 0 ? 0 : (Math.max(...times) - Math.min(...times)) / 1000;
  if (secs < 1) return "";
  return `Opened, failed and sent again: in the last ${formatDuration(Math.round(secs))}.`;
}

export interface SilenceText {
  readonly title: string;
  readonly text: string;
}

/** Why there are no figures, and what would help. */
export function silenceText({ reason, hosts }: EdgeSilence): SilenceText {
  const names = hosts.map(({ host, version }) => (version === "" ? host : `${host} (${version})`));
  const named = joined(names);
  if (reason === "probe") {
    const probes = hosts.length === 1 ? `The probe on ${named} does` : `The probes on ${named} do`;
    return {
      title: "Not measured",
      text: `${probes} not tell what connections carry. A newer probe does.`,
    };
  }
  if (reason === "conntrack") {
    return {
      title: "Only its way was seen",
      text: "Connection tracking saw it pass, but no probe saw a socket of it. A probe on either end would measure it.",
    };
  }
  return {
    title: "Nothing measured yet",
    text: `${named === "" ? "The probes" : `The probes on ${named}`} measure connections, but have no figures of this one yet.`,
  };
}

function joined(names: readonly string[]): string {
  const last = names[names.length - 1] ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}

/** An edge's traffic in words, for those who do not see its width. */
export function edgeText(show: EdgeShow, edge: Parameters<typeof trafficOf>[0]): string {
  if (show === "rtt") return edge.rttMs === null ? "not measured" : formatMillis(edge.rttMs);
  if (show === "failures") return edge.failed === null ? "not measured" : `${edge.failed} failed`;
  const traffic = trafficOf(edge);
  return traffic === null ? "not measured" : formatRate(traffic);
}
