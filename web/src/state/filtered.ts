// Whether an empty picture is empty because of its filters. What filters leave out may be only what
// nobody observes (the Internet, what is in no container), and then they are not the reason.

import { useEffect, useState } from "react";
import { fetchHasNodes } from "../api/request";
import { startPoll } from "./poll";

const LOOK_EVERY_MS = 4000;

/** Null while it is not known, or not asked for (`view` is null). */
export function useHasNodes(view: string | null): boolean | null {
  const [known, setKnown] = useState<{ readonly view: string; readonly has: boolean } | null>(null);
  useEffect(() => {
    if (view === null) return;
    const poll = startPoll({
      everyMs: LOOK_EVERY_MS,
      ask: (signal) => fetchHasNodes(view, signal),
      onAnswer: (has) => setKnown({ view, has }),
      onFailure: () => {
        // The connection's own state says that the app is away.
      },
    });
    return poll.stop;
  }, [view]);
  return known !== null && known.view === view ? known.has : null;
}
