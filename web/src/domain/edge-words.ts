// What the client says of edges: the only place of these words.

import type { EdgeObservation, EdgeSilence, EdgeSocket, Metric } from "../api/types";
import { type EdgeShow, type EdgeTone, MANY_RETRANSMITS } from "./edge-show";
import { formatDuration } from "./time";
import { formatMillis, formatRate } from "./units";

/** The choices of the picker. */
export const SHOW_WORDS: Readonly<Record<EdgeShow, string>> = {
  nothing: "Nothing",
  traffic: "Traffic",
  rtt: "Round trip",
  retransmits: "Retransmits",
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
  retransmits: [
    { tone: "plain", title: "Nothing sent again" },
    { tone: "some", title: `Below ${MANY_RETRANSMITS} segments` },
    { tone: "many", title: `${MANY_RETRANSMITS} and more` },
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
  return `Opened, failed and retransmits are those of the last ${formatDuration(Math.round(secs))}.`;
}

export interface SilenceText {
  readonly title: string;
  readonly text: string;
}

/** Why there are no figures, and what would help. */
export function silenceText({ reason, hosts }: EdgeSilence): SilenceText {
  const names = hosts.map(({ host, version }) => (version === "" ? host : `${host} (${version})`));
  const isOne = names.length === 1;
  const probes = `${isOne ? "The probe on" : "The probes on"} ${joined(names)}`;
  if (reason === "probe") {
    return {
      title: "Not measured",
      text: `${probes} ${isOne ? "does" : "do"} not tell what connections carry. A newer probe does.`,
    };
  }
  if (reason === "conntrack") {
    return {
      title: "Only its way was seen",
      text: "Connection tracking saw it pass, but no probe saw a socket of it. A probe on either end would measure it.",
    };
  }
  const measure = isOne ? "measures connections, but has" : "measure connections, but have";
  return { title: "Nothing measured yet", text: `${probes} ${measure} no figures of this one yet.` };
}

function joined(names: readonly string[]): string {
  const last = names[names.length - 1] ?? "";
  return names.length < 2 ? last : `${names.slice(0, -1).join(", ")} and ${last}`;
}
