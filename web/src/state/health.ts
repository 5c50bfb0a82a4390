import { useEffect, useState } from "react";
import { fetchHealth, type Health } from "../api/health";
import { basePath } from "../api/request";
import { startPoll } from "./poll";
import { sentenceOf } from "./sentence";

const HEALTH_EVERY_MS = 3000;

export interface KnownHealth {
  /** Null before the first answer. */
  readonly health: Health | null;
  readonly failure: string | null;
}

/** The state of the probes, renewed while it is looked at. */
export function useHealth(): KnownHealth {
  const [known, setKnown] = useState<KnownHealth>({ health: null, failure: null });
  useEffect(() => {
    const poll = startPoll({
      everyMs: HEALTH_EVERY_MS,
      ask: fetchHealth,
      onAnswer: (health) => setKnown({ health, failure: null }),
      onFailure: (failure) => setKnown((before) => ({ ...before, failure: sentenceOf(failure) })),
    });
    return poll.stop;
  }, []);
  return known;
}

/** Where the raw report is. */
export function reportAddress(): string {
  return `${basePath(window.location.pathname)}/api/report`;
}

/** Forgets what this browser keeps of the page, and begins anew. */
export function resetPage(): void {
  try {
    window.localStorage.clear();
    window.sessionStorage.clear();
  } catch {
    // A browser that refuses storage keeps nothing.
  }
  window.history.replaceState(null, "", window.location.pathname);
  window.location.reload();
}
