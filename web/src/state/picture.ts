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
import { kindOf } from "../domain/views";
import { useMetric } from "./derived";
import { type ScopeState, useScope } from "./store";

/** A function that answers the same as last time while it is asked the same. */
function remembered<In extends readonly unknown[], Out>(work: (...asked: In) => Out): (...asked: In) => Out {
  let last: { readonly asked: In; readonly answer: Out } | null = null;
  return (...asked) => {
    if (last?.asked.every((part, index) => Object.is(part, asked[index])) !== true) {
      last = { asked, answer: work(...asked) };
    }
    return last.answer;
  };
}

const wholeGraph = remembered(
  (
    view: string,
    nodes: Nodes,
    hues: ReadonlyMap<string, number>,
    metric: MetricChoice | null,
    show: EdgeShow,
  ): MapGraph => mapGraph(view, nodes, hues, metric, show),
);

const sharedChoices = remembered((nodes: Nodes): readonly GroupChoice[] => groupChoices(nodes));
const byItself = remembered((nodes: Nodes): GroupBy | null => groupByItself(nodes));

const boxedGraph = remembered(
  (
    whole: MapGraph,
    nodes: Nodes,
    by: readonly GroupBy[],
    folds: Address["folds"],
    crowded: boolean,
    metric: MetricChoice | null,
    noun: string,
  ): MapGraph => groupGraph(whole, nodes, { by, folds, crowded: crowded && by.length > 0, noun }, metric),
);

const NO_GROUPS: readonly GroupBy[] = [];
const single = remembered((by: GroupBy): readonly GroupBy[] => [by]);

function groupsInEffect({ address, nodes, crowded }: ScopeState): readonly GroupBy[] {
  if (address.groupBy !== null) return address.groupBy;
  const by = crowded ? byItself(nodes) : null;
  return by === null ? NO_GROUPS : single(by);
}

/** What the boxes of the map stand for now, whoever chose it. */
export function useGroups(): readonly GroupBy[] {
  return useScope(groupsInEffect);
}

/** The ways to group that say something of the nodes shown. */
export function useGroupChoices(): readonly GroupChoice[] {
  return useScope((state) => sharedChoices(state.nodes));
}

/** What one node of the view is called within a sentence: `container`, `DNS name`. */
export function useNoun(): string {
  return useScope(({ views, nodesView }) =>
    kindOf(views, nodesView ?? "").replace(/^[A-Z](?=[a-z])/, (letter) => letter.toLowerCase()),
  );
}

/** Every node of the view; null before its first frame. */
export function useWholeGraph(): MapGraph | null {
  const metric = useMetric();
  return useScope(({ nodesView, nodes, hues, address }) =>
    nodesView === null ? null : wholeGraph(nodesView, nodes, hues, metric, address.edges),
  );
}

/** What is drawn: the nodes of the view and the boxes they are in; null before its first frame. */
export function useMapGraph(): MapGraph | null {
  const metric = useMetric();
  const noun = useNoun();
  const by = useGroups();
  return useScope(({ nodesView, nodes, hues, address, crowded }) => {
    if (nodesView === null) return null;
    const whole = wholeGraph(nodesView, nodes, hues, metric, address.edges);
    return boxedGraph(whole, nodes, by, address.folds, crowded, metric, noun);
  });
}
