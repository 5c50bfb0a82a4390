import { type KeyboardEvent, type PointerEvent, type RefObject, useEffect, useMemo, useRef } from "react";
import type { History } from "../api/history";
import { shortcutOf, TIMELINE_SHORTCUTS } from "../domain/shortcuts";
import { activityWords, asOf, formatMoment, formatTick, markWords } from "../domain/time-words";
import {
  type Bar,
  barsOf,
  heightOf,
  type Span,
  shareOf,
  ticksOf,
  wholeSpan,
  within,
} from "../domain/timeline";
import { phoneQuery, useMedia } from "../state/media";
import { useScope } from "../state/store";
import {
  appNow,
  changeBy,
  choose,
  compareWith,
  goLive,
  panBy,
  spanShown,
  stepBy,
  stopPlaying,
  useAppNow,
  useMomentAt,
  zoomBy,
} from "../state/time";
import { useTime } from "../state/time-store";
import { say } from "../text/text";
import { ZOOM_FACTOR } from "./timeline-tools";

const SECOND_MS = 1000;
const BARS = 120;
const TICKS = 7;
const TICKS_PHONE = 3;
/** A wheel's notch is about this many px. */
const WHEEL_PX_PER_ZOOM = 240;
const PAN_SHARE = 0.25;
/** Closer to the right end than this is the present, px. */
const LIVE_PX = 6;

function percent(share: number): string {
  return `${Math.round(share * 100_000) / 1000}%`;
}

/** The line of time: what happened when, and the moment looked at. */
export function TimelineTrack() {
  const now = useAppNow(SECOND_MS);
  const at = useMomentAt();
  const versus = useScope((state) => state.address.versus);
  const history = useTime((state) => state.history);
  const chosen = useTime((state) => state.span);
  const whole = wholeSpan(history, now);
  const span = chosen === null ? whole : within(chosen, whole);
  const plot = useRef<HTMLDivElement>(null);
  useWheel(plot);
  const pointers = usePointers(plot);
  const first = history?.moments[0] ?? now;
  return (
    <div className="timeline-track" {...pointers}>
      <div
        ref={plot}
        className="timeline-plot"
        role="slider"
        tabIndex={0}
        aria-label={say.time.track}
        aria-valuemin={Math.round(first / SECOND_MS)}
        aria-valuemax={Math.round(now / SECOND_MS)}
        aria-valuenow={Math.round((at ?? now) / SECOND_MS)}
        aria-valuetext={at === null ? say.time.live : asOf(at, now)}
        onKeyDown={pressed}
      >
        {history !== null && <Activity history={history} span={span} now={now} />}
        {versus !== null && <Handle className="timeline-versus" at={versus} span={span} />}
        <Handle
          className={at === null ? "timeline-handle live" : "timeline-handle"}
          at={at ?? now}
          span={span}
        />
      </div>
      <Axis span={span} />
    </div>
  );
}

function Handle({
  className,
  at,
  span,
}: {
  readonly className: string;
  readonly at: number;
  readonly span: Span;
}) {
  const share = shareOf(at, span);
  if (share < 0 || share > 1) return null;
  return <span className={className} style={{ left: percent(share) }} aria-hidden="true" />;
}

interface ActivityProps {
  readonly history: History;
  readonly span: Span;
  readonly now: number;
}

function Activity({ history, span, now }: ActivityProps) {
  const bars = useMemo(() => barsOf(history.steps, span, BARS), [history, span.from, span.to]);
  const most = Math.max(0, ...bars.map(({ added, removed, changed }) => added + removed + changed));
  const marks = history.marks.filter(({ at }) => at >= span.from && at <= span.to);
  const begin = shareOf(history.moments[0] ?? now, span);
  return (
    <>
      {begin > 0 && <span className="timeline-unknown" style={{ width: percent(Math.min(1, begin)) }} />}
      {bars.map((bar) => (
        <ActivityBar key={bar.from} bar={bar} span={span} most={most} now={now} />
      ))}
      {marks.map((mark) => (
        <span
          key={`${mark.at} ${mark.kind} ${mark.node} ${mark.label}`}
          className={`timeline-mark ${mark.kind}`}
          style={{ left: percent(shareOf(mark.at, span)) }}
          title={`${formatMoment(mark.at, now)} · ${markWords(mark)}`}
        />
      ))}
    </>
  );
}

interface ActivityBarProps {
  readonly bar: Bar;
  readonly span: Span;
  readonly most: number;
  readonly now: number;
}

/** Above what came, below what went, in between what changed its state. */
function ActivityBar({ bar, span, most, now }: ActivityBarProps) {
  const { from, to, added, removed, changed } = bar;
  const part = (name: string, amount: number) =>
    amount > 0 && <span className={name} style={{ height: percent(heightOf(amount, most) / 2) }} />;
  return (
    <span
      className="timeline-bar"
      style={{ left: percent(shareOf(from, span)), width: percent(shareOf(to, span) - shareOf(from, span)) }}
      title={`${formatMoment(from, now)} · ${activityWords(bar)}`}
    >
      {part("came", added)}
      {part("went", removed)}
      {part("other", changed)}
    </span>
  );
}

function Axis({ span }: { readonly span: Span }) {
  const isPhone = useMedia(phoneQuery());
  const offsetMs = -new Date(span.to).getTimezoneOffset() * 60 * SECOND_MS;
  return (
    <div className="timeline-axis figures muted" aria-hidden="true">
      {ticksOf(span, isPhone ? TICKS_PHONE : TICKS, offsetMs).map((at) => (
        <span key={at} style={{ left: percent(shareOf(at, span)) }}>
          {formatTick(at)}
        </span>
      ))}
    </div>
  );
}

function pressed(event: KeyboardEvent): void {
  const id = shortcutOf(TIMELINE_SHORTCUTS, event);
  if (id === null) return;
  const span = spanShown();
  const quarter = (span.to - span.from) * PAN_SHARE;
  const { key, shiftKey } = event;
  const way = key === "ArrowLeft" || key === "ArrowDown" || key === "PageUp" ? -1 : 1;
  const run: Readonly<Record<typeof id, () => void>> = {
    stepMoment: () => (shiftKey ? changeBy(way) : stepBy(way)),
    timeEnds: () => (key === "End" ? goLive() : choose(useTime.getState().history?.moments[0] ?? null)),
    timePan: () => panBy(way * quarter),
    timeZoom: () => zoomBy(key === "-" ? ZOOM_FACTOR : 1 / ZOOM_FACTOR),
  };
  event.preventDefault();
  event.stopPropagation();
  run[id]();
}

/** The moment under a pointer; null for the present. */
function momentUnder(plot: HTMLElement, clientX: number): number | null {
  const { left, width } = plot.getBoundingClientRect();
  const { from, to } = spanShown();
  const isPresent = clientX > left + width - LIVE_PX && to >= appNow() - SECOND_MS;
  if (isPresent) return null;
  return from + ((clientX - left) / Math.max(1, width)) * (to - from);
}

/** The wheel zooms where the pointer is, and moves when it is turned sideways. React's own listener could not keep the
 * page from zooming too. */
function useWheel(plot: RefObject<HTMLDivElement | null>): void {
  useEffect(() => {
    const element = plot.current?.parentElement;
    if (!element) return;
    const turn = (event: WheelEvent) => {
      const target = plot.current;
      if (target === null) return;
      event.preventDefault();
      const span = spanShown();
      const { width } = target.getBoundingClientRect();
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) {
        panBy((sideways / Math.max(1, width)) * (span.to - span.from));
        return;
      }
      zoomBy(2 ** (event.deltaY / WHEEL_PX_PER_ZOOM), momentUnder(target, event.clientX) ?? span.to);
    };
    element.addEventListener("wheel", turn, { passive: false });
    return () => element.removeEventListener("wheel", turn);
  }, [plot]);
}

type Hold = "choose" | "compare" | "pan";

/** One pointer chooses a moment, on the axis it moves the line; two zoom. */
function usePointers(plot: RefObject<HTMLDivElement | null>) {
  const held = useRef(new Map<number, number>());
  const hold = useRef<Hold>("choose");
  const apart = () => {
    const [one, other] = [...held.current.values()];
    return one === undefined || other === undefined ? 0 : Math.abs(one - other);
  };
  const go = (clientX: number, isFirst: boolean) => {
    if (plot.current === null) return;
    const at = momentUnder(plot.current, clientX);
    if (hold.current === "compare") compareWith(at ?? spanShown().to);
    else choose(at, isFirst ? "push" : "replace");
  };
  return {
    onPointerDown: (event: PointerEvent<HTMLDivElement>) => {
      if (event.button !== 0 || !(event.target instanceof Element)) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      held.current.set(event.pointerId, event.clientX);
      stopPlaying();
      const isPlot = event.target.closest(".timeline-plot") !== null;
      const isVersus = event.target.closest(".timeline-versus") !== null;
      hold.current = !isPlot ? "pan" : isVersus ? "compare" : "choose";
      if (isPlot) plot.current?.focus();
      if (hold.current === "choose" && held.current.size === 1) go(event.clientX, true);
    },
    onPointerMove: (event: PointerEvent<HTMLDivElement>) => {
      const before = held.current.get(event.pointerId);
      if (before === undefined || plot.current === null) return;
      const wasApart = apart();
      held.current.set(event.pointerId, event.clientX);
      const span = spanShown();
      const { width } = plot.current.getBoundingClientRect();
      if (held.current.size > 1) {
        if (wasApart > 0 && apart() > 0) zoomBy(wasApart / apart(), (span.from + span.to) / 2);
      } else if (hold.current === "pan") {
        panBy(((before - event.clientX) / Math.max(1, width)) * (span.to - span.from));
      } else go(event.clientX, false);
    },
    onPointerUp: (event: PointerEvent<HTMLDivElement>) => held.current.delete(event.pointerId),
    onPointerCancel: (event: PointerEvent<HTMLDivElement>) => held.current.delete(event.pointerId),
  };
}
