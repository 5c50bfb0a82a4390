// The node or edge of a details card, asked for again while the card is open.

import { useEffect, useState } from "react";
import { fetchDetail, fetchEdge } from "../api/request";
import type { EdgeDetail, NodeDetail } from "../api/types";
import type { CardRef } from "../domain/address";
import { queryOf } from "./derived";
import { withMoment } from "./moment";
import { startPoll } from "./poll";
import { sentenceOf } from "./sentence";
import { useScope } from "./store";

const DETAIL_EVERY_MS = 2500;

/** What the app last said of something, and how it stands with asking. */
export interface Kept<T> {
  /** The last answer that had it; kept after it is gone. */
  readonly last: T | null;
  /** Since when the app no longer knows it, Unix milliseconds, null while it does. */
  readonly missingSince: number | null;
  readonly failure: string | null;
}

const NOTHING: Kept<never> = { last: null, missingSince: null, failure: null };

/** Options shape the details only in the view they belong to. */
function useQuery(view: string): string {
  return useScope((state) =>
    withMoment(state.address.view === view ? queryOf(state.views, state.address) : "", state.address),
  );
}

export function useDetail({ view, id }: CardRef): Kept<NodeDetail> {
  const query = useQuery(view);
  return useKept(`${view} ${id} ${query}`, (signal) => fetchDetail(view, id, query, signal));
}

export function useEdge(view: string, from: string, to: string): Kept<EdgeDetail> {
  const query = useQuery(view);
  return useKept(`${view} ${from} ${to} ${query}`, (signal) => fetchEdge(view, from, to, query, signal));
}

/** Asks again and again; anew when `key` changes. */
function useKept<T>(key: string, ask: (signal: AbortSignal) => Promise<T | null>): Kept<T> {
  const [state, setState] = useState<Kept<T>>(NOTHING);
  useEffect(() => {
    const poll = startPoll({
      everyMs: DETAIL_EVERY_MS,
      ask,
      onAnswer: (answer) =>
        setState((before) =>
          answer === null
            ? { ...before, missingSince: before.missingSince ?? Date.now(), failure: null }
            : { last: answer, missingSince: null, failure: null },
        ),
      onFailure: (failure) => setState((before) => ({ ...before, failure: sentenceOf(failure) })),
    });
    return poll.stop;
  }, [key]);
  return state;
}

/** What the app says of a node at this moment, once. */
export function askDetail({ view, id }: CardRef, signal: AbortSignal): Promise<NodeDetail | null> {
  const state = useScope.getState();
  const query = state.address.view === view ? queryOf(state.views, state.address) : "";
  return fetchDetail(view, id, withMoment(query, state.address), signal);
}
