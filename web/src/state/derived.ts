// What follows from the store: the view shown, its options, its picture, its matches. Each is
// computed once per change and shared, because ten thousand nodes are too many to do twice.

import { useDeferredValue, useMemo } from "react";
import type { View } from "../api/types";
import type { Address } from "../domain/address";
import type { Nodes } from "../domain/diff";
import { type MetricChoice, metricChoices } from "../domain/metrics";
import { search } from "../domain/search";
import { type Choices, findView, optionsQuery, type PlacedView } from "../domain/views";
import { useScope } from "./store";

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

/** The metrics that nodes of the view have. */
export function useMetricChoices(): readonly MetricChoice[] {
  return sharedChoices(useScope((state) => state.nodes));
}

/** The metric in effect: the chosen one, the first while none is chosen, null for none. */
export function useMetric(): MetricChoice | null {
  const label = useScope((state) => state.address.metric);
  const choices = useMetricChoices();
  if (label === "") return null;
  return (label === null ? choices[0] : choices.find((choice) => choice.label === label)) ?? null;
}

/** Ids that match the search, null while nothing is searched; typing never waits for it. */
export function useMatches(): ReadonlySet<string> | null {
  const nodes = useScope((state) => state.nodes);
  const query = useDeferredValue(useScope((state) => state.address.query));
  return useMemo(() => search(nodes, query), [nodes, query]);
}
