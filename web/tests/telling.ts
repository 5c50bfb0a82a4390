// A recorded report whose connections carry something: what a probe that measures them would have added. Recordings of
// Weave Scope have nothing of the kind.

import { stableHash } from "../src/domain/hue";

type Json = Record<string, unknown>;

interface EndpointRow {
  readonly adjacency?: readonly string[];
  readonly latest?: Readonly<Record<string, { readonly value: string }>>;
  edges?: Json;
}

interface RecordedReport {
  readonly Endpoint: { readonly nodes: Readonly<Record<string, EndpointRow>> };
}

const SECOND_MS = 1000;
/** One connection of so many is left unmeasured, so that the picture has some of those. */
const UNTOLD_EVERY = 9;

/** A number from 0 to 1 that is the same for the same connection. */
function share(name: string, salt: string): number {
  return (stableHash(name + salt) % 1000) / 1000;
}

function metric(nowMs: number, seconds: number, valueAt: (secs: number) => number): Json {
  const samples = Array.from({ length: seconds }, (_, index) => {
    const at = nowMs - (seconds - 1 - index) * SECOND_MS;
    return { date: new Date(at).toISOString(), value: valueAt(Math.round(at / SECOND_MS)) };
  });
  return { samples, min: 0, max: 0 };
}

function side(name: string, seen: "client" | "server", nowMs: number, seconds: number): Json {
  const bytes = 10 ** (2 + share(name, "bytes") * 5);
  const rttMs = 10 ** (share(name, "rtt") * 4.2 - 1.5);
  const isFailing = share(name, "failing") > 0.75;
  const wave = (secs: number) => 1 + 0.4 * Math.sin(secs / 3 + share(name, "phase") * 6);
  const counted = (secs: number, upTo: number) => Math.floor(share(`${name}${secs}`, "count") * upTo);
  const series = (valueAt: (secs: number) => number) => metric(nowMs, seconds, valueAt);
  const measured: Json = {
    sent_bytes: series((secs) => bytes * wave(secs)),
    received_bytes: series((secs) => bytes * 3 * wave(secs + 2)),
    rtt_ms: series((secs) => rttMs * (0.9 + 0.2 * wave(secs))),
    open: series(() => 1),
    opened: series((secs) => counted(secs, 4)),
    failed: series((secs) => (isFailing ? counted(secs, 3) : 0)),
    retransmits: series((secs) => counted(secs, 1.3)),
  };
  return {
    source: seen === "client" ? "events" : "sockets",
    state: "open",
    first_seen: new Date(nowMs - 754 * SECOND_MS).toISOString(),
    last_seen: new Date(nowMs).toISOString(),
    ...(share(name, "nat") > 0.6 && { nat: [`dnat 10.96.138.98:80 to ${name.split(" ")[1] ?? ""}`] }),
    metrics: measured,
  };
}

/** The report with `seconds` samples of what its connections carry, the last at `nowMs` (Unix). */
export function telling<T extends RecordedReport>(recorded: T, nowMs: number, seconds: number): T {
  const report = structuredClone(recorded);
  for (const [id, row] of Object.entries(report.Endpoint.nodes)) {
    for (const [index, to] of (row.adjacency ?? []).entries()) {
      const host = row.latest?.host_node_id?.value.split(";")[0] ?? "vm";
      const name = `${id} ${to.split(";").slice(1).join(":")}`;
      if (stableHash(`${name}${index}`) % UNTOLD_EVERY === 0) continue;
      const sides: Json = { [`${host};client`]: side(name, "client", nowMs, seconds) };
      if (share(name, "both") > 0.5) sides[`${host};server`] = side(name, "server", nowMs, seconds);
      row.edges = { ...row.edges, [to]: sides };
    }
  }
  return report;
}

interface ActingReport {
  readonly Container: {
    readonly controls: Record<string, Json>;
    readonly nodes: Readonly<
      Record<string, { readonly latest?: Readonly<Record<string, { value: string }>> }>
    >;
  };
}

/** The report with the control that Weave Scope had not: logs of a container. */
export function offeringLogs<T>(report: T): T {
  const { controls, nodes } = (report as unknown as ActingReport).Container;
  const id = "docker_container_logs";
  controls[id] = { id, human: "Show logs", icon: "fa fa-align-left", rank: 2 };
  for (const { latest } of Object.values(nodes)) {
    const active = latest?.active_controls;
    if (active !== undefined) active.value += `;${id}`;
  }
  return report;
}
