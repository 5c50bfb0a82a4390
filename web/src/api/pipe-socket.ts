// A browser's end of a pipe: joins it, joins it again with growing pauses when the connection
// breaks, and says at every moment how it fares. It keeps no output.

import { askPipe, type PipeFate, pipeUrl } from "./acts";
import { openWire, type PipeWire, type WireHandlers } from "./pipe-wire";
import { backoffMs } from "./view-socket";

export type PipePhase =
  | { readonly kind: "connecting" }
  | { readonly kind: "live" }
  /** `since` is Unix time in milliseconds. */
  | { readonly kind: "reconnecting"; readonly since: number }
  | { readonly kind: "ended" }
  /** This reader may not join it. */
  | { readonly kind: "refused" };

export interface PipeHandlers {
  /** Takes output; the promise is kept once more may come, null for at once. */
  onBytes(bytes: Uint8Array): Promise<void> | null;
  onPhase(phase: PipePhase): void;
  /** Some output was given up, because it came faster than it could be shown. */
  onGap(): void;
}

/** What a pipe needs from the world, so that a test can be the world. */
export interface PipeWorld {
  open(id: string, again: boolean, handlers: WireHandlers): PipeWire;
  ask(id: string): Promise<PipeFate>;
  now(): number;
  random(): number;
  later(run: () => void, delayMs: number): number;
  cancel(timer: number): void;
}

const browserPipes: PipeWorld = {
  open: (id, again, handlers) => openWire(pipeUrl(new URL(window.location.href), id, again), handlers),
  ask: askPipe,
  now: () => Date.now(),
  random: () => Math.random(),
  later: (run, delayMs) => Number(setTimeout(run, delayMs)),
  cancel: (timer) => clearTimeout(timer),
};

/** A connection that lasted this long did not fail for a reason that lasts. */
const STEADY_MS = 2000;

export class PipeSocket {
  readonly #id: string;
  readonly #handlers: PipeHandlers;
  readonly #world: PipeWorld;
  #wire: PipeWire | null = null;
  #retry: number | null = null;
  #attempt = 0;
  #lostSince: number | null = null;
  #liveSince: number | null = null;
  #isClosed = false;
  /** This page shows nothing of what the pipe said so far. */
  #isEmpty: boolean;

  constructor(id: string, isEmpty: boolean, handlers: PipeHandlers, world: PipeWorld = browserPipes) {
    this.#id = id;
    this.#isEmpty = isEmpty;
    this.#handlers = handlers;
    this.#world = world;
    handlers.onPhase({ kind: "connecting" });
    void this.#join();
  }

  /** Sends input; false while there is no connection, and it is lost. */
  send(bytes: Uint8Array): boolean {
    if (this.#liveSince === null || this.#wire === null) return false;
    this.#wire.send(bytes);
    return true;
  }

  /** Leaves the pipe, which goes on; no handler is called afterwards. */
  leave(): void {
    this.#isClosed = true;
    this.#liveSince = null;
    if (this.#retry !== null) this.#world.cancel(this.#retry);
    this.#retry = null;
    this.#wire?.close();
    this.#wire = null;
  }

  /** Skips the pause before the next attempt, as when the machine wakes up. */
  retryNow(): void {
    if (this.#isClosed || this.#retry === null) return;
    this.#world.cancel(this.#retry);
    this.#retry = null;
    void this.#join();
  }

  /** Asks first: a pipe that is over answers a websocket with nothing that a page could read. */
  async #join(): Promise<void> {
    const fate = await this.#world.ask(this.#id);
    if (this.#isClosed) return;
    if (fate === "closed" || fate === "refused") {
      this.#isClosed = true;
      this.#handlers.onPhase({ kind: fate === "closed" ? "ended" : "refused" });
      return;
    }
    if (fate === "unknown") {
      this.#lose();
      return;
    }
    this.#wire = this.#world.open(this.#id, this.#isEmpty, {
      onOpen: () => {
        if (this.#isClosed) return;
        this.#liveSince = this.#world.now();
        this.#isEmpty = false;
        this.#lostSince = null;
        this.#handlers.onPhase({ kind: "live" });
      },
      onBytes: (bytes) => (this.#isClosed ? null : this.#handlers.onBytes(bytes)),
      onClose: (overrun) => {
        if (this.#isClosed) return;
        this.#wire = null;
        if (overrun) this.#handlers.onGap();
        this.#lose();
      },
    });
  }

  #lose(): void {
    const now = this.#world.now();
    const wasSteady = this.#liveSince !== null && now - this.#liveSince >= STEADY_MS;
    this.#liveSince = null;
    this.#lostSince ??= now;
    this.#handlers.onPhase({ kind: "reconnecting", since: this.#lostSince });
    if (wasSteady) this.#attempt = 0;
    // At once the first time: the usual reason is that the program ended, which the app then tells.
    const delayMs = wasSteady ? 0 : backoffMs(this.#attempt, this.#world.random());
    this.#attempt += 1;
    this.#retry = this.#world.later(() => {
      this.#retry = null;
      void this.#join();
    }, delayMs);
  }
}
