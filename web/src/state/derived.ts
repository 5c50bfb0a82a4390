// What follows from the store: the view shown, its options, its picture, its matches. Each is
// computed once per change and shared, because ten thousand nodes are too many to do twice.

import { useDeferredValue, useMemo } from "react";
import type { View } from "../api/types";
import type { Address } from "../domain/address";
import type { Nodes } from "../domain/diff";
import { type MetricChoice, metricChoices } from "../domain/metrics";
import { narrowed, search } from "../domain/search";
import { type Choices, findView, optionsQuery, type PlacedView } from "../domain/views";
import { type ScopeState, useScope } from "./store";

/** The choices of the address's view; sub-views share their parent's. */
export function choicesOf(views: readonly View[], address: Address): Choices {
  const placed = findView(views, address.view);
  const own = address.options[address.view ?? ""] ?? {};
  return placed === null ? own : { ...own, ...address.options[placed.top.id] };
}

/** The query string of the options in effect; blank until the views are known. */
export function queryOf(views: readonly View[], address: Address): string {
  const placed = findView(views, address.view);
  return placed === null ? "" : optionsQuery(optionGroupsOf(placed), choicesOf(views, address));
}

export function optionGroupsOf(placed: PlacedView): PlacedView["view"]["options"] {
  return placed.view.options.length > 0 ? placed.view.options : placed.top.options;
}

export function usePlacedView(): PlacedView | null {
  const views = useScope((state) => state.views);
  const id = useScope((state) => state.address.view);
  return useMemo(() => findView(views, id), [views, id]);
}

export function useChoices(): Choices {
  const views = useScope((state) => state.views);
  const address = useScope((state) => state.address);
  return useMemo(() => choicesOf(views, address), [views, address]);
}

const choicesByNodes = new WeakMap<Nodes, readonly MetricChoice[]>();

function sharedChoices(nodes: Nodes): readonly MetricChoice[] {
  const known = choicesByNodes.get(nodes);
  if (known !== undefined) return known;
  const choices = metricChoices(nodes.values());
  choicesByNodes.set(nodes, choices);
  return choices;
}

let lastNarrowed: { readonly of: Nodes; readonly pins: readonly string[]; readonly left: Nodes } | null =
  null;

function sharedNarrowed(nodes: Nodes, pins: readonly string[]): Nodes {
  if (lastNarrowed === null || lastNarrowed.of !== nodes || lastNarrowed.pins !== pins) {
    lastNarrowed = { of: nodes, pins, left: narrowed(nodes, pins) };
  }
  return lastNarrowed.left;
}

/** The nodes of the view that the kept searches leave. */
export function shownNodes({ nodes, address }: Pick<ScopeState, "nodes" | "address">): Nodes {
  return sharedNarrowed(nodes, address.pins);
}

export function useShownNodes(): Nodes {
  return useScope(shownNodes);
}

/** The metrics that nodes of the view have. */
export function useMetricChoices(): readonly MetricChoice[] {
  return sharedChoices(useScope((state) => state.nodes));
}

/** The metric in effect: the chosen one, the first while none is chosen, null for none. */
export function metricOf({ nodes, address }: Pick<ScopeState, "nodes" | "address">): MetricChoice | null {
  const { metric: label } = address;
  const choices = sharedChoices(nodes);
  if (label === "") return null;
  return (label === null ? choices[0] : choices.find((choice) => choice.label === label)) ?? null;
}

export function useMetric(): MetricChoice | null {
  return useScope(metricOf);
}

interface Searched {
  readonly of: Nodes;
  readonly query: string;
  readonly matches: ReadonlySet<string> | null;
}

let lastSearched: Searched | null = null;

/** Map, table, bar and box all ask for the same. */
export function sharedMatches(nodes: Nodes, query: string): ReadonlySet<string> | null {
  if (lastSearched === null || lastSearched.of !== nodes || lastSearched.query !== query) {
    lastSearched = { of: nodes, query, matches: search(nodes, query) };
  }
  return lastSearched.matches;
}

/** Ids that match the search, null while nothing is searched; typing never waits for it. */
export function useMatches(): ReadonlySet<string> | null {
  const nodes = useShownNodes();
  const query = useDeferredValue(useScope((state) => state.address.query));
  return sharedMatches(nodes, query);
}
