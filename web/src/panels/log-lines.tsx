import { useVirtualizer } from "@tanstack/react-virtual";
import { memo, type UIEvent, useEffect, useLayoutEffect, useRef } from "react";
import { type AnsiRun, type AnsiStyle, ansiRuns } from "../domain/ansi";
import { type LogBuffer, type LogLine, marked } from "../domain/log-buffer";
import { formatExact } from "../domain/time";
import { say } from "../text/text";

/** What of a log is shown, and how. */
export interface LogView {
  readonly wraps: boolean;
  readonly showsTimes: boolean;
  /** The end stays in sight. */
  readonly follows: boolean;
  readonly query: string;
  /** The line that is brought into sight, by its number. */
  readonly target: number | null;
}

interface LogLinesProps {
  readonly name: string;
  readonly buffer: LogBuffer;
  readonly version: number;
  readonly view: LogView;
  readonly isShown: boolean;
  readonly onFollow: (follows: boolean) => void;
}

/** px */
const LINE_HEIGHT = 18;
const OVERSCAN = 20;
/** Closer to the end than this counts as at the end, px. */
const END_PX = 24;

/** The lines of a log, of which only those in sight exist. */
export function LogLines({ name, buffer, version, view, isShown, onFollow }: LogLinesProps) {
  const scroll = useRef<HTMLDivElement>(null);
  // Whether it is the reader who scrolls now, or what grows below.
  const isReaders = useRef(false);
  const count = buffer.end - buffer.first;
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroll.current,
    estimateSize: () => LINE_HEIGHT,
    overscan: OVERSCAN,
    getItemKey: (index) => buffer.first + index,
  });
  useKeptPlace(buffer.first, scroll, view.follows);
  useLayoutEffect(() => {
    isReaders.current = false;
    if (view.follows && isShown && count > 0) virtual.scrollToIndex(count - 1, { align: "end" });
  }, [version, view.follows, view.wraps, view.showsTimes, isShown]);
  useEffect(() => {
    isReaders.current = false;
    if (view.target !== null) virtual.scrollToIndex(view.target - buffer.first, { align: "center" });
  }, [view.target, virtual, buffer]);

  const scrolled = (event: UIEvent<HTMLDivElement>) => {
    if (!isReaders.current) return;
    const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
    const isAtEnd = scrollHeight - clientHeight - scrollTop < END_PX;
    if (isAtEnd !== view.follows) onFollow(isAtEnd);
  };
  const takeOver = () => {
    isReaders.current = true;
  };
  return (
    <div
      ref={scroll}
      role="log"
      aria-label={say.docks.linesOf(name)}
      aria-live="off"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      className={view.wraps ? "log-lines wrapped" : "log-lines"}
      onScroll={scrolled}
      onWheel={takeOver}
      onTouchMove={takeOver}
      onPointerDown={takeOver}
      onKeyDown={takeOver}
    >
      {count === 0 && <p className="muted log-none">{say.docks.nothingPrinted}</p>}
      <div className="log-height" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map((item) => {
          const number = buffer.first + item.index;
          const line = buffer.line(number);
          if (line === null) return null;
          return (
            <div
              key={item.key}
              ref={virtual.measureElement}
              data-index={item.index}
              data-number={number}
              className={number === view.target ? "log-line target" : "log-line"}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <Line line={line} showsTime={view.showsTimes} query={view.query.toLowerCase()} />
            </div>
          );
        })}
      </div>
    </div>
  );
}

/** Lines that are let go at the beginning must not carry away what is being read. */
function useKeptPlace(
  first: number,
  scroll: { readonly current: HTMLElement | null },
  follows: boolean,
): void {
  const before = useRef(first);
  useLayoutEffect(() => {
    const gone = first - before.current;
    before.current = first;
    if (gone > 0 && !follows && scroll.current !== null) scroll.current.scrollTop -= gone * LINE_HEIGHT;
  }, [first, follows, scroll]);
}

interface LineProps {
  readonly line: LogLine;
  readonly showsTime: boolean;
  readonly query: string;
}

const Line = memo(function Line({ line, showsTime, query }: LineProps) {
  return (
    <>
      {showsTime && line.time !== "" && <Time time={line.time} />}
      <span
        className={line.isError ? "log-text is-error" : "log-text"}
        {...(line.isError ? { title: say.docks.errorOutput } : {})}
      >
        {ansiRuns(line.text).map((run, index) => (
          <Run key={index} run={run} query={query} />
        ))}
      </span>
    </>
  );
});

/** To the millisecond, without the date; the whole of it on hover. */
function Time({ time }: { readonly time: string }) {
  const at = Date.parse(time);
  return (
    <time className="log-time" dateTime={time} title={Number.isNaN(at) ? time : formatExact(at)}>
      {/T(\d\d:\d\d:\d\d(?:\.\d{1,3})?)/.exec(time)?.[1] ?? time}
    </time>
  );
}

function classesOf({ colour, ground, bold, dim, italic, underline, inverse }: AnsiStyle): string {
  const classes = [
    typeof colour === "number" ? `fore-${colour}` : "",
    typeof ground === "number" ? `back-${ground}` : "",
    bold ? "bold" : "",
    dim ? "dim" : "",
    italic ? "italic" : "",
    underline ? "underline" : "",
    inverse ? "inverse" : "",
  ];
  return classes.filter((name) => name !== "").join(" ");
}

function Run({ run: { text, style }, query }: { readonly run: AnsiRun; readonly query: string }) {
  const parts = marked(text, query).map((part, index) =>
    part.hit ? <mark key={index}>{part.text}</mark> : part.text,
  );
  const name = classesOf(style);
  const own = {
    ...(typeof style.colour === "string" ? { color: style.colour } : {}),
    ...(typeof style.ground === "string" ? { backgroundColor: style.ground } : {}),
  };
  if (name === "" && Object.keys(own).length === 0) return <>{parts}</>;
  return (
    <span className={name} style={own}>
      {parts}
    </span>
  );
}
