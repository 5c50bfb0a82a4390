// Goes through time: pauses, steps, plays, and asks the app what it keeps of the past.

import { fetchHistory, type History } from "../api/history";
import {
  neighbour,
  nextChange,
  panned,
  type Span,
  spanOrWhole,
  wholeSpan,
  within,
  zoomed,
} from "../domain/timeline";
import { type Step, setMoment } from "./actions";
import { useNow } from "./clock";
import { type Poll, startPoll } from "./poll";
import { useScope } from "./store";
import { type Speed, useTime } from "./time-store";

/** How often the app is asked while the line is looked at, and while it is not. */
const WATCHED_EVERY_MS = 3000;
const FOLDED_EVERY_MS = 20_000;
/** Time between two pictures of a play. */
const PLAY_EVERY_MS = 500;
/** What is compared with now where no moment is chosen: a minute ago. */
const COMPARE_BACK_MS = 60_000;

const { getState, setState } = useTime;

/** The app's clock, Unix milliseconds. */
export function appNow(): number {
  return Date.now() + getState().aheadMs;
}

/** The same, for components; renewed every `everyMs`. */
export function useAppNow(everyMs: number): number {
  const aheadMs = useTime((state) => state.aheadMs);
  return useNow(everyMs) + aheadMs;
}

/** The moment looked at; null for the present. */
export function useMomentAt(): number | null {
  return useScope((state) => state.address.at);
}

function receive(history: History): void {
  setState({ history, aheadMs: history.now - Date.now() });
}

/** Keeps the store told of what the app keeps; the answer stops it. */
export function startTime(): () => void {
  let poll: Poll | null = null;
  let everyMs = 0;
  const follow = () => {
    const isWatched = getState().isOpen || useScope.getState().address.at !== null;
    const wanted = isWatched ? WATCHED_EVERY_MS : FOLDED_EVERY_MS;
    if (wanted === everyMs) return;
    everyMs = wanted;
    poll?.stop();
    poll = startPoll({
      everyMs,
      ask: fetchHistory,
      onAnswer: receive,
      onFailure: () => {
        // An app without a past has no such path; that it is away the list of views says.
      },
    });
  };
  follow();
  const stops = [useTime.subscribe(follow), useScope.subscribe(follow)];
  return () => {
    for (const stop of stops) stop();
    poll?.stop();
    stopPlaying();
  };
}

export function setTimelineOpen(isOpen: boolean): void {
  setState({ isOpen });
}

export function toggleTimeline(): void {
  setTimelineOpen(!getState().isOpen);
}

/** Goes to a moment; what is not past is the present. */
export function choose(at: number | null, step: Step = "push"): void {
  const isPast = at !== null && at < appNow();
  setState({ heldAt: null });
  setMoment(isPast ? Math.round(at) : null, step);
}

/** The picture stays as it is now. */
export function pause(): void {
  const at = Math.round(appNow());
  stopPlaying();
  setState({ heldAt: at });
  setMoment(at);
}

export function goLive(): void {
  stopPlaying();
  choose(null);
}

export function togglePause(): void {
  if (useScope.getState().address.at === null) pause();
  else goLive();
}

/** To the moment before or after that is kept. */
export function stepBy(direction: -1 | 1): void {
  stopPlaying();
  const { history } = getState();
  const { at } = useScope.getState().address;
  if (history === null || (at === null && direction > 0)) return;
  if (history.moments.length > 0) choose(neighbour(history.moments, at, direction), "replace");
}

/** To the moment before or after at which something came, went or changed. */
export function changeBy(direction: -1 | 1): void {
  stopPlaying();
  const { history } = getState();
  const { at } = useScope.getState().address;
  if (history === null) return;
  const next = nextChange(history, at, direction);
  if (next !== null) choose(next, "replace");
  else if (direction > 0) goLive();
}

let timer = 0;

export function stopPlaying(): void {
  window.clearInterval(timer);
  timer = 0;
  if (getState().isPlaying) setState({ isPlaying: false });
}

/** Lets time pass from the moment looked at, or from the beginning of the line, until it is now. */
export function play(): void {
  stopPlaying();
  const { history } = getState();
  if (history === null) return;
  const now = appNow();
  const start = useScope.getState().address.at ?? spanShown().from;
  choose(Math.max(start, history.moments[0] ?? now));
  setState({ isPlaying: true });
  timer = window.setInterval(() => {
    const { at } = useScope.getState().address;
    const next = (at ?? appNow()) + PLAY_EVERY_MS * getState().speed;
    if (at === null || next >= appNow()) goLive();
    else choose(next, "replace");
  }, PLAY_EVERY_MS);
}

export function setSpeed(speed: Speed): void {
  setState({ speed });
}

/** The part of the line that is shown right now. */
export function spanShown(): Span {
  const { history, span } = getState();
  const whole = wholeSpan(history, appNow());
  return span === null ? whole : within(span, whole);
}

function show(next: (span: Span, whole: Span) => Span): void {
  const whole = wholeSpan(getState().history, appNow());
  setState({ span: spanOrWhole(next(spanShown(), whole), whole) });
}

/** `factor` below 1 shows less; `anchor` stays where it is, the moment looked at where none is given. */
export function zoomBy(factor: number, anchor?: number): void {
  const fixed = anchor ?? useScope.getState().address.at ?? appNow();
  show((span, whole) => zoomed(span, whole, factor, fixed));
}

export function panBy(byMs: number): void {
  show((span, whole) => panned(span, whole, byMs));
}

export function showAll(): void {
  setState({ span: null });
}

/** Compares the moment looked at with now; from now, with a minute ago. */
export function startComparing(): void {
  stopPlaying();
  const { at } = useScope.getState().address;
  const back = Math.max(appNow() - COMPARE_BACK_MS, wholeSpan(getState().history, appNow()).from);
  const first = getState().history?.moments[0] ?? back;
  setState({ heldAt: null });
  setMoment(null, "push", Math.round(at ?? Math.max(back, first)));
}

/** The other of the two moments. */
export function compareWith(versus: number, step: Step = "replace"): void {
  setMoment(useScope.getState().address.at, step, Math.round(Math.min(versus, appNow())));
}

export function stopComparing(): void {
  setMoment(useScope.getState().address.at, "push", null);
}
