import { ArrowDownToLine, Clock, Download, Eraser, WrapText } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { hasLogChoices, SINCES, TAILS } from "../domain/control-words";
import type { DockTab } from "../domain/dock-tab";
import { LogSearch } from "../domain/log-buffer";
import { formatCount } from "../domain/units";
import { setPreferences } from "../state/actions";
import { reopen, sessionOf, useDock } from "../state/dock";
import { type LogSession, logOf, useLogVersion } from "../state/log-session";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { FindBox } from "./find-box";
import { LogLines, type LogView } from "./log-lines";
import { PanelHead, PhaseLine } from "./panel-head";
import { saveText } from "./save-text";
import "./log.css";

interface LogPanelProps {
  readonly tab: DockTab;
  readonly isShown: boolean;
}

/** One log: its lines, and above them what is shown of it and how. */
export function LogPanel({ tab, isShown }: LogPanelProps) {
  const isOver = useDock((state) => state.phases.get(tab.key)?.kind === "ended");
  const session = sessionOf(tab.key);
  const log = session === null ? null : logOf(session);
  useEffect(() => {
    if (isOver) log?.finish();
  }, [isOver, log]);
  if (log === null) {
    return (
      <>
        <PanelHead tab={tab} what={say.docks.logOf}>
          {null}
        </PanelHead>
        <PhaseLine tab={tab} />
      </>
    );
  }
  return <OpenLog tab={tab} log={log} isShown={isShown} />;
}

function OpenLog({ tab, log, isShown }: LogPanelProps & { readonly log: LogSession }) {
  const version = useLogVersion(log);
  const find = useFind(log, version);
  const input = useRef<HTMLInputElement>(null);
  const [follows, setFollows] = useState(true);
  const wraps = useScope((state) => state.preferences.wrapsLogs);
  const showsTimes = useScope((state) => state.preferences.showsLogTimes);
  const { buffer } = log;
  const view: LogView = { wraps, showsTimes, follows, query: find.query, target: find.target };
  const step = (backwards: boolean) => {
    setFollows(false);
    find.step(backwards);
  };
  return (
    <>
      <PanelHead
        tab={tab}
        what={say.docks.logOf}
        facts={
          <span className="muted figures panel-fact">
            {say.figures.lines(buffer.end - buffer.first)}
            {buffer.first > 0 && say.docks.letGo(formatCount(buffer.first))}
          </span>
        }
      >
        {hasLogChoices(tab.control) && <Choices tab={tab} />}
        <FindBox
          label={say.docks.findInLog}
          query={find.query}
          index={find.index}
          count={find.count}
          inputRef={input}
          onQuery={find.ask}
          onStep={step}
          onLeave={() => input.current?.blur()}
        />
        <IconButton
          label={follows ? say.docks.following : say.docks.follow}
          icon={ArrowDownToLine}
          hintSide="left"
          pressed={follows}
          onClick={() => setFollows(!follows)}
        />
        <IconButton
          label={say.docks.wrap}
          icon={WrapText}
          hintSide="left"
          pressed={wraps}
          onClick={() => setPreferences({ wrapsLogs: !wraps })}
        />
        <IconButton
          label={say.docks.times}
          icon={Clock}
          hintSide="left"
          pressed={showsTimes}
          onClick={() => setPreferences({ showsLogTimes: !showsTimes })}
        />
        <IconButton label={say.docks.clear} icon={Eraser} hintSide="left" onClick={() => log.clear()} />
        <IconButton
          label={say.docks.saveAsText}
          icon={Download}
          hintSide="left"
          onClick={() => saveText(`${tab.title}.log`, buffer.saved(showsTimes))}
        />
      </PanelHead>
      <PhaseLine tab={tab} />
      <LogLines
        name={tab.title}
        buffer={buffer}
        version={version}
        view={view}
        isShown={isShown}
        onFollow={setFollows}
      />
    </>
  );
}

const TAIL_WORDS: Readonly<Record<string, string>> = { all: say.docks.allLines };
const SINCE_WORDS: Readonly<Record<string, string>> = say.docks.since;

/** How much of the log is asked for; another choice asks anew. */
function Choices({ tab }: { readonly tab: DockTab }) {
  const { log } = tab;
  return (
    <>
      <select
        className="select"
        aria-label={say.docks.howMany}
        value={log.tail}
        onChange={(event) => void reopen(tab.key, { ...log, tail: event.target.value })}
      >
        {TAILS.map((tail) => (
          <option key={tail} value={tail}>
            {TAIL_WORDS[tail] ?? say.docks.lastLines(formatCount(Number(tail)))}
          </option>
        ))}
      </select>
      <select
        className="select"
        aria-label={say.docks.sinceWhen}
        value={log.since}
        onChange={(event) => void reopen(tab.key, { ...log, since: event.target.value })}
      >
        {SINCES.map((since) => (
          <option key={since} value={since}>
            {SINCE_WORDS[since] ?? since}
          </option>
        ))}
      </select>
    </>
  );
}

interface Find {
  readonly query: string;
  readonly index: number;
  readonly count: number;
  /** The line in hand, null for none. */
  readonly target: number | null;
  ask(query: string): void;
  step(backwards: boolean): void;
}

/** The search in a log. It goes on from the line in hand, also when lines come and go. */
function useFind(log: LogSession, _version: number): Find {
  const [search, setSearch] = useState(() => new LogSearch(""));
  const [text, setText] = useState("");
  const [target, setTarget] = useState<number | null>(null);
  const found = search.over(log.buffer);
  const index = target === null ? found.length - 1 : found.indexOf(target);
  const step = (backwards: boolean) => {
    if (found.length === 0) return;
    const last = found.length - 1;
    // The newest match first, and from there back in time or on.
    const next = target === null ? last : backwards ? index - 1 : index + 1;
    setTarget(found[(next + found.length) % found.length] ?? null);
  };
  const ask = (query: string) => {
    setText(query);
    setSearch(new LogSearch(query));
    setTarget(null);
  };
  return { query: text, index, count: found.length, target, ask, step };
}
