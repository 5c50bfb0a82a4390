// The node of a details card, asked for again while the card is open.

import { useEffect, useState } from "react";
import { fetchDetail } from "../api/request";
import type { NodeDetail } from "../api/types";
import type { CardRef } from "../domain/address";
import { queryOf } from "./derived";
import { sentenceOf } from "./feed";
import { startPoll } from "./poll";
import { useScope } from "./store";

const DETAIL_EVERY_MS = 2500;

export interface DetailState {
  /** The last answer that had the node; kept after the node is gone. */
  readonly node: NodeDetail | null;
  /** Since when the app no longer knows the node, Unix milliseconds, null while it does. */
  readonly missingSince: number | null;
  readonly failure: string | null;
}

const NOTHING: DetailState = { node: null, missingSince: null, failure: null };

export function useDetail(card: CardRef): DetailState {
  const { view, id } = card;
  // Options shape the details only in the view they belong to.
  const query = useScope((state) => (state.address.view === view ? queryOf(state.views, state.address) : ""));
  const [state, setState] = useState(NOTHING);
  useEffect(() => {
    const poll = startPoll({
      everyMs: DETAIL_EVERY_MS,
      ask: (signal) => fetchDetail(view, id, query, signal),
      onAnswer: (node) =>
        setState((before) =>
          node === null
            ? { ...before, missingSince: before.missingSince ?? Date.now(), failure: null }
            : { node, missingSince: null, failure: null },
        ),
      onFailure: (failure) => setState((before) => ({ ...before, failure: sentenceOf(failure) })),
    });
    return poll.stop;
  }, [view, id, query]);
  return state;
}
