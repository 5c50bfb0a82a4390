// The worker that holds a view's stream: it receives, parses and shrinks frames, so that the page
// never does. Starts and stops on the page's word.

import type { Diff } from "./types";
import { type StreamState, ViewSocket } from "./view-socket";

/** From the page; `generation` counts the streams opened. */
export type StreamOrder =
  | { readonly kind: "open"; readonly generation: number; readonly url: string }
  | { readonly kind: "retry" }
  | { readonly kind: "close" };

/** To the page. */
export type StreamNews =
  | { readonly kind: "diff"; readonly generation: number; readonly diff: Diff }
  | { readonly kind: "state"; readonly generation: number; readonly state: StreamState };

let socket: ViewSocket | null = null;

function tell(news: StreamNews): void {
  self.postMessage(news);
}

self.onmessage = (event: MessageEvent<StreamOrder>) => {
  const order = event.data;
  if (order.kind === "retry") {
    socket?.retryNow();
    return;
  }
  socket?.close();
  socket = null;
  if (order.kind === "close") return;
  const { generation, url } = order;
  socket = new ViewSocket(url, {
    onDiff: (diff) => tell({ kind: "diff", generation, diff }),
    onState: (state) => tell({ kind: "state", generation, state }),
  });
};
