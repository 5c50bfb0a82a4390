// The map's picture out of the store: every node, and what is left of them when they are in boxes. Worked out
// once per change however many parts of the page ask, because ten thousand nodes are too many to do twice.

import type { Address } from "../domain/address";
import type { Nodes } from "../domain/diff";
import type { EdgeShow } from "../domain/edge-show";
import { type GroupBy, type GroupChoice, groupByItself, groupChoices } from "../domain/group-keys";
import { groupGraph } from "../domain/grouping";
import type { MapGraph } from "../domain/map";
import { mapGraph } from "../domain/map-graph";
import type { MetricChoice } from "../domain/metrics";
import { type Noun, nounOf } from "../domain/views";
import { metricOf, shownNodes, useMetric } from "./derived";
import { type ScopeState, useScope } from "./store";

/** A function that answers the same as last time while it is asked the same, and else knows what it answered then. */
function remembered<In extends readonly unknown[], Out>(
  work: (before: Out | null, ...asked: In) => Out,
): (...asked: In) => Out {
  let last: { readonly asked: In; readonly answer: Out } | null = null;
  return (...asked) => {
    if (last?.asked.every((part, index) => Object.is(part, asked[index])) !== true) {
      last = { asked, answer: work(last?.answer ?? null, ...asked) };
    }
    return last.answer;
  };
}

const wholeGraph = remembered(
  (
    before: MapGraph | null,
    view: string,
    nodes: Nodes,
    hues: ReadonlyMap<string, number>,
    metric: MetricChoice | null,
    show: EdgeShow,
  ): MapGraph => mapGraph(view, nodes, hues, metric, show, before),
);

// Keyed by what nodes are there: their figures change every second, what they belong to hardly ever.
type Asked = readonly [kinds: object, kept: unknown, nodes: () => Nodes];
const sharedChoices = remembered<Asked, readonly GroupChoice[]>((_, _kinds, _kept, nodes) =>
  groupChoices(nodes()),
);
const byItself = remembered<Asked, GroupBy | null>((_, _kinds, _kept, nodes) => groupByItself(nodes()));
const currentNodes = () => shownNodes(useScope.getState());

const boxedGraph = remembered(
  (
    before: MapGraph | null,
    whole: MapGraph,
    nodes: Nodes,
    by: readonly GroupBy[],
    folds: Address["folds"],
    crowded: boolean,
    metric: MetricChoice | null,
    noun: Noun,
  ): MapGraph =>
    groupGraph(whole, nodes, { by, folds, crowded: crowded && by.length > 0, noun }, metric, before),
);

const NO_GROUPS: readonly GroupBy[] = [];
const single = remembered<[GroupBy], readonly GroupBy[]>((_, by) => [by]);

function groupsInEffect(state: ScopeState): readonly GroupBy[] {
  const { address, crowded, kinds } = state;
  if (address.groupBy !== null) return address.groupBy;
  const by = crowded ? byItself(kinds, address.pins, currentNodes) : null;
  return by === null ? NO_GROUPS : single(by);
}

/** What the boxes of the map stand for now, whoever chose it. */
export function useGroups(): readonly GroupBy[] {
  return useScope(groupsInEffect);
}

/** The ways to group that say something of the nodes shown. */
export function useGroupChoices(): readonly GroupChoice[] {
  return useScope(({ kinds, address }) => sharedChoices(kinds, address.pins, currentNodes));
}

/** What nodes of the view are called within a sentence: `container`, `DNS name`. */
export function useNoun(): Noun {
  return useScope(({ nodesView }) => nounOf(nodesView ?? ""));
}

/** Every node that the kept searches leave; null before its first frame. */
export function useWholeGraph(): MapGraph | null {
  const metric = useMetric();
  return useScope((state) => {
    const { nodesView, hues, address } = state;
    return nodesView === null ? null : wholeGraph(nodesView, shownNodes(state), hues, metric, address.edges);
  });
}

/** What is drawn: the nodes of the view and the boxes they are in; null before its first frame. */
export function drawnGraph(state: ScopeState): MapGraph | null {
  const { nodesView, hues, address, crowded } = state;
  if (nodesView === null) return null;
  const nodes = shownNodes(state);
  const metric = metricOf(state);
  const whole = wholeGraph(nodesView, nodes, hues, metric, address.edges);
  return boxedGraph(whole, nodes, groupsInEffect(state), address.folds, crowded, metric, nounOf(nodesView));
}

export function useMapGraph(): MapGraph | null {
  return useScope(drawnGraph);
}
