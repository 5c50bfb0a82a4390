// The worker that compares two moments: it asks for the nodes of both, so that the page parses neither.

import { fetchNodes, type ToldFailure, toldOf } from "../api/request";
import { type Comparison, compareNodes } from "../domain/compare";

/** From the page: where the nodes of the two moments are asked for. */
export interface CompareOrder {
  readonly before: string;
  readonly after: string;
}

/** To the page. */
export interface CompareNews extends CompareOrder {
  readonly comparison: Comparison | null;
  /** Why there is none; null when there is. */
  readonly failure: ToldFailure | null;
}

let latest: CompareOrder | null = null;

self.onmessage = async ({ data }: MessageEvent<CompareOrder>) => {
  latest = data;
  const { before, after } = data;
  let news: CompareNews;
  try {
    const [old, fresh] = await Promise.all([fetchNodes(before), fetchNodes(after)]);
    news = { before, after, comparison: compareNodes(old, fresh), failure: null };
  } catch (failure) {
    news = { before, after, comparison: null, failure: toldOf(failure) };
  }
  if (latest === data) self.postMessage(news);
};
