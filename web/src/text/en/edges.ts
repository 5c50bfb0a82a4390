// Connections: what edges show, what was seen of one, and why nothing was.

import { counted, joined } from "./count";

export const edges = {
  edge: "edge",
  shows: {
    nothing: "Nothing",
    traffic: "Traffic",
    rtt: "Round trip",
    retransmits: "Retransmits",
    failures: "Failures",
  },
  /** Rows of the legend. */
  notMeasured: "Not measured",
  fast: "Below 1 ms",
  near: "1 to 10 ms",
  far: "10 to 100 ms",
  slow: "100 ms and more",
  noneAgain: "Nothing sent again",
  someAgain: (max: number) => `Below ${max} segments`,
  manyAgain: (max: number) => `${max} and more`,
  noneFailed: "None failed",
  someFailed: "Below 5 % failed",
  manyFailed: "5 % and more",
  sources: {
    events: "kernel events",
    sockets: "its sockets",
    proc: "/proc",
    conntrack: "connection tracking",
  },
  sent: (rate: string) => `sent ${rate}`,
  received: (rate: string) => `received ${rate}`,
  roundTrip: (time: string) => `round trip ${time}`,
  opened: (count: number) => `${count} opened`,
  failed: (count: number) => `${count} failed`,
  sentAgain: (count: number) => `${count} sent again`,
  span: (span: string) => `Opened, failed and retransmits are those of the last ${span}.`,
  oldProbe: (hosts: readonly string[]) =>
    `${probes(hosts)} ${hosts.length === 1 ? "does" : "do"} not tell what connections carry. A newer probe does.`,
  onlyTracked: "Only its way was seen",
  onlyTrackedWhy:
    "Connection tracking saw it pass, but no probe saw a socket of it. A probe on either end would measure it.",
  nothingYet: "Nothing measured yet",
  nothingYetWhy: (hosts: readonly string[]) =>
    `${probes(hosts)} ${hosts.length === 1 ? "measures connections, but has" : "measure connections, but have"} no figures of this one yet.`,
  to: "to",
  ends: "Ends",
  client: "Client",
  server: "Server",
  evidence: "Evidence",
  seenLast: (shown: string, all: string) => `${shown} of ${all} connections, those seen last.`,
  translated: "Translated",
  measuredByNobody: "No probe measured it.",
  inContainer: "in",
  onHost: "on",
  sides: { client: "client", server: "server" },
  seen: (observer: string, side: string, source: string) => `Seen on ${observer} as ${side}, from ${source}`,
  first: (ago: string) => `first ${ago}`,
  last: (ago: string) => `last ${ago}`,
  traffic: "Traffic",
  bundled: "This line stands for all connections between what it joins: open the boxes to see each.",
  addresses: (count: number) => `on ${counted(count, "address", "addresses")}`,
};

function probes(hosts: readonly string[]): string {
  return `${hosts.length === 1 ? "The probe on" : "The probes on"} ${joined(hosts, " and ")}`;
}
