import { X } from "lucide-react";
import { useEffect } from "react";
import { asOf, comparedWords, reachWords } from "../domain/time-words";
import { comparedMoments, startComparisons } from "../state/comparing";
import { useScope } from "../state/store";
import { goLive, pause, setTimelineOpen, stopComparing, useAppNow, useMomentAt } from "../state/time";
import { useTime } from "../state/time-store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { TimelineDifferences } from "./timeline-differences";
import { TimelineTools } from "./timeline-tools";
import { TimelineTrack } from "./timeline-track";
import "./timeline.css";

const SECOND_MS = 1000;

/** Below the picture: nothing while the page follows what happens, a line that says which moment is shown while it does
 * not, and the whole line of time when it is asked for. */
export function Timeline() {
  const isOpen = useTime((state) => state.isOpen);
  const at = useMomentAt();
  const versus = useScope((state) => state.address.versus);
  useEffect(startComparisons, []);
  if (!isOpen && at === null && versus === null) return null;
  return (
    <section className={isOpen ? "timeline open" : "timeline"} aria-label={say.time.timeline}>
      <div className="timeline-head">
        <Standing at={at} versus={versus} />
        {isOpen && <TimelineTools />}
        {!isOpen && (
          <button type="button" className="link" onClick={() => setTimelineOpen(true)}>
            {say.time.open}
          </button>
        )}
        {isOpen && (
          <IconButton
            label={say.time.close}
            icon={X}
            hintSide="left"
            onClick={() => setTimelineOpen(false)}
          />
        )}
      </div>
      {isOpen && <TimelineTrack />}
      {isOpen && <Reach />}
      {versus !== null && <TimelineDifferences />}
    </section>
  );
}

interface StandingProps {
  readonly at: number | null;
  readonly versus: number | null;
}

/** Which moment is on the page, and the way back to the present. */
function Standing({ at, versus }: StandingProps) {
  const now = useAppNow(SECOND_MS);
  const compared = comparedMoments(useScope.getState());
  if (at === null && versus === null) {
    return (
      <p className="timeline-standing">
        <span className="muted">{say.time.live}</span>
        <button type="button" className="link" onClick={pause}>
          {say.time.pause}
        </button>
      </p>
    );
  }
  return (
    <p className="timeline-standing" role="status" aria-live="off">
      <span className="figures">
        {versus === null || compared === null
          ? asOf(at ?? now, now)
          : comparedWords(compared[0], compared[1], now)}
      </span>
      {at !== null && (
        <button type="button" className="link" onClick={goLive}>
          {say.time.backToLive}
        </button>
      )}
      {versus !== null && (
        <button type="button" className="link" onClick={stopComparing}>
          {say.time.stopComparing}
        </button>
      )}
    </p>
  );
}

const REACH_EVERY_MS = 5000;

function Reach() {
  const history = useTime((state) => state.history);
  const now = useAppNow(REACH_EVERY_MS);
  if (history === null) return null;
  return <p className="timeline-reach muted">{reachWords(history, now)}</p>;
}
