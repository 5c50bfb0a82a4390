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
import { TIME_WORDS } from "../domain/time-words";
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
    <div className="timeline-tools" role="toolbar" aria-label={TIME_WORDS.timeline}>
      <IconButton
        label={TIME_WORDS.changeBack}
        icon={ChevronFirst}
        shortcut="{"
        onClick={() => changeBy(-1)}
      />
      <IconButton label={TIME_WORDS.stepBack} icon={ChevronLeft} shortcut="[" onClick={() => stepBy(-1)} />
      <IconButton
        label={isPlaying ? TIME_WORDS.stopPlaying : TIME_WORDS.play}
        icon={isPlaying ? Pause : Play}
        onClick={isPlaying ? stopPlaying : play}
      />
      <IconButton label={TIME_WORDS.stepOn} icon={ChevronRight} shortcut="]" onClick={() => stepBy(1)} />
      <IconButton label={TIME_WORDS.changeOn} icon={ChevronLast} shortcut="}" onClick={() => changeBy(1)} />
      <Segmented
        label={TIME_WORDS.speed}
        items={SPEEDS}
        chosen={[String(speed)]}
        onChoose={(value) => setSpeed(Number(value) as Speed)}
      />
      <IconButton
        label={isComparing ? TIME_WORDS.stopComparing : TIME_WORDS.compare}
        icon={GitCompareArrows}
        pressed={isComparing}
        onClick={isComparing ? stopComparing : startComparing}
      />
      <span className="timeline-zoom">
        <IconButton label={TIME_WORDS.zoomIn} icon={ZoomIn} onClick={() => zoomBy(1 / ZOOM_FACTOR)} />
        <IconButton label={TIME_WORDS.zoomOut} icon={ZoomOut} onClick={() => zoomBy(ZOOM_FACTOR)} />
        <button type="button" className="link" title={TIME_WORDS.showAll} onClick={showAll}>
          {TIME_WORDS.all}
        </button>
      </span>
    </div>
  );
}
