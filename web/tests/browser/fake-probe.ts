// A probe of the test's own: takes the controls of the recorded containers, and holds the far ends
// of the pipes they open.

import { WebSocket } from "ws";
import { until } from "./app";

/** A control as it arrives at a probe. */
export interface Call {
  readonly NodeID: string;
  readonly Control: string;
  readonly ControlArgs: Readonly<Record<string, string>>;
}

/** What a probe answers; all keys may be absent. */
export interface Answer {
  readonly error?: string;
  readonly pipe?: string;
  readonly raw_tty?: boolean;
  readonly resize_tty_control?: string;
  readonly removedNode?: string;
}

export class FakeProbe {
  /** Every call so far. */
  readonly calls: Call[] = [];
  /** What it answers to each; nothing special unless a test says so. */
  answer: (call: Call) => Answer = () => ({});
  readonly #url: string;
  readonly #id: string;
  #socket: WebSocket | null = null;

  private constructor(url: string, id: string) {
    this.#url = url.replace(/^http/, "ws");
    this.#id = id;
  }

  /** The probe that the recorded nodes name. */
  static async of(url: string): Promise<FakeProbe> {
    const { nodes } = await (await fetch(`${url}/api/topology/containers`)).json();
    for (const id of Object.keys(nodes)) {
      const detail = await (await fetch(`${url}/api/topology/containers/${encodeURIComponent(id)}`)).json();
      const probe = detail.node.controls?.[0]?.probeId;
      if (typeof probe === "string") return new FakeProbe(url, probe);
    }
    throw new Error("no recorded container has controls");
  }

  async connect(): Promise<void> {
    const socket = new WebSocket(`${this.#url}/api/control/ws`, {
      headers: { "X-Scope-Probe-ID": this.#id },
    });
    this.#socket = socket;
    let head: { Request: { ServiceMethod: string; Seq: number } } | null = null;
    socket.on("message", (data) => {
      const frame = JSON.parse(String(data));
      if (head === null) {
        head = frame;
        return;
      }
      const { ServiceMethod, Seq } = head.Request;
      head = null;
      const call: Call = frame.Value;
      this.calls.push(call);
      const request = { Request: null, Response: { ServiceMethod, Seq, Error: "" }, Value: null };
      socket.send(JSON.stringify(request));
      socket.send(JSON.stringify({ Request: null, Response: null, Value: this.answer(call) }));
    });
    socket.on("error", () => undefined);
    await until("the probe takes controls", async () => socket.readyState === WebSocket.OPEN);
  }

  disconnect(): void {
    this.#socket?.terminate();
    this.#socket = null;
  }

  /** The probe's end of a pipe. */
  pipe(id: string): FarEnd {
    return new FarEnd(`${this.#url}/api/pipe/${id}`);
  }

  called(control: string): Call | undefined {
    return this.calls.findLast((call) => call.Control === control);
  }
}

/** How much may wait to be sent before the flood waits, bytes. */
const WAITING_BYTES_MAX = 1 << 20;

/** The far end of a pipe, which joins again when the app was away, as a probe does. */
export class FarEnd {
  /** What was typed, as text. */
  typed = "";
  isOver = false;
  readonly #url: string;
  #socket: WebSocket;

  constructor(url: string) {
    this.#url = url;
    this.#socket = this.#join();
  }

  async write(text: string | Buffer): Promise<void> {
    await until("the far end is joined", async () => this.#socket.readyState === WebSocket.OPEN);
    this.#socket.send(typeof text === "string" ? Buffer.from(text) : text);
  }

  /** Sends until the far end is full, then as fast as it is read. */
  async flood(block: Buffer, times: number): Promise<void> {
    for (let sent = 0; sent < times; sent += 1) {
      while (this.#socket.bufferedAmount > WAITING_BYTES_MAX) await new Promise((go) => setImmediate(go));
      await this.write(block);
    }
  }

  /** Ends the pipe, as a probe does when the program ended. */
  async end(): Promise<void> {
    await until("all is sent", async () => this.#socket.bufferedAmount === 0);
    await fetch(this.#url.replace(/^ws/, "http"), { method: "DELETE" });
  }

  /** Joins again, as after the app was away. */
  rejoin(): void {
    this.#socket = this.#join();
  }

  #join(): WebSocket {
    const socket = new WebSocket(`${this.#url}/probe`);
    socket.on("message", (data) => {
      this.typed += String(data);
    });
    socket.on("close", () => {
      if (socket === this.#socket) this.isOver = true;
    });
    socket.on("error", () => undefined);
    this.isOver = false;
    return socket;
  }
}
