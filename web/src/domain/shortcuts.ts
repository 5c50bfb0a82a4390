// Every key that does something, and where: the page's handlers look here what a key means, and the help lists the
// same. Gestures of the pointer are listed beside them; the map knows those by itself.

import type { say } from "../text/text";

export type ShortcutId = keyof typeof say.help.shortcuts;

export interface Shortcut<Id extends ShortcutId = ShortcutId> {
  readonly id: Id;
  /** As the browser names them (`KeyboardEvent.key`, letters in lower case); any of them does it. */
  readonly keys: readonly string[];
  /** With ctrl, or ⌘. */
  readonly ctrl?: boolean;
  readonly shift?: boolean;
  /** Done with the pointer, not a key. */
  readonly gesture?: "click" | "drag" | "wheel";
}

/** Anywhere but in a text field. */
export const PAGE_SHORTCUTS = [
  { id: "search", keys: ["/"] },
  { id: "palette", keys: ["k"], ctrl: true },
  { id: "view", keys: ["1", "2", "3", "4", "5", "6", "7", "8", "9"] },
  { id: "graph", keys: ["g"] },
  { id: "table", keys: ["t"] },
  { id: "resources", keys: ["r"] },
  { id: "fit", keys: ["f"] },
  { id: "tidy", keys: ["."] },
  { id: "undo", keys: ["z"], ctrl: true },
  { id: "logs", keys: ["l"] },
  { id: "shell", keys: ["e"] },
  { id: "pause", keys: [" "] },
  { id: "timeline", keys: ["h"] },
  { id: "stepTime", keys: ["[", "]"] },
  { id: "changeTime", keys: ["{", "}"] },
  { id: "theme", keys: ["d"] },
  { id: "back", keys: ["Escape"] },
  { id: "help", keys: ["?"] },
] as const satisfies readonly Shortcut[];

/** On the map, while the keyboard is there. */
export const MAP_SHORTCUTS = [
  { id: "walk", keys: ["ArrowLeft", "ArrowUp", "ArrowRight", "ArrowDown"] },
  { id: "listed", keys: ["PageDown", "PageUp"] },
  { id: "ends", keys: ["Home", "End"] },
  { id: "open", keys: ["Enter"] },
  { id: "pick", keys: [], shift: true, gesture: "click" },
  { id: "lasso", keys: [], shift: true, gesture: "drag" },
  { id: "drag", keys: [], gesture: "drag" },
  { id: "zoom", keys: [], gesture: "wheel" },
] as const satisfies readonly Shortcut[];

/** In the table, while the keyboard is there. */
export const TABLE_SHORTCUTS = [
  { id: "rows", keys: ["ArrowUp", "ArrowDown", "PageUp", "PageDown", "Home", "End"] },
  { id: "columns", keys: ["ArrowLeft", "ArrowRight"] },
  { id: "open", keys: ["Enter"] },
  { id: "sort", keys: ["s"] },
  { id: "copy", keys: ["c"], ctrl: true },
] as const satisfies readonly Shortcut[];

/** On the open timeline, while the keyboard is there. */
export const TIMELINE_SHORTCUTS = [
  { id: "stepMoment", keys: ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"] },
  { id: "timeEnds", keys: ["Home", "End"] },
  { id: "timePan", keys: ["PageUp", "PageDown"] },
  { id: "timeZoom", keys: ["+", "=", "-"] },
] as const satisfies readonly Shortcut[];

/** In boxes, logs and terminals. */
export const OTHER_SHORTCUTS = [
  { id: "complete", keys: ["Tab"] },
  { id: "findOn", keys: ["Enter"] },
  { id: "leaveTerminal", keys: ["F6"], ctrl: true },
] as const satisfies readonly Shortcut[];

/** What decides which shortcut a press is. */
export interface KeyPress {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey?: boolean;
}

/** What a press means among `shortcuts`; null for nothing. */
export function shortcutOf<Id extends ShortcutId>(
  shortcuts: readonly Shortcut<Id>[],
  { key, ctrlKey, metaKey, altKey = false }: KeyPress,
): Id | null {
  if (altKey) return null;
  const name = key.length === 1 ? key.toLowerCase() : key;
  const isMeant = ({ keys, ctrl = false }: Shortcut) => ctrl === (ctrlKey || metaKey) && keys.includes(name);
  return shortcuts.find(isMeant)?.id ?? null;
}
