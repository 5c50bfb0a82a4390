import { History, Pause, Play } from "lucide-react";
import { asOf, formatMoment } from "../domain/time-words";
import { useScope } from "../state/store";
import { goLive, pause, toggleTimeline, useAppNow, useMomentAt } from "../state/time";
import { useTime } from "../state/time-store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";

const SECOND_MS = 1000;

/** Whether the page follows what happens, and how to stop and to go back in time. */
export function TimeControl() {
  const at = useMomentAt();
  const isOpen = useTime((state) => state.isOpen);
  return (
    <div className="time-control">
      {at === null ? <Live /> : <Past at={at} />}
      {at === null ? (
        <IconButton label={say.time.pause} icon={Pause} shortcut="space" onClick={pause} />
      ) : (
        <IconButton label={say.time.backToLive} icon={Play} shortcut="space" onClick={goLive} />
      )}
      <IconButton
        label={say.time.timeline}
        icon={History}
        shortcut="h"
        pressed={isOpen}
        onClick={toggleTimeline}
      />
    </div>
  );
}

function Live() {
  const kind = useScope((state) => state.stream.kind);
  const frameAt = useScope((state) => state.frameAt);
  const [name, text] =
    kind === "live" && frameAt > 0
      ? ["live on", say.time.live]
      : kind === "reconnecting"
        ? ["live lost", say.frame.reconnecting]
        : ["live", say.frame.connecting];
  return (
    <div className={name} title={text}>
      <span className="live-dot" aria-hidden="true" />
      <span className="live-text">{text}</span>
    </div>
  );
}

function Past({ at }: { readonly at: number }) {
  const now = useAppNow(SECOND_MS);
  return (
    <div className="live past" title={asOf(at, now)}>
      <span className="live-dot" aria-hidden="true" />
      <span className="live-text figures">{formatMoment(at, now)}</span>
    </div>
  );
}
