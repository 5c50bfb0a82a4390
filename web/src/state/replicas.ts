// Whether a node is the last of its kind that runs, looked up while the question is on the screen.

import { useEffect, useState } from "react";
import { fetchDetail } from "../api/request";
import type { NodeDetail, ParentLink } from "../api/types";
import { REPLICATED, type Replicas, replicasIn } from "../domain/live-effect";
import { startPoll } from "./poll";

const REPLICAS_EVERY_MS = 3000;
const GROUPS_MAX = 4;

export interface KnownReplicas {
  readonly groups: readonly Replicas[];
  /** Nobody could be asked yet. */
  readonly isAsking: boolean;
}

const ASKING: KnownReplicas = { groups: [], isAsking: true };

function groupsOf(node: NodeDetail): readonly ParentLink[] {
  return node.parents.filter(({ viewId }) => REPLICATED.has(viewId)).slice(0, GROUPS_MAX);
}

export function useReplicas(node: NodeDetail): KnownReplicas {
  const [known, setKnown] = useState(ASKING);
  const groups = groupsOf(node);
  const key = JSON.stringify(groups.map(({ viewId, id }) => [viewId, id]));
  useEffect(() => {
    if (groups.length === 0) {
      setKnown({ groups: [], isAsking: false });
      return;
    }
    const poll = startPoll({
      everyMs: REPLICAS_EVERY_MS,
      ask: (signal) =>
        Promise.all(
          groups.map(async ({ viewId, id }) => {
            const group = await fetchDetail(viewId, id, "", signal);
            return group === null ? null : replicasIn(group, viewId, node);
          }),
        ),
      onAnswer: (answers) =>
        setKnown({ groups: answers.filter((answer) => answer !== null), isAsking: false }),
      onFailure: () => setKnown({ groups: [], isAsking: false }),
    });
    return poll.stop;
  }, [key]);
  return known;
}
