// The worker that asks for hosts, containers and processes and makes the tree of what uses how much, so
// that the page parses none of them.

import { fetchNodes } from "../api/request";
import { RESOURCE_VIEWS, type Resources, type ResourceView, resourceTree } from "../domain/resources";

/** From the page. */
export interface ResourceOrder {
  readonly turn: number;
  readonly metric: string | null;
  readonly terms: readonly string[];
  readonly urls: Readonly<Record<ResourceView, string>>;
}

/** To the page; null where the app did not answer. */
export interface ResourceNews {
  readonly turn: number;
  readonly resources: Resources | null;
}

self.onmessage = async (event: MessageEvent<ResourceOrder>) => {
  const { turn, metric, terms, urls } = event.data;
  let resources: Resources | null = null;
  try {
    const [hosts = [], containers = [], processes = []] = await Promise.all(
      RESOURCE_VIEWS.map((view) => fetchNodes(urls[view])),
    );
    resources = resourceTree({ hosts, containers, processes }, metric, terms);
  } catch {
    // The page keeps what it has and says that it is old.
  }
  self.postMessage({ turn, resources } satisfies ResourceNews);
};
