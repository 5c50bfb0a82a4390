// Asks again and again, one request at a time, and rests while nobody looks.

export interface Poll {
  /** Asks at once instead of waiting. */
  now(): void;
  stop(): void;
}

export interface PollPlan<T> {
  readonly everyMs: number;
  ask(signal: AbortSignal): Promise<T>;
  onAnswer(answer: T): void;
  onFailure(failure: unknown): void;
}

export function startPoll<T>(plan: PollPlan<T>): Poll {
  let timer: number | null = null;
  let running: AbortController | null = null;
  let stopped = false;

  const wait = () => {
    if (!stopped) timer = window.setTimeout(ask, plan.everyMs);
  };

  const ask = async () => {
    timer = null;
    if (document.hidden) {
      wait();
      return;
    }
    const mine = new AbortController();
    running = mine;
    try {
      const answer = await plan.ask(mine.signal);
      if (!mine.signal.aborted) plan.onAnswer(answer);
    } catch (failure) {
      if (!mine.signal.aborted) plan.onFailure(failure);
    }
    if (running !== mine) return;
    running = null;
    wait();
  };

  const interrupt = () => {
    if (timer !== null) window.clearTimeout(timer);
    timer = null;
    running?.abort();
    running = null;
  };

  void ask();
  return {
    now: () => {
      if (stopped) return;
      interrupt();
      void ask();
    },
    stop: () => {
      stopped = true;
      interrupt();
    },
  };
}
