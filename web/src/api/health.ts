// Which probes report to the app, and what they say of themselves.

import { decodeSummary } from "./decode";
import type * as Wire from "./generated";
import { getJson } from "./request";
import type { NodeSummary } from "./types";

export interface Probe {
  readonly id: string;
  readonly hostname: string;
  readonly version: string;
  /** Unix milliseconds, 0 when it is not told. */
  readonly lastSeen: number;
}

export interface Health {
  readonly probes: readonly Probe[];
  /** The hosts' nodes, where probes write how they fare. */
  readonly hosts: readonly NodeSummary[];
}

const PROBES_MAX = 5000;

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function decodeProbe(value: unknown): Probe | null {
  const probe: { readonly [K in keyof Wire.ProbeEntry]?: unknown } =
    typeof value === "object" && value !== null ? value : {};
  const id = text(probe.id);
  if (id === "") return null;
  return {
    id,
    hostname: text(probe.hostname) || id,
    version: text(probe.version),
    lastSeen: Date.parse(text(probe.lastSeen)) || 0,
  };
}

export function decodeProbes(value: unknown): readonly Probe[] {
  const list = Array.isArray(value) ? value.slice(0, PROBES_MAX) : [];
  return list.map(decodeProbe).filter((probe) => probe !== null);
}

export async function fetchHealth(signal?: AbortSignal): Promise<Health> {
  const [probes, hosts] = await Promise.all([
    getJson("/api/probes", signal),
    getJson("/api/topology/hosts", signal),
  ]);
  const nodes: unknown = typeof hosts === "object" && hosts !== null ? Reflect.get(hosts, "nodes") : null;
  const values = typeof nodes === "object" && nodes !== null ? Object.values(nodes) : [];
  return {
    probes: decodeProbes(probes),
    hosts: values
      .slice(0, PROBES_MAX)
      .map(decodeSummary)
      .filter((node) => node !== null),
  };
}
