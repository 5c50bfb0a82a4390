// The audit log on the page for admins: the newest now and then, older ones on request.

import { useEffect, useRef, useState } from "react";
import { type AuditEntry, fetchAudit } from "../api/audit";
import { startPoll } from "./poll";
import { sentenceOf } from "./sentence";

const AUDIT_EVERY_MS = 5000;
/** Entries held by the page; older ones are in the app's files. */
const ENTRIES_MAX = 20_000;

export interface Audit {
  /** Newest first. */
  readonly entries: readonly AuditEntry[];
  readonly isLoaded: boolean;
  readonly hasMore: boolean;
  readonly failure: string | null;
  more(): void;
}

function merged(one: readonly AuditEntry[], other: readonly AuditEntry[]): readonly AuditEntry[] {
  const byNumber = new Map([...one, ...other].map((entry) => [entry.number, entry]));
  if (byNumber.size === one.length) return one;
  return [...byNumber.values()].sort((a, b) => b.number - a.number).slice(0, ENTRIES_MAX);
}

export function useAudit(): Audit {
  const [entries, setEntries] = useState<readonly AuditEntry[]>([]);
  const [isLoaded, setLoaded] = useState(false);
  const [next, setNext] = useState<number | null>(null);
  const [failure, setFailure] = useState<string | null>(null);
  const isFirst = useRef(true);
  useEffect(() => {
    const poll = startPoll({
      everyMs: AUDIT_EVERY_MS,
      ask: (signal) => fetchAudit(null, signal),
      onAnswer: (page) => {
        setEntries((before) => merged(before, page.entries));
        if (isFirst.current) setNext(page.next);
        isFirst.current = false;
        setLoaded(true);
        setFailure(null);
      },
      onFailure: (problem) => setFailure(sentenceOf(problem)),
    });
    return poll.stop;
  }, []);
  const more = async () => {
    if (next === null) return;
    try {
      const page = await fetchAudit(next);
      setEntries((before) => merged(before, page.entries));
      setNext(page.next);
    } catch (problem) {
      setFailure(sentenceOf(problem));
    }
  };
  return {
    entries,
    isLoaded,
    failure,
    hasMore: next !== null && entries.length < ENTRIES_MAX,
    more: () => void more(),
  };
}
