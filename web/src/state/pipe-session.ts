// An open pipe and where its output goes: while nothing takes it, it is not read either, so that the
// program waits instead of the page filling up.

import { type PipePhase, PipeSocket } from "../api/pipe-socket";

/** What takes a pipe's output: a terminal, a log. */
export interface PipeSink {
  /** The promise is kept once more may come, null for at once. */
  write(bytes: Uint8Array): Promise<void> | null;
  /** Some output was given up before what comes next. */
  gap(): void;
}

export class PipeSession {
  readonly #socket: PipeSocket;
  #sink: PipeSink | null = null;
  #hasInput = false;
  #onSink: (() => void) | null = null;

  /** `isEmpty`: this page shows nothing of what the pipe said so far. */
  constructor(pipe: string, isEmpty: boolean, onPhase: (phase: PipePhase) => void) {
    this.#socket = new PipeSocket(pipe, isEmpty, {
      onBytes: (bytes) => this.#pass(bytes),
      onPhase,
      onGap: () => this.#sink?.gap(),
    });
  }

  /** Something was typed, so something may be lost when it ends. */
  get hasInput(): boolean {
    return this.#hasInput;
  }

  attach(sink: PipeSink): void {
    this.#sink = sink;
    this.#onSink?.();
    this.#onSink = null;
  }

  /** False while there is no connection, and what was typed is lost. */
  send(bytes: Uint8Array): boolean {
    this.#hasInput = true;
    return this.#socket.send(bytes);
  }

  retryNow(): void {
    this.#socket.retryNow();
  }

  leave(): void {
    this.#socket.leave();
    this.#onSink?.();
  }

  #pass(bytes: Uint8Array): Promise<void> | null {
    if (this.#sink !== null) return this.#sink.write(bytes);
    const attached = new Promise<void>((resolve) => {
      this.#onSink = resolve;
    });
    return attached.then(() => this.#sink?.write(bytes) ?? undefined);
  }
}
