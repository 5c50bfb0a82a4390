import { Pause, Play } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type Cast, sizeOf } from "../domain/asciicast";
import { formatClock } from "../domain/time";
import { type PlayerScreen, usePlayer, useRecording } from "../state/player";
import { readTerminalTheme } from "../state/theme";
import { TerminalScreen } from "../terminal/terminal-screen";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import "./cast-player.css";

interface CastPlayerProps {
  readonly title: string;
  readonly recording: string;
  readonly onClose: () => void;
}

/** A recorded terminal, played. */
export function CastPlayer({ title, recording, onClose }: CastPlayerProps) {
  const { cast, failure } = useRecording(recording);
  return (
    <Dialog title={title} wide onClose={onClose}>
      {failure !== null && <p role="alert">{failure}</p>}
      {failure === null && cast === null && <p role="status">{say.docks.recording}</p>}
      {cast !== null && <Playing cast={cast} />}
    </Dialog>
  );
}

const SPEEDS = [1, 2, 4, 16] as const;
/** How far the arrow keys go, seconds. */
const STEP_SECS = 5;

function Playing({ cast }: { readonly cast: Cast }) {
  const place = useRef<HTMLDivElement>(null);
  const screen = useStillScreen(cast, place);
  const [speed, setSpeed] = useState<number>(1);
  const player = usePlayer(cast, screen, speed);
  return (
    <div className="cast">
      <div ref={place} className="cast-screen" />
      <div className="cast-tools">
        <IconButton
          label={player.isPlaying ? say.docks.pause : say.docks.play}
          icon={player.isPlaying ? Pause : Play}
          hintSide="left"
          onClick={() => player.play(!player.isPlaying)}
        />
        <input
          type="range"
          aria-label={say.docks.time}
          aria-valuetext={say.figures.of(formatClock(player.at), formatClock(cast.length))}
          min={0}
          max={cast.length}
          step={Math.min(STEP_SECS, Math.max(0.1, cast.length / 100))}
          value={player.at}
          onChange={(event) => player.seek(Number(event.target.value))}
        />
        <span className="figures muted">
          {formatClock(player.at)} / {formatClock(cast.length)}
        </span>
        <select
          className="select"
          aria-label={say.docks.speed}
          value={speed}
          onChange={(event) => setSpeed(Number(event.target.value))}
        >
          {SPEEDS.map((choice) => (
            <option key={choice} value={choice}>
              {choice} ×
            </option>
          ))}
        </select>
      </div>
      <p className="muted">{say.docks.pausesCut}</p>
    </div>
  );
}

/** A screen of the recording's size in its place. */
function useStillScreen(cast: Cast, place: { readonly current: HTMLElement | null }): PlayerScreen | null {
  const [screen, setScreen] = useState<PlayerScreen | null>(null);
  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    const ignore = () => undefined;
    const terminal = new TerminalScreen(true, readTerminalTheme(), {
      onInput: ignore,
      onSize: ignore,
      onLeave: ignore,
    });
    element.append(terminal.host);
    terminal.showStill(cast.columns, cast.rows);
    setScreen({
      reset: () => {
        terminal.reset();
        terminal.showStill(cast.columns, cast.rows);
      },
      show: ({ kind, text }) => {
        const size = kind === "size" ? sizeOf(text) : null;
        if (size !== null) terminal.showStill(...size);
        else if (kind === "output") terminal.draw(text);
      },
    });
    return () => {
      setScreen(null);
      terminal.dispose();
    };
  }, [cast, place]);
  return screen;
}
