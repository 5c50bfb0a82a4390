import { reachWords } from "../domain/time-words";
import { barsOf, wholeSpan } from "../domain/timeline";
import { appNow, toggleTimeline } from "../state/time";
import { useTime } from "../state/time-store";
import { say } from "../text/text";

/** Bars of the strip. */
const BARS = 24;

/** The line of time folded to a few bars in the status bar: when something happened; a press unfolds it. */
export function TimeStrip() {
  const history = useTime((state) => state.history);
  const isOpen = useTime((state) => state.isOpen);
  if (history === null || history.moments.length < 2) return null;
  const span = wholeSpan(history, history.now);
  const bars = barsOf(history.steps, span, BARS);
  const length = (span.to - span.from) / BARS;
  const amounts = Array.from({ length: BARS }, (_, place) => {
    const bar = bars.find(({ from }) => Math.abs(from - span.from - place * length) < length / 2);
    return bar === undefined ? 0 : bar.added + bar.removed + bar.changed;
  });
  const most = Math.max(1, ...amounts);
  return (
    <button
      type="button"
      className="status-history"
      aria-label={say.time.open}
      aria-expanded={isOpen}
      title={reachWords(history, appNow())}
      onClick={toggleTimeline}
    >
      {amounts.map((amount, place) => (
        <span
          key={place}
          className={amount > 0 ? "busy" : ""}
          style={{ height: `${(Math.log1p(amount) / Math.log1p(most)) * 100}%` }}
        />
      ))}
    </button>
  );
}
