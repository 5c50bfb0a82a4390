// Keeps the store told of what the search finds in all views, while something is searched.

import { nodesUrl } from "../api/request";
import { parseQuery } from "../domain/search";
import { optionsQuery, placedViews, shownViews } from "../domain/views";
import { choicesOf, optionGroupsOf } from "./derived";
import type { SearchNews, SearchOrder } from "./everywhere-worker";
import { withMoment } from "./moment";
import { receiveFound } from "./palette-actions";
import { type ScopeState, useScope } from "./store";

/** A key pressed within this time after the one before does not start a search of its own. */
const PAUSE_MS = 120;
/** How often counts are renewed while something is searched. */
const RENEW_MS = 5000;

let worker: Worker | null = null;

function startWorker(): Worker | null {
  if (worker !== null) return worker;
  try {
    worker = new Worker(new URL("./everywhere-worker.ts", import.meta.url), {
      type: "module",
      name: "everywhere",
    });
  } catch {
    // Without workers the search covers the view that is shown.
  }
  return worker;
}

/** Every view that the rail shows, with the options it would be opened with. */
function sourcesOf({ views, address }: ScopeState): SearchOrder["sources"] {
  const page = new URL(window.location.href);
  return placedViews(shownViews(views, address.view)).map((placed) => {
    const choices = choicesOf(views, { ...address, view: placed.view.id });
    return {
      view: placed.view.id,
      url: nodesUrl(page, placed.view.id, withMoment(optionsQuery(optionGroupsOf(placed), choices), address)),
    };
  });
}

/** Searches all views for `text` and for what is kept as a filter, anew every few seconds; the answer ends it. */
export function searchEverywhere(text: string): () => void {
  const ask = () => {
    const state = useScope.getState();
    const terms = [...state.address.pins, text];
    if (document.hidden || state.views.length === 0) return;
    startWorker()?.postMessage({ text, terms, sources: sourcesOf(state) } satisfies SearchOrder);
  };
  if (parseQuery(text) === null && useScope.getState().address.pins.length === 0) {
    receiveFound(null);
    return () => undefined;
  }
  const running = startWorker();
  if (running === null) return () => undefined;
  running.onmessage = (event: MessageEvent<SearchNews>) => {
    if (event.data.text === text) receiveFound(event.data);
  };
  const first = window.setTimeout(ask, PAUSE_MS);
  const timer = window.setInterval(ask, RENEW_MS);
  return () => {
    window.clearTimeout(first);
    window.clearInterval(timer);
  };
}
