// The lines of an open log, renewed at most once per frame however fast they come.

import { useSyncExternalStore } from "react";
import { LogBuffer } from "../domain/log-buffer";
import { say } from "../text/text";
import type { PipeSession, PipeSink } from "./pipe-session";

/** Bytes taken between two frames; the rest waits at the far end. */
const FRAME_BYTES_MAX = 1 << 20;
/** Frames stand still in a page nobody sees; then it is enough to be renewed now and then. */
const HIDDEN_MS = 500;

export class LogSession implements PipeSink {
  readonly buffer = new LogBuffer();
  #version = 0;
  #bytes = 0;
  #isPlanned = false;
  #watchers = new Set<() => void>();
  #waiting: (() => void)[] = [];

  write(bytes: Uint8Array): Promise<void> | null {
    this.buffer.append(bytes);
    this.#bytes += bytes.length;
    this.#plan();
    if (this.#bytes < FRAME_BYTES_MAX) return null;
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  gap(): void {
    this.write(new TextEncoder().encode(`\n${say.docks.leftOut}\n`));
  }

  /** The pipe is over: what has no end of line yet is a line too. */
  finish(): void {
    this.buffer.finish();
    this.#plan();
  }

  clear(): void {
    this.buffer.clear();
    this.#plan();
  }

  readonly watch = (watcher: () => void): (() => void) => {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  };

  readonly version = (): number => this.#version;

  #plan(): void {
    if (this.#isPlanned) return;
    this.#isPlanned = true;
    if (document.hidden) window.setTimeout(this.#renew, HIDDEN_MS);
    else window.requestAnimationFrame(this.#renew);
  }

  readonly #renew = (): void => {
    this.#isPlanned = false;
    this.#version += 1;
    this.#bytes = 0;
    for (const watcher of this.#watchers) watcher();
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const go of waiting) go();
  };
}

/** Changes whenever the log does. */
export function useLogVersion(log: LogSession): number {
  return useSyncExternalStore(log.watch, log.version);
}

const logs = new WeakMap<PipeSession, LogSession>();

/** The lines of a pipe; the same as long as it is open. */
export function logOf(session: PipeSession): LogSession {
  const known = logs.get(session);
  if (known !== undefined) return known;
  const log = new LogSession();
  logs.set(session, log);
  session.attach(log);
  return log;
}
