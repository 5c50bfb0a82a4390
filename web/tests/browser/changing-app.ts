// An app whose probe goes on reporting: the recorded containers, of which a test lets some come, go and change.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { offeringLogs, telling } from "../telling";
import { type App, openOwnApp } from "./app";

const REPORT = resolve(import.meta.dirname, "../../../testdata/conformance/docker/report.json.gz");
const REPORT_EVERY_MS = 300;
const SECONDS_TOLD = 15;

type Json = Record<string, unknown>;

interface Row extends Json {
  id: string;
  latest: Record<string, { timestamp: string; value: string }>;
}

interface Recorded {
  Container: { nodes: Record<string, Row> };
  Process: { nodes: Record<string, Row> };
  Endpoint: { nodes: Record<string, Row & { adjacency?: readonly string[] }> };
}

/** Takes a container out of a report, with its processes; answers their pids. */
function remove(report: Recorded, id: string): string[] {
  delete report.Container.nodes[id];
  const own = Object.entries(report.Process.nodes).filter(([, row]) =>
    JSON.stringify(row.parents ?? {}).includes(id),
  );
  for (const [process] of own) delete report.Process.nodes[process];
  return own.map(([, row]) => row.latest.pid?.value ?? "");
}

export interface Scenery {
  /** Names of recorded containers that are gone. */
  readonly gone: readonly string[];
  /** Names of recorded containers that are paused. */
  readonly paused: readonly string[];
  /** Names of containers that are not recorded. */
  readonly come: readonly string[];
}

/** History is kept at this pace. */
export const MOMENT_EVERY_MS = 500;

const AS_RECORDED: Scenery = { gone: [], paused: [], come: [] };

export class ChangingApp {
  #scenery = AS_RECORDED;
  #body = packed(AS_RECORDED);
  #isClosed = false;

  private constructor(private readonly app: App) {}

  static async open(more: readonly string[] = []): Promise<ChangingApp> {
    const pace = ["--app.window=4s", `--app.history.interval=${MOMENT_EVERY_MS}ms`];
    const flags = ["--app.controls", ...pace, ...more];
    const own = new ChangingApp(await openOwnApp({ tells: true, flags }));
    void own.#go();
    return own;
  }

  get url(): string {
    return this.app.url;
  }

  change(scenery: Partial<Scenery>): void {
    this.#scenery = { ...this.#scenery, ...scenery };
    this.#body = packed(this.#scenery);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.app.stop();
  }

  /** Reports again and again, one after the other. */
  async #go(): Promise<void> {
    while (!this.#isClosed) {
      await post(this.url, this.#body).catch(() => undefined);
      await pause(REPORT_EVERY_MS);
    }
  }
}

async function post(url: string, body: Uint8Array<ArrayBuffer>): Promise<void> {
  const headers = { "Content-Type": "application/json", "Content-Encoding": "gzip" };
  await fetch(`${url}/api/report`, { method: "POST", headers, body });
}

/** The recorded report, packed, as it is in a scenery. */
function packed({ gone, paused, come }: Scenery): Uint8Array<ArrayBuffer> {
  const recorded: Recorded = JSON.parse(gunzipSync(readFileSync(REPORT)).toString());
  const report = offeringLogs(telling(recorded, Date.now(), SECONDS_TOLD));
  const { nodes } = report.Container;
  const pids = new Set<string>();
  const timestamp = new Date().toISOString();
  for (const [id, row] of Object.entries(nodes)) {
    const name = row.latest.docker_container_name?.value ?? "";
    if (gone.includes(name)) for (const pid of remove(report, id)) pids.add(pid);
    if (paused.includes(name)) {
      row.latest.docker_container_state = { timestamp, value: "paused" };
      row.latest.docker_container_state_human = { timestamp, value: "Up 3 minutes (Paused)" };
    }
  }
  for (const [id, row] of Object.entries(report.Endpoint.nodes)) {
    if (pids.has(row.latest?.pid?.value ?? "")) delete report.Endpoint.nodes[id];
  }
  const [like] = Object.values(nodes);
  for (const name of come) {
    if (like === undefined) break;
    const id = `${name.padEnd(64, "0")};<container>`;
    nodes[id] = {
      ...like,
      id,
      latest: { ...like.latest, docker_container_name: { timestamp, value: name } },
    };
  }
  return new Uint8Array(gzipSync(JSON.stringify(report)));
}
