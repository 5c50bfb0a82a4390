// The page's end of a view's stream. The work is done in a worker; where none can be had (an old
// browser, a policy that forbids it), on the page itself.

import type { NodeSummary } from "./types";
import { type StreamHandlers, ViewSocket } from "./view-socket";
import type { StreamNews, StreamOrder } from "./view-worker";

export interface ViewStream {
  /** Skips the pause before the next attempt. */
  retryNow(): void;
  close(): void;
}

let worker: Worker | null = null;
let workerFailed = false;
let generation = 0;
/** Takes over on the page when the worker turns out not to run. */
let takeOver: (() => void) | null = null;

function startWorker(): Worker | null {
  if (workerFailed || worker !== null) return worker;
  try {
    worker = new Worker(new URL("./view-worker.ts", import.meta.url), { type: "module", name: "view" });
    worker.onerror = () => {
      workerFailed = true;
      worker = null;
      takeOver?.();
    };
  } catch {
    workerFailed = true;
  }
  return worker;
}

/** Starts the worker early, so that it is ready when the first view is known. */
export function warmViewStream(): void {
  startWorker();
}

/** Opens the stream at `url`; only one is open at a time, an earlier one falls silent. */
export function openViewStream(url: string, handlers: StreamHandlers): ViewStream {
  generation += 1;
  const mine = generation;
  const running = startWorker();
  let local: ViewSocket | null = running === null ? new ViewSocket(url, handlers) : null;
  const send = (order: StreamOrder) => worker?.postMessage(order);
  if (running !== null) {
    takeOver = () => {
      if (mine === generation) local = new ViewSocket(url, handlers);
    };
    const parts: (readonly NodeSummary[])[] = [];
    running.onmessage = (event: MessageEvent<StreamNews>) => {
      const news = event.data;
      if (news.generation !== generation) return;
      if (news.kind === "state") handlers.onState(news.state);
      else if (news.kind === "parting") handlers.onParting(news.parting);
      else if (news.kind === "part") parts.push(news.add);
      else handlers.onDiff({ ...news.diff, add: [...parts.splice(0).flat(), ...news.diff.add] });
    };
    send({ kind: "open", generation: mine, url });
  }
  return {
    retryNow: () => {
      local?.retryNow();
      send({ kind: "retry" });
    },
    close: () => {
      local?.close();
      if (mine !== generation) return;
      generation += 1;
      takeOver = null;
      send({ kind: "close" });
    },
  };
}
