// A view's stream of changes: connects, notices silence, reconnects with growing pauses, and says
// at every moment how it fares. It keeps no nodes; a new connection's first frame carries them all.

import { FrameReader } from "./lean";
import { type Parting, partingOf } from "./parting";
import type { Diff } from "./types";

/** How often the app sends a frame at least, seconds. */
export const STREAM_PERIOD_SECS = 2;
/** Silence after which a connection counts as dead: three frames and a slow network. */
export const SILENCE_MS_MAX = 3 * STREAM_PERIOD_SECS * 1000 + 5000;
export const BACKOFF_MS_MIN = 500;
export const BACKOFF_MS_MAX = 5000;

export type StreamState =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** `retryAt` is Unix time in milliseconds, 0 while an attempt is under way. */
  | { readonly kind: "reconnecting"; readonly since: number; readonly retryAt: number };

export interface StreamHandlers {
  onDiff(diff: Diff): void;
  onState(state: StreamState): void;
  /** The app closed the stream because of who is here; it is tried again like any other. */
  onParting(parting: Parting): void;
}

/** What a stream needs from the world, so that a test can be the world. */
export interface StreamWorld {
  open(url: string): WebSocket;
  now(): number;
  random(): number;
  later(run: () => void, delayMs: number): number;
  cancel(timer: number): void;
}

/** The browser itself. */
export const browserWorld: StreamWorld = {
  open: (url) => new WebSocket(url),
  now: () => Date.now(),
  random: () => Math.random(),
  later: (run, delayMs) => Number(setTimeout(run, delayMs)),
  cancel: (timer) => clearTimeout(timer),
};

/** The pause before attempt `attempt` (from 0): doubles, with a spread so that clients do not march in step. */
export function backoffMs(attempt: number, random: number): number {
  const full = Math.min(BACKOFF_MS_MAX, BACKOFF_MS_MIN * 2 ** Math.min(attempt, 10));
  return Math.round(full * (0.75 + 0.25 * random));
}

export class ViewSocket {
  readonly #url: string;
  readonly #handlers: StreamHandlers;
  readonly #world: StreamWorld;
  #socket: WebSocket | null = null;
  #frames = new FrameReader();
  #silence: number | null = null;
  #retry: number | null = null;
  #attempt = 0;
  #lostSince: number | null = null;
  #closed = false;

  constructor(url: string, handlers: StreamHandlers, world: StreamWorld = browserWorld) {
    this.#url = url;
    this.#handlers = handlers;
    this.#world = world;
    handlers.onState({ kind: "connecting" });
    this.#connect();
  }

  /** Ends the stream for good; no handler is called afterwards. */
  close(): void {
    this.#closed = true;
    this.#stopTimers();
    this.#drop();
  }

  /** Skips the pause before the next attempt, as when the machine wakes up. */
  retryNow(): void {
    if (this.#closed || this.#retry === null) return;
    this.#stopTimers();
    this.#connect();
  }

  #connect(): void {
    if (this.#lostSince !== null) {
      this.#handlers.onState({ kind: "reconnecting", since: this.#lostSince, retryAt: 0 });
    }
    let socket: WebSocket;
    try {
      socket = this.#world.open(this.#url);
    } catch {
      this.#lose();
      return;
    }
    this.#socket = socket;
    this.#frames = new FrameReader();
    socket.onmessage = (event: MessageEvent) => this.#receive(event.data);
    socket.onclose = (event: CloseEvent) => {
      const parting = partingOf(event.code, event.reason);
      this.#lose();
      if (parting !== null && !this.#closed) this.#handlers.onParting(parting);
    };
    socket.onerror = () => this.#lose();
    this.#watchSilence();
  }

  #receive(data: unknown): void {
    if (typeof data !== "string") return;
    let frame: unknown;
    try {
      frame = JSON.parse(data);
    } catch {
      // A damaged frame may have held a change, so only a fresh connection is trustworthy.
      this.#lose();
      return;
    }
    this.#watchSilence();
    this.#attempt = 0;
    this.#lostSince = null;
    this.#handlers.onState({ kind: "live" });
    this.#handlers.onDiff(this.#frames.read(frame));
  }

  #lose(): void {
    if (this.#closed || this.#retry !== null) return;
    this.#stopTimers();
    this.#drop();
    const now = this.#world.now();
    this.#lostSince ??= now;
    const delayMs = backoffMs(this.#attempt, this.#world.random());
    this.#attempt += 1;
    this.#handlers.onState({ kind: "reconnecting", since: this.#lostSince, retryAt: now + delayMs });
    this.#retry = this.#world.later(() => {
      this.#retry = null;
      this.#connect();
    }, delayMs);
  }

  #watchSilence(): void {
    if (this.#silence !== null) this.#world.cancel(this.#silence);
    this.#silence = this.#world.later(() => {
      this.#silence = null;
      this.#lose();
    }, SILENCE_MS_MAX);
  }

  #stopTimers(): void {
    if (this.#silence !== null) this.#world.cancel(this.#silence);
    if (this.#retry !== null) this.#world.cancel(this.#retry);
    this.#silence = null;
    this.#retry = null;
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    if (socket === null) return;
    socket.onmessage = null;
    socket.onclose = null;
    socket.onerror = null;
    socket.close();
  }
}
