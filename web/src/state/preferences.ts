// What the reader likes, kept in this browser. A browser that refuses storage loses only the memory.

import { type LanguageChoice, languageChoiceOf, PREFERENCES_KEY } from "../text/languages";

export type ThemeChoice = "system" | "light" | "dark";

/** `system` follows what the system asks for. */
export type ContrastChoice = "system" | "usual" | "high";

export interface Preferences {
  readonly theme: ThemeChoice;
  readonly contrast: ContrastChoice;
  readonly language: LanguageChoice;
  /** px */
  readonly railWidth: number;
  /** px */
  readonly dockWidth: number;
  /** px */
  readonly lowerHeight: number;
  readonly wrapsLogs: boolean;
  readonly showsLogTimes: boolean;
  readonly legendOpen: boolean;
  /** The link that an address without one opens; blank for where it is best to start. */
  readonly start: string;
  /** The hint for who is here for the first time was put away. */
  readonly hintSeen: boolean;
  /** Ids of the table's columns that are left out, by view. */
  readonly hiddenColumns: Readonly<Record<string, readonly string[]>>;
}

export const RAIL_PX = { min: 176, start: 208, max: 360 } as const;
export const DOCK_PX = { min: 320, start: 400, max: 720 } as const;

export const LOWER_PX = { min: 120, start: 320, max: 1200 } as const;

/** Remembered of the table's columns. */
const VIEWS_MAX = 50;
const COLUMNS_MAX = 200;

function within(value: unknown, limits: { min: number; start: number; max: number }): number {
  if (typeof value !== "number" || !Number.isFinite(value)) return limits.start;
  return Math.min(limits.max, Math.max(limits.min, Math.round(value)));
}

function columnsOf(value: unknown): Record<string, string[]> {
  const columns: Record<string, string[]> = {};
  if (typeof value !== "object" || value === null) return columns;
  for (const [view, ids] of Object.entries(value).slice(0, VIEWS_MAX)) {
    if (!Array.isArray(ids)) continue;
    columns[view] = ids.filter((id) => typeof id === "string").slice(0, COLUMNS_MAX);
  }
  return columns;
}

/** Preferences out of stored JSON of any shape. */
export function readPreferences(stored: string | null): Preferences {
  let value: Record<string, unknown> = {};
  try {
    const parsed: unknown = JSON.parse(stored ?? "{}");
    if (typeof parsed === "object" && parsed !== null) value = parsed as Record<string, unknown>;
  } catch {
    // Damaged storage counts as none.
  }
  const { theme, contrast } = value;
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    contrast: contrast === "usual" || contrast === "high" ? contrast : "system",
    language: languageChoiceOf(value.language),
    railWidth: within(value.railWidth, RAIL_PX),
    dockWidth: within(value.dockWidth, DOCK_PX),
    lowerHeight: within(value.lowerHeight, LOWER_PX),
    wrapsLogs: value.wrapsLogs !== false,
    showsLogTimes: value.showsLogTimes === true,
    legendOpen: value.legendOpen !== false,
    start: typeof value.start === "string" && value.start.startsWith("#/") ? value.start : "",
    hintSeen: value.hintSeen === true,
    hiddenColumns: columnsOf(value.hiddenColumns),
  };
}

export function loadPreferences(): Preferences {
  try {
    return readPreferences(window.localStorage.getItem(PREFERENCES_KEY));
  } catch {
    return readPreferences(null);
  }
}

export function savePreferences(preferences: Preferences): void {
  try {
    window.localStorage.setItem(PREFERENCES_KEY, JSON.stringify(preferences));
  } catch {
    // Private windows may refuse; the choice then lasts as long as the page.
  }
}
