import {
  ChevronFirst,
  ChevronLast,
  ChevronLeft,
  ChevronRight,
  GitCompareArrows,
  Pause,
  Play,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import { useScope } from "../state/store";
import {
  changeBy,
  play,
  setSpeed,
  showAll,
  startComparing,
  stepBy,
  stopComparing,
  stopPlaying,
  zoomBy,
} from "../state/time";
import { type Speed, useTime } from "../state/time-store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { Segmented } from "../ui/choice";

const SPEEDS = [
  { value: "1", label: "1×" },
  { value: "4", label: "4×" },
] as const;

/** What one press of a button zooms by. */
export const ZOOM_FACTOR = 1.6;

/** Steps, plays, compares and zooms. */
export function TimelineTools() {
  const isPlaying = useTime((state) => state.isPlaying);
  const speed = useTime((state) => state.speed);
  const isComparing = useScope((state) => state.address.versus !== null);
  return (
    <div className="timeline-tools" role="toolbar" aria-label={say.time.timeline}>
      <IconButton label={say.time.changeBack} icon={ChevronFirst} shortcut="{" onClick={() => changeBy(-1)} />
      <IconButton label={say.time.stepBack} icon={ChevronLeft} shortcut="[" onClick={() => stepBy(-1)} />
      <IconButton
        label={isPlaying ? say.time.stopPlaying : say.time.play}
        icon={isPlaying ? Pause : Play}
        onClick={isPlaying ? stopPlaying : play}
      />
      <IconButton label={say.time.stepOn} icon={ChevronRight} shortcut="]" onClick={() => stepBy(1)} />
      <IconButton label={say.time.changeOn} icon={ChevronLast} shortcut="}" onClick={() => changeBy(1)} />
      <Segmented
        label={say.time.speed}
        items={SPEEDS}
        chosen={[String(speed)]}
        onChoose={(value) => setSpeed(Number(value) as Speed)}
      />
      <IconButton
        label={isComparing ? say.time.stopComparing : say.time.compare}
        icon={GitCompareArrows}
        pressed={isComparing}
        onClick={isComparing ? stopComparing : startComparing}
      />
      <span className="timeline-zoom">
        <IconButton label={say.time.zoomIn} icon={ZoomIn} onClick={() => zoomBy(1 / ZOOM_FACTOR)} />
        <IconButton label={say.time.zoomOut} icon={ZoomOut} onClick={() => zoomBy(ZOOM_FACTOR)} />
        <button type="button" className="link" title={say.time.showAll} onClick={showAll}>
          {say.time.all}
        </button>
      </span>
    </div>
  );
}
