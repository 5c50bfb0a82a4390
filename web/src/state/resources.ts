// What uses how much, asked for again and again while the resources are shown.

import { useEffect, useMemo, useState } from "react";
import { nodesUrl } from "../api/request";
import type { Resources } from "../domain/resources";
import { queryAt, standing } from "./moment";
import { startPoll } from "./poll";
import type { ResourceNews, ResourceOrder } from "./resources-worker";
import { useScope } from "./store";

const RESOURCES_EVERY_MS = 3000;
/** A moment is an option, and with any option the others are as usual unless they are given. */
const EVERYTHING = "system=all&stopped=both&pseudo=show&unconnected=show";

export interface KeptResources {
  /** The last answer, null before the first. */
  readonly last: Resources | null;
  /** Whether the last attempt brought nothing. */
  readonly failed: boolean;
}

/** A worker as a function that answers. */
class ResourceWorker {
  private readonly worker = new Worker(new URL("./resources-worker.ts", import.meta.url), {
    type: "module",
    name: "resources",
  });
  private readonly waiting = new Map<number, (resources: Resources | null) => void>();
  private turn = 0;

  constructor() {
    this.worker.onmessage = ({ data }: MessageEvent<ResourceNews>) => {
      this.waiting.get(data.turn)?.(data.resources);
      this.waiting.delete(data.turn);
    };
  }

  ask(order: Omit<ResourceOrder, "turn">): Promise<Resources | null> {
    this.turn += 1;
    const { turn } = this;
    this.worker.postMessage({ turn, ...order } satisfies ResourceOrder);
    return new Promise((done) => this.waiting.set(turn, done));
  }
}

let worker: ResourceWorker | null = null;

function startWorker(): ResourceWorker {
  worker ??= new ResourceWorker();
  return worker;
}

/** The tree of the metric that the address names. */
export function useResources(): KeptResources {
  const metric = useScope((state) => state.address.metric);
  const query = useScope((state) => state.address.query);
  const pins = useScope((state) => state.address.pins);
  const at = useScope((state) => (state.address.at === null ? null : standing(state.address.at)));
  const [kept, setKept] = useState<KeptResources>({ last: null, failed: false });
  const terms = useMemo(() => [...pins, query], [pins, query]);
  useEffect(() => {
    const page = new URL(window.location.href);
    // Without options, as the original asks: what is left out of a view uses its share all the same.
    const query = at === null ? "" : queryAt(EVERYTHING, at);
    const url = (view: string) => nodesUrl(page, view, query);
    const urls = { hosts: url("hosts"), containers: url("containers"), processes: url("processes") };
    const poll = startPoll({
      everyMs: RESOURCES_EVERY_MS,
      ask: async () => startWorker().ask({ metric, terms, urls }),
      onAnswer: (last) =>
        setKept((before) => (last === null ? { ...before, failed: true } : { last, failed: false })),
      onFailure: () => setKept((before) => ({ ...before, failed: true })),
    });
    return poll.stop;
  }, [metric, terms, at]);
  return kept;
}
