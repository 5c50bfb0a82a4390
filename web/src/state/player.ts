// Plays a recording: at each frame, what has become due.

import { useEffect, useRef, useState } from "react";
import { fetchRecording } from "../api/audit";
import { type Cast, type CastEvent, parseCast } from "../domain/asciicast";
import { say } from "../text/text";
import { sentenceOf } from "./sentence";

export interface LoadedCast {
  readonly cast: Cast | null;
  readonly failure: string | null;
}

export function useRecording(id: string): LoadedCast {
  const [state, setState] = useState<LoadedCast>({ cast: null, failure: null });
  useEffect(() => {
    let isGone = false;
    fetchRecording(id).then(
      (text) => {
        const cast = parseCast(text);
        const failure = cast === null ? say.docks.noRecording : null;
        if (!isGone) setState({ cast, failure });
      },
      (problem) => {
        if (!isGone) setState({ cast: null, failure: sentenceOf(problem) });
      },
    );
    return () => {
      isGone = true;
    };
  }, [id]);
  return state;
}

export interface Player {
  /** Seconds from the beginning. */
  readonly at: number;
  readonly isPlaying: boolean;
  play(isPlaying: boolean): void;
  seek(at: number): void;
}

export interface PlayerScreen {
  reset(): void;
  show(event: CastEvent): void;
}

/** Times in a recording are shown to a tenth of a second; more often the page need not change. */
const SHOWN_SECS = 0.1;

/** Plays `cast` on `screen` at `speed` times its own. */
export function usePlayer(cast: Cast, screen: PlayerScreen | null, speed: number): Player {
  const [at, setAt] = useState(0);
  const [isPlaying, setPlaying] = useState(true);
  const place = useRef({ at: 0, next: 0 });
  const showUntil = (until: number) => {
    const { current } = place;
    current.at = until;
    for (let event = cast.events[current.next]; event !== undefined && event.at <= until; ) {
      screen?.show(event);
      current.next += 1;
      event = cast.events[current.next];
    }
  };
  useEffect(() => {
    if (!isPlaying || screen === null) return;
    let before = performance.now();
    let frame = 0;
    const step = (now: number) => {
      const until = Math.min(cast.length, place.current.at + ((now - before) / 1000) * speed);
      before = now;
      showUntil(until);
      setAt((shown) => (Math.abs(shown - until) >= SHOWN_SECS || until >= cast.length ? until : shown));
      if (until >= cast.length) setPlaying(false);
      else frame = window.requestAnimationFrame(step);
    };
    frame = window.requestAnimationFrame(step);
    return () => window.cancelAnimationFrame(frame);
  }, [isPlaying, screen, speed, cast]);
  const seek = (to: number) => {
    const until = Math.min(cast.length, Math.max(0, to));
    if (until < place.current.at) {
      screen?.reset();
      place.current = { at: 0, next: 0 };
    }
    showUntil(until);
    setAt(until);
  };
  const play = (wish: boolean) => {
    if (wish && place.current.at >= cast.length) seek(0);
    setPlaying(wish);
  };
  return { at, isPlaying, play, seek };
}
