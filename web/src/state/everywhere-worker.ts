// The worker that searches all views: it asks for their nodes, keeps them for a moment and looks through
// them, so that the page neither parses nor searches what it does not show.

import { fetchNodes } from "../api/request";
import type { NodeSummary } from "../api/types";
import { type FoundView, foundIn } from "../domain/everywhere";

export interface ViewSource {
  readonly view: string;
  /** Where its nodes are asked for; names the options too. */
  readonly url: string;
}

/** From the page. */
export interface SearchOrder {
  readonly text: string;
  /** What a node has to match, all of it. */
  readonly terms: readonly string[];
  readonly sources: readonly ViewSource[];
}

/** To the page; first of the views that are there, again with each that comes. */
export interface SearchNews {
  readonly text: string;
  readonly views: readonly FoundView[];
}

/** Nodes older than this are asked for anew. */
const FRESH_MS = 5000;

interface Held {
  readonly nodes: readonly NodeSummary[];
  readonly at: number;
}

const held = new Map<string, Held>();
let order: SearchOrder | null = null;
let running = false;

function answer(): void {
  if (order === null) return;
  const { text, terms, sources } = order;
  const views = sources.flatMap(({ view, url }): FoundView[] => {
    const found = foundIn(view, held.get(url)?.nodes ?? [], terms);
    return found === null || !held.has(url) ? [] : [found];
  });
  self.postMessage({ text, views } satisfies SearchNews);
}

function nextStale(): ViewSource | undefined {
  const now = Date.now();
  return order?.sources.find(({ url }) => now - (held.get(url)?.at ?? Number.NEGATIVE_INFINITY) > FRESH_MS);
}

/** One view after the other, so that the app is not asked for everything at once. */
async function refresh(): Promise<void> {
  if (running) return;
  running = true;
  for (let source = nextStale(); source !== undefined; source = nextStale()) {
    const before = held.get(source.url)?.nodes ?? [];
    let nodes = before;
    try {
      nodes = await fetchNodes(source.url);
    } catch {
      // The page says by itself that the app is away; until it is back the last nodes do.
    }
    held.set(source.url, { nodes, at: Date.now() });
    answer();
  }
  running = false;
}

self.onmessage = (event: MessageEvent<SearchOrder>) => {
  order = event.data;
  const urls = new Set(order.sources.map(({ url }) => url));
  for (const url of held.keys()) if (!urls.has(url)) held.delete(url);
  answer();
  void refresh();
};
