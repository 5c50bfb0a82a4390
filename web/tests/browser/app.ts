// An app to look at: the program under test with a recorded report of 17 containers, or, for work
// on the client, one that runs already at SCOPE_URL.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { gunzipSync, gzipSync } from "node:zlib";
import { offeringLogs, telling } from "../telling";

const REPORT = resolve(import.meta.dirname, "../../../testdata/conformance/docker/report.json.gz");
const BUILT = resolve(import.meta.dirname, "../../../target/release/scope");

const START_LIMIT_MS = 20_000;
const LOOK_INTERVAL_MS = 50;
const SECONDS_TOLD = 15;

/** Containers of the recording. */
export const CONTAINERS = 17;

export interface App {
  readonly url: string;
  /** Ends the program, as a crash would; false where it is not ours. */
  stop(): Promise<boolean>;
  /** Starts it again at the same address, with the same report. */
  start(): Promise<void>;
}

/** The recorded report, packed; with `tells`, as a probe of ours would: connections carry something, logs are offered. */
function report(tells: boolean): Buffer {
  const recorded = readFileSync(REPORT);
  if (!tells) return recorded;
  const told = telling(JSON.parse(gunzipSync(recorded).toString()), Date.now(), SECONDS_TOLD);
  return gzipSync(JSON.stringify(offeringLogs(told)));
}

/** Starts an app of our own, or takes the one that is there. */
export async function openApp(tells = false): Promise<App> {
  const given = process.env.SCOPE_URL;
  if (given !== undefined) return { url: given, stop: async () => false, start: async () => {} };
  return openOwnApp({ tells, flags: ["--app.controls"] });
}

export interface OwnAppPlan {
  readonly tells: boolean;
  /** Besides its address and window. */
  readonly flags: readonly string[];
  /** What the report is posted with, where the app asks who posts. */
  readonly authorization?: string;
}

/** Starts an app of our own. */
export async function openOwnApp(plan: OwnAppPlan): Promise<App> {
  const app = new OwnApp(binary(), await freePort(), plan);
  await app.start();
  return app;
}

/** The program under test. */
export function binary(): string {
  const path = process.env.SCOPE_BINARY ?? BUILT;
  if (!existsSync(path))
    throw new Error(`there is no ${path}: run make build, or set SCOPE_BINARY or SCOPE_URL`);
  return path;
}

class OwnApp implements App {
  readonly url: string;
  private child: ChildProcess | null = null;

  constructor(
    private readonly binary: string,
    private readonly port: number,
    private readonly plan: OwnAppPlan,
  ) {
    this.url = `http://127.0.0.1:${port}`;
  }

  async start(): Promise<void> {
    // The window is long, because the report is posted once.
    const { tells, flags: more, authorization } = this.plan;
    const own = ["--app.window=1h", "--app.old-probes"];
    const flags = ["app", `--app.http.address=127.0.0.1:${this.port}`, ...own, ...more];
    const child = spawn(this.binary, flags, { stdio: "ignore" });
    this.child = child;
    await until("the app answers", async () => (await fetch(`${this.url}/api/me`)).ok);
    const answer = await fetch(`${this.url}/api/report`, {
      method: "POST",
      headers: {
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
        ...(authorization === undefined ? {} : { Authorization: authorization }),
      },
      body: new Uint8Array(report(tells)),
    });
    if (!answer.ok) throw new Error(`the app refused the report: ${answer.status} ${await answer.text()}`);
  }

  async stop(): Promise<boolean> {
    const { child } = this;
    this.child = null;
    if (child === null || child.exitCode !== null) return true;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
    return true;
  }
}

/** Looks until `condition` holds; what it throws counts as no. */
export async function until(what: string, condition: () => Promise<boolean>): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > deadline) throw new Error(`waited ${START_LIMIT_MS} ms in vain until ${what}`);
    await pause(LOOK_INTERVAL_MS);
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no free port");
  return address.port;
}
