// A container engine of the test's own, without networks, so that nothing of the machine's is
// touched; and a Scope that watches it.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { binary, freePort, until } from "./app";

const IMAGE = "busybox:local";
const BUSYBOX = "/usr/bin/busybox";
const END_MS_MAX = 20_000;

/** Why there can be no engine here; blank when there can. */
export function engineMissing(): string {
  if (process.getuid?.() !== 0) return "a container engine of our own needs root";
  for (const program of ["dockerd", "docker", "busybox"]) {
    try {
      execFileSync("which", [program], { stdio: "ignore" });
    } catch {
      return `no ${program} here: apt-get install docker.io busybox-static`;
    }
  }
  return "";
}

export class Machine {
  private readonly children: ChildProcess[] = [];

  private constructor(
    private readonly folder: string,
    readonly url: string,
  ) {}

  static async start(): Promise<Machine> {
    const folder = mkdtempSync(join(tmpdir(), "scope-engine-"));
    const port = await freePort();
    const machine = new Machine(folder, `http://127.0.0.1:${port}`);
    try {
      await machine.startEngine();
      const flags = ["launch", "--hostname=acts", "--app.controls", `--app.http.address=127.0.0.1:${port}`];
      machine.spawn(binary(), flags, { DOCKER_HOST: machine.socket });
      await until("the app answers", async () => (await fetch(`${machine.url}/api`)).ok);
    } catch (failure) {
      await machine.stop();
      throw failure;
    }
    return machine;
  }

  /** Runs a container; its id. */
  run(name: string, ...command: readonly string[]): string {
    return this.docker("run", "--detach", "--network=none", `--name=${name}`, IMAGE, ...command);
  }

  docker(...words: readonly string[]): string {
    return execFileSync("docker", words, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, DOCKER_HOST: this.socket },
    }).trim();
  }

  async stop(): Promise<void> {
    try {
      const all = this.docker("ps", "--all", "--quiet").split("\n").filter(Boolean);
      if (all.length > 0) this.docker("rm", "--force", ...all);
    } catch {
      // The engine never came up, or is gone already.
    }
    // The last started first: the engine goes when nobody uses it any more.
    for (const child of this.children.reverse()) await end(child);
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get socket(): string {
    return `unix://${this.folder}/docker.sock`;
  }

  private async startEngine(): Promise<void> {
    const { folder } = this;
    const places = [`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`];
    const apart = ["--bridge=none", "--iptables=false", "--ip6tables=false", "--storage-driver=vfs"];
    this.spawn("dockerd", [...places, ...apart, `--host=${this.socket}`]);
    await until("the engine answers", async () => this.docker("version") !== "");
    const bin = join(folder, "root", "bin");
    mkdirSync(bin, { recursive: true });
    mkdirSync(join(folder, "root", "tmp"));
    copyFileSync(BUSYBOX, join(bin, "busybox"));
    const applets = execFileSync(BUSYBOX, ["--list"], { encoding: "utf8" }).split("\n");
    for (const applet of applets) {
      if (applet !== "" && applet !== "busybox") symlinkSync("busybox", join(bin, applet));
    }
    execFileSync("tar", ["-C", join(folder, "root"), "-cf", join(folder, "image.tar"), "."]);
    this.docker("import", join(folder, "image.tar"), IMAGE);
  }

  private spawn(program: string, flags: readonly string[], variables: Record<string, string> = {}): void {
    const env = { ...process.env, ...variables };
    this.children.push(spawn(program, flags, { stdio: "ignore", env }));
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGTERM");
  const forced = setTimeout(() => child.kill("SIGKILL"), END_MS_MAX);
  await ended;
  clearTimeout(forced);
}
