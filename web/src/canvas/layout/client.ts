// Asks the layout worker for positions and hands out only the newest answer.
//
// Why newest only: a live map asks again before the last answer came, and drawing an old one would
// move nodes back. It decides nothing about when to lay out, and it animates nothing.

import type { LayoutRequest, LayoutResult } from "./abi";
import { decodeResult, encodeRequest, LayoutError } from "./abi";
import type { FromWorker, ToWorker } from "./worker";

/** The request that has no answer yet, and how to settle its promise. */
interface Waiting {
  readonly id: number;
  readonly resolve: (result: LayoutResult | null) => void;
  readonly reject: (error: LayoutError) => void;
}

/** One worker and its newest request. */
export class LayoutClient {
  private readonly worker: Worker;
  private requestsMade = 0;
  private newest: Waiting | undefined;
  /** The words of the newest request while the worker is still busy with an older one. */
  private held: ArrayBuffer | undefined;
  private busy = false;
  private disposed = false;

  constructor() {
    this.worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    this.worker.addEventListener("message", (event: MessageEvent<FromWorker>) => {
      this.heard(event.data);
    });
    this.worker.addEventListener("error", (event) => {
      this.failed(event.message);
    });
  }

  /**
   * Lays out a graph. Resolves to `null` when a newer request or `dispose` overtakes it; rejects
   * with a `LayoutError` whose message is a sentence for the user when there can be no layout.
   */
  request(request: LayoutRequest): Promise<LayoutResult | null> {
    if (this.disposed) return Promise.resolve(null);
    this.newest?.resolve(null);
    this.newest = undefined;
    this.held = undefined;
    return new Promise((resolve, reject) => {
      // An executor that throws rejects its promise: a malformed request ends here.
      const words = encodeRequest(request);
      this.requestsMade += 1;
      this.newest = { id: this.requestsMade, resolve, reject };
      if (this.busy) this.held = words;
      else this.send(words);
    });
  }

  /** Ends the worker; what waits resolves to `null`. */
  dispose(): void {
    this.disposed = true;
    this.worker.terminate();
    this.newest?.resolve(null);
    this.newest = undefined;
    this.held = undefined;
  }

  private send(words: ArrayBuffer): void {
    this.busy = true;
    this.held = undefined;
    const message: ToWorker = { id: this.requestsMade, request: words };
    this.worker.postMessage(message, [words]);
  }

  private heard(message: FromWorker): void {
    this.busy = false;
    if (this.held !== undefined) this.send(this.held);
    const waiting = this.newest;
    if (waiting === undefined || waiting.id !== message.id) return;
    this.newest = undefined;
    if ("failure" in message) {
      waiting.reject(new LayoutError(message.failure));
      return;
    }
    try {
      waiting.resolve(decodeResult(message.answer));
    } catch (error) {
      const known = error instanceof LayoutError;
      waiting.reject(known ? error : new LayoutError("The layout could not be read."));
    }
  }

  private failed(cause: string): void {
    this.busy = false;
    this.held = undefined;
    const waiting = this.newest;
    this.newest = undefined;
    const detail = cause === "" ? "" : `: ${cause}`;
    waiting?.reject(new LayoutError(`The layout worker could not start${detail}.`));
  }
}
