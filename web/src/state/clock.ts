// The time as a value that components can depend on, and delayed effects.

import { useEffect, useState } from "react";

/** Unix milliseconds, renewed every `everyMs`. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), everyMs);
    return () => window.clearInterval(timer);
  }, [everyMs]);
  return now;
}

/** True for a moment after the answer's function was called: "Copied". */
export function useMoment(lengthMs: number): readonly [boolean, () => void] {
  const [until, setUntil] = useState(0);
  useEffect(() => {
    if (until === 0) return;
    const timer = window.setTimeout(() => setUntil(0), lengthMs);
    return () => window.clearTimeout(timer);
  }, [until, lengthMs]);
  return [until !== 0, () => setUntil(Date.now())];
}
