// The worker that holds a view's stream: it receives, parses and shrinks frames, so that the page
// never does. Starts and stops on the page's word.

import type { Parting } from "./parting";
import type { Diff, NodeSummary } from "./types";
import { type StreamState, ViewSocket } from "./view-socket";

/** From the page; `generation` counts the streams opened. */
export type StreamOrder =
  | { readonly kind: "open"; readonly generation: number; readonly url: string }
  | { readonly kind: "retry" }
  | { readonly kind: "close" };

/** To the page. */
export type StreamNews =
  /** New nodes of the diff that follows. */
  | { readonly kind: "part"; readonly generation: number; readonly add: readonly NodeSummary[] }
  | { readonly kind: "diff"; readonly generation: number; readonly diff: Diff }
  | { readonly kind: "state"; readonly generation: number; readonly state: StreamState }
  | { readonly kind: "parting"; readonly generation: number; readonly parting: Parting };

/** Nodes copied to the page at once; more would stop it for longer than a frame or two. */
const PART_NODES_MAX = 250;

let socket: ViewSocket | null = null;

function tell(news: StreamNews): void {
  self.postMessage(news);
}

/** Hands a diff over in parts, so that the page can draw and listen in between. */
function tellDiff(generation: number, diff: Diff): void {
  const { add } = diff;
  let sent = 0;
  for (; add.length - sent > PART_NODES_MAX; sent += PART_NODES_MAX) {
    tell({ kind: "part", generation, add: add.slice(sent, sent + PART_NODES_MAX) });
  }
  tell({ kind: "diff", generation, diff: { ...diff, add: add.slice(sent) } });
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
    onDiff: (diff) => tellDiff(generation, diff),
    onState: (state) => tell({ kind: "state", generation, state }),
    onParting: (parting) => tell({ kind: "parting", generation, parting }),
  });
};
