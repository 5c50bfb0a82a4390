// A tab of the lower dock, and how it is kept over a reload of the page or handed to a window.

import type { CardRef } from "./address";
import { isLog, type LogChoices, USUAL_LOG } from "./control-words";

export const TABS_MAX = 24;
const TEXT_CHARS_MAX = 1024;

export type TabKind = "terminal" | "log";

export interface DockTab {
  /** Tells tabs apart, also over a reload. */
  readonly key: string;
  readonly kind: TabKind;
  /** The node's name. */
  readonly title: string;
  /** Where the node is to be seen. */
  readonly card: CardRef | null;
  readonly probeId: string;
  readonly nodeId: string;
  readonly control: string;
  readonly pipe: string;
  /** Keys and screen codes, not lines. */
  readonly isRaw: boolean;
  /** Blank where the far end has no size. */
  readonly resizeControl: string;
  readonly log: LogChoices;
}

export function tabKind(control: string): TabKind {
  return isLog(control) ? "log" : "terminal";
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}

function text(value: unknown): string {
  return typeof value === "string" ? value.slice(0, TEXT_CHARS_MAX) : "";
}

/** A tab out of JSON of any shape; null when it names no pipe. */
export function readTab(value: unknown): DockTab | null {
  const tab = object(value);
  const [key, pipe, control] = [text(tab.key), text(tab.pipe), text(tab.control)];
  if (key === "" || pipe === "" || control === "") return null;
  const card = object(tab.card);
  const log = object(tab.log);
  const [view, id] = [text(card.view), text(card.id)];
  return {
    key,
    kind: tabKind(control),
    title: text(tab.title) || text(tab.nodeId),
    card: view === "" || id === "" ? null : { view, id },
    probeId: text(tab.probeId),
    nodeId: text(tab.nodeId),
    control,
    pipe,
    isRaw: tab.isRaw === true,
    resizeControl: text(tab.resizeControl),
    log: { tail: text(log.tail) || USUAL_LOG.tail, since: text(log.since) },
  };
}

/** Tabs out of stored JSON of any shape. */
export function readTabs(stored: string | null): readonly DockTab[] {
  try {
    const list: unknown = JSON.parse(stored ?? "[]");
    if (!Array.isArray(list)) return [];
    return list
      .slice(0, TABS_MAX)
      .map(readTab)
      .filter((tab) => tab !== null);
  } catch {
    return [];
  }
}

const WINDOW = "#/window/";

/** The address of a window that shows the tab alone. */
export function windowHash(tab: DockTab): string {
  return WINDOW + encodeURIComponent(JSON.stringify(tab));
}

/** The tab of such an address; null for every other. */
export function tabOfHash(hash: string): DockTab | null {
  if (!hash.startsWith(WINDOW)) return null;
  try {
    return readTab(JSON.parse(decodeURIComponent(hash.slice(WINDOW.length))));
  } catch {
    return null;
  }
}
