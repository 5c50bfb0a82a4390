// The lower dock: which terminals and logs are open, and how their pipes fare. The only writer of
// this store. Tabs are kept for this page (sessionStorage), so that a reload finds them again.

import { create } from "zustand";
import { type ControlAnswer, callControl, closePipe } from "../api/acts";
import type { PipePhase } from "../api/pipe-socket";
import type { CardRef } from "../domain/address";
import { type LogChoices, logArguments, USUAL_LOG } from "../domain/control-words";
import {
  type DockTab,
  readTab,
  readTabs,
  TABS_MAX,
  tabKind,
  tabOfHash,
  windowHash,
} from "../domain/dock-tab";
import { say } from "../text/text";
import { useAccount, whenOther } from "./account";
import { PipeSession } from "./pipe-session";
import { sentenceOf } from "./sentence";
import { keepScreen, keepsScreen } from "./terminal-link";

export interface DockState {
  readonly tabs: readonly DockTab[];
  readonly active: string | null;
  readonly phases: ReadonlyMap<string, PipePhase>;
  /** Only its bar is seen. */
  readonly isFolded: boolean;
  /** It has the whole height. */
  readonly isTall: boolean;
  /** Why something could not be opened, null for nothing to say. */
  readonly failure: string | null;
}

const KEY = "scope.dock";
/** Characters of a screen that a window hands back. */
const SCREEN_CHARS_MAX = 400_000;

export const useDock = create<DockState>()(() => ({
  tabs: [],
  active: null,
  phases: new Map(),
  isFolded: false,
  isTall: false,
  failure: null,
}));

const { getState, setState } = useDock;

const sessions = new Map<string, PipeSession>();

/** The pipe of a tab; null once it is closed. */
export function sessionOf(key: string): PipeSession | null {
  return sessions.get(key) ?? null;
}

function keep(): void {
  if (tabOfHash(window.location.hash) !== null) {
    // A window of one tab is kept by its address.
    const [tab] = getState().tabs;
    if (tab !== undefined) window.history.replaceState(null, "", windowHash({ ...tab, card: adoptedCard }));
    return;
  }
  try {
    window.sessionStorage.setItem(KEY, JSON.stringify(getState().tabs));
  } catch {
    // Without storage, tabs last as long as the page.
  }
}

function setPhase(key: string, phase: PipePhase): void {
  setState({ phases: new Map(getState().phases).set(key, phase) });
}

function join(tab: DockTab, isEmpty = false): void {
  sessions.get(tab.key)?.leave();
  sessions.set(tab.key, new PipeSession(tab.pipe, isEmpty, (phase) => setPhase(tab.key, phase)));
}

/** Shows a tab and joins its pipe. */
export function addTab(tab: DockTab): void {
  setState({ tabs: [...getState().tabs, tab], active: tab.key, isFolded: false });
  join(tab);
  keep();
}

export interface TabSource {
  readonly title: string;
  readonly card: CardRef | null;
  readonly probeId: string;
  readonly nodeId: string;
  readonly control: string;
}

/** A tab for the pipe that a control opened. */
export function openTab(source: TabSource, answer: ControlAnswer): void {
  const { tabs } = getState();
  if (tabs.length >= TABS_MAX) {
    void closePipe(answer.pipe);
    setState({ failure: say.docks.tooMany(TABS_MAX) });
    return;
  }
  addTab({
    ...source,
    key: answer.pipe,
    kind: tabKind(source.control),
    pipe: answer.pipe,
    isRaw: answer.isRaw,
    resizeControl: answer.resizeControl,
    log: USUAL_LOG,
  });
}

export function showTab(key: string): void {
  setState({ active: key, isFolded: false });
}

/** Takes a tab away; its pipe goes on unless it is closed. */
function drop(key: string): void {
  const { tabs, active, phases } = getState();
  const at = tabs.findIndex((tab) => tab.key === key);
  if (at < 0) return;
  sessions.get(key)?.leave();
  sessions.delete(key);
  const rest = tabs.filter((tab) => tab.key !== key);
  const left = new Map(phases);
  left.delete(key);
  const next = active === key ? (rest[Math.min(at, rest.length - 1)]?.key ?? null) : active;
  setState({ tabs: rest, active: next, phases: left, isTall: rest.length > 0 && getState().isTall });
  keep();
}

/** Closes a tab and ends what is behind it. */
export function closeTab(key: string): void {
  const tab = getState().tabs.find((item) => item.key === key);
  if (tab === undefined) return;
  void closePipe(tab.pipe);
  drop(key);
}

/** Goes on with a tab that another page had. */
function take(tab: DockTab): void {
  // A log is asked for anew: what was printed before is in it, and in no pipe any more.
  if (tab.kind === "log") void reopen(tab.key, tab.log);
  else join(tab, !keepsScreen(tab.key));
}

/** Where the node of a window's tab is to be seen, on the map of the page that it came from. */
let adoptedCard: CardRef | null = null;

/** Makes the tab the only one of a window of its own. */
export function adoptTab(tab: DockTab): void {
  // The window has no map to show the node on.
  const own = { ...tab, card: null };
  if (getState().tabs.length > 0) return;
  adoptedCard = tab.card;
  setState({ tabs: [own], active: own.key });
  take(own);
}

/** Opens the tab in a window of its own; false where the browser forbids it. */
export function popOut(key: string): boolean {
  const tab = getState().tabs.find((item) => item.key === key);
  if (tab === undefined) return false;
  const page = new URL(window.location.href);
  page.hash = windowHash(tab);
  const opened = window.open(page.href, `scope-${key}`, "popup,width=960,height=600");
  if (opened === null) {
    setState({ failure: say.docks.blocked });
    return false;
  }
  drop(key);
  return true;
}

/** What a window of its own says to the page that it came from. */
const BACK = "scope.dock-back";

function openerPage(): Window | null {
  const page = window.opener as Window | null;
  return page === null || page.closed ? null : page;
}

/** Whether the page that this window came from is there. */
export function mayPutBack(): boolean {
  return openerPage() !== null;
}

/** Hands the tab of this window back to the page it came from; `kept` tells what stands on its screen. */
export function putBack(kept: (key: string) => string): void {
  const page = openerPage();
  const [tab] = getState().tabs;
  if (page === null || tab === undefined) return;
  // What comes from here on waits at the far end, and is for that page.
  sessions.get(tab.key)?.leave();
  const message = { kind: BACK, tab: { ...tab, card: adoptedCard }, screen: kept(tab.key) };
  page.postMessage(message, window.location.origin);
  window.close();
}

function receiveBack({ origin, data }: MessageEvent<unknown>): void {
  if (origin !== window.location.origin || typeof data !== "object" || data === null) return;
  const { kind, tab: given, screen } = data as { kind?: unknown; tab?: unknown; screen?: unknown };
  const tab = kind === BACK ? readTab(given) : null;
  const { tabs } = getState();
  if (tab === null || tabs.some(({ key }) => key === tab.key)) return;
  if (typeof screen === "string") keepScreen(tab.key, screen.slice(0, SCREEN_CHARS_MAX));
  setState({ tabs: [...tabs, tab], active: tab.key, isFolded: false });
  take(tab);
  keep();
}

/** Runs the tab's control again: another part of a log, or a shell instead of one that ended. */
export async function reopen(key: string, log: LogChoices = USUAL_LOG): Promise<void> {
  const before = getState().tabs.find((item) => item.key === key);
  if (before === undefined) return;
  const { probeId, nodeId, control } = before;
  void closePipe(before.pipe);
  sessions.get(key)?.leave();
  sessions.delete(key);
  setPhase(key, { kind: "connecting" });
  try {
    const answer = await callControl({ probeId, nodeId, control, args: logArguments(control, log) });
    if (!getState().tabs.some((tab) => tab.key === key)) {
      void closePipe(answer.pipe);
      return;
    }
    const tab = { ...before, pipe: answer.pipe, isRaw: answer.isRaw, log };
    setState({ tabs: getState().tabs.map((item) => (item.key === key ? tab : item)) });
    join(tab);
    keep();
  } catch (failure) {
    setPhase(key, { kind: "ended" });
    setState({ failure: sentenceOf(failure) });
  }
}

export function setFolded(isFolded: boolean): void {
  setState({ isFolded, isTall: isFolded ? false : getState().isTall });
}

export function setTall(isTall: boolean): void {
  setState({ isTall, isFolded: false });
}

export function forgetFailure(): void {
  setState({ failure: null });
}

/** Another reader: what the former had open is not his to see. It ends, as the former left. */
whenOther(() => {
  for (const { key } of getState().tabs) closeTab(key);
});

/** Finds the tabs of before a reload, and joins again what the machine wakes up to. */
export function startDock(): () => void {
  const { tabs: open } = getState();
  if (open.length === 0) {
    let stored: string | null = null;
    try {
      stored = window.sessionStorage.getItem(KEY);
    } catch {
      // Without storage there is nothing to find.
    }
    const tabs = readTabs(stored);
    if (tabs.length > 0) {
      setState({ tabs, active: tabs[0]?.key ?? null });
      for (const tab of tabs) take(tab);
    }
  }
  const wake = () => {
    if (!document.hidden) for (const session of sessions.values()) session.retryNow();
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", wake);
  window.addEventListener("message", receiveBack);
  // A pipe that nobody was signed in for may be joined by who signs in.
  const unsubscribe = useAccount.subscribe((now, before) => {
    if (now.entries === before.entries) return;
    for (const tab of getState().tabs) {
      if (getState().phases.get(tab.key)?.kind === "refused") join(tab);
    }
  });
  return () => {
    unsubscribe();
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", wake);
    window.removeEventListener("message", receiveBack);
  };
}
