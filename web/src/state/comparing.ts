// Keeps the store told of what differs between two moments of the view, while they are compared.

import { failureOf, nodesUrl } from "../api/request";
import { say } from "../text/text";
import type { CompareNews, CompareOrder } from "./compare-worker";
import { queryOf } from "./derived";
import { queryAt } from "./moment";
import { sentenceOf } from "./sentence";
import { type ScopeState, useScope } from "./store";
import { useTime } from "./time-store";

/** How often the present is looked at again. */
const RENEW_MS = 5000;

let worker: Worker | null = null;

function startWorker(): Worker | null {
  if (worker !== null) return worker;
  try {
    worker = new Worker(new URL("./compare-worker.ts", import.meta.url), { type: "module", name: "compare" });
  } catch {
    // The line of time says that nothing can be compared.
  }
  return worker;
}

/** The earlier moment and the later; null for the present. */
export function comparedMoments({
  address,
}: Pick<ScopeState, "address">): readonly [number, number | null] | null {
  const { at, versus } = address;
  if (versus === null) return null;
  if (at === null) return [versus, null];
  return versus <= at ? [versus, at] : [at, versus];
}

function orderOf(state: ScopeState): CompareOrder | null {
  const moments = comparedMoments(state);
  const { view } = state.address;
  if (moments === null || view === null || state.views.length === 0) return null;
  const page = new URL(window.location.href);
  const query = queryOf(state.views, state.address);
  const [before, after] = moments.map((at) => nodesUrl(page, view, queryAt(query, at)));
  return before === undefined || after === undefined ? null : { before, after };
}

/** Compares for as long as two moments are in the address; the answer ends it. */
export function startComparisons(): () => void {
  let asked = "";
  const ask = (isRenewal: boolean) => {
    const order = orderOf(useScope.getState());
    const key = order === null ? "" : `${order.before} ${order.after}`;
    if (key === asked && (!isRenewal || order === null || document.hidden)) return;
    if (key !== asked) useTime.setState({ comparison: null, comparisonFailure: "" });
    asked = key;
    if (order === null) return;
    const running = startWorker();
    if (running === null) {
      useTime.setState({ comparisonFailure: say.time.cannotCompare });
      return;
    }
    running.onmessage = ({ data }: MessageEvent<CompareNews>) => {
      if (`${data.before} ${data.after}` !== asked) return;
      const { comparison, failure } = data;
      useTime.setState({
        comparison: comparison ?? useTime.getState().comparison,
        comparisonFailure: failure === null ? "" : sentenceOf(failureOf(failure)),
      });
    };
    running.postMessage(order);
  };
  const unsubscribe = useScope.subscribe(() => ask(false));
  const timer = window.setInterval(() => ask(useScope.getState().address.at === null), RENEW_MS);
  ask(false);
  return () => {
    unsubscribe();
    window.clearInterval(timer);
  };
}
