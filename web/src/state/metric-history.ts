// The history of the view's metrics, recorded while something shows it.

import { useEffect, useMemo } from "react";
import { MetricHistory } from "../domain/metric-history";
import { useScope } from "./store";

/** The values since the caller is on the page; another view starts anew. */
export function useMetricHistory(): MetricHistory {
  const view = useScope((state) => state.nodesView);
  const history = useMemo(() => ({ view, values: new MetricHistory() }), [view]);
  useEffect(() => {
    const { values } = history;
    const record = () => {
      const { nodes, nodesView, frameAt } = useScope.getState();
      if (nodesView === history.view) values.record(nodes, frameAt);
    };
    record();
    return useScope.subscribe((state, before) => {
      if (state.nodes !== before.nodes) record();
    });
  }, [history]);
  return history.values;
}
