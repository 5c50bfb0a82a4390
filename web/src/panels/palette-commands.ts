// Everything that can be done from the palette, in words. What a button or a key does is here as well,
// so that nobody has to know where it is.

import {
  Activity,
  BookmarkPlus,
  CircleHelp,
  Download,
  Flag,
  GitCompareArrows,
  History,
  LayoutPanelLeft,
  Link,
  type LucideIcon,
  Maximize,
  Moon,
  Network,
  Pause,
  RotateCcw,
  SlidersHorizontal,
  Star,
  Sun,
  SunMoon,
  Table2,
  Wand2,
  X,
} from "lucide-react";
import type { Mode } from "../domain/address";
import { EDGE_SHOWS } from "../domain/edge-show";
import { SHOW_WORDS } from "../domain/edge-words";
import { TIME_WORDS } from "../domain/time-words";
import { chosenValues, findView, groupTitle } from "../domain/views";
import {
  chooseEdges,
  chooseMetric,
  chooseOption,
  clearFilters,
  setHelpOpen,
  setMode,
  setPreferences,
  setQuery,
} from "../state/actions";
import { choicesOf, optionGroupsOf } from "../state/derived";
import { usedMode } from "../state/mode";
import { setPalette, setSavedOpen, startWith } from "../state/palette-actions";
import type { ScopeState } from "../state/store";
import { startComparing, togglePause, toggleTimeline } from "../state/time";
import { exportAs, exportsOf } from "./export-kinds";

export interface Command {
  readonly id: string;
  readonly label: string;
  /** Other words it is looked for by. */
  readonly words?: string;
  readonly icon: LucideIcon;
  readonly shortcut?: string;
  /** The box has another use after it. */
  readonly staysOpen?: boolean;
  readonly run: () => void;
}

/** The part of the store that the palette looks at; little else of it has to redraw the list. */
export type PaletteState = Pick<
  ScopeState,
  "views" | "nodes" | "address" | "found" | "saved" | "preferences"
>;

/** What commands need beyond the store. */
export interface Surroundings {
  /** What the map does; null while none is shown. */
  readonly map: { fit(): void; tidy(): void } | null;
  readonly metrics: readonly string[];
}

export function commandsOf(state: PaletteState, { map, metrics }: Surroundings): readonly Command[] {
  return [
    ...modeCommands(),
    ...(map === null ? [] : mapCommands(map)),
    ...savingCommands(state),
    ...exportCommands(),
    ...filterCommands(state),
    ...optionCommands(state),
    ...metrics.map((label) => metricCommand(label)),
    { ...metricCommand(""), label: "Fill by no metric" },
    ...EDGE_SHOWS.map((show) => ({
      id: `edges ${show}`,
      label: `Edges show: ${SHOW_WORDS[show].toLowerCase()}`,
      icon: Network,
      run: () => chooseEdges(show),
    })),
    ...timeCommands(),
    ...themeCommands(),
    {
      id: "help",
      label: "Help",
      words: "keys shortcuts search fields",
      icon: CircleHelp,
      shortcut: "?",
      run: () => setHelpOpen(true),
    },
  ];
}

function timeCommands(): readonly Command[] {
  return [
    {
      id: "pause",
      label: TIME_WORDS.pauseOrLive,
      words: "time history stop",
      icon: Pause,
      shortcut: "space",
      run: togglePause,
    },
    {
      id: "timeline",
      label: TIME_WORDS.timeline,
      words: "time history past",
      icon: History,
      shortcut: "h",
      run: toggleTimeline,
    },
    {
      id: "compare",
      label: TIME_WORDS.compareCommand,
      words: "time history difference diff",
      icon: GitCompareArrows,
      run: startComparing,
    },
  ];
}

function modeCommands(): readonly Command[] {
  const show = (mode: Mode, words: string, icon: LucideIcon, shortcut: string): Command => ({
    id: mode,
    label: `Show ${mode === "resources" ? "the resources" : `as ${mode}`}`,
    words,
    icon,
    shortcut,
    run: () => setMode(mode),
  });
  return [
    show("graph", "map", Network, "g"),
    show("table", "list rows", Table2, "t"),
    show("resources", "cpu memory treemap usage", LayoutPanelLeft, "r"),
  ];
}

function mapCommands(map: NonNullable<Surroundings["map"]>): readonly Command[] {
  return [
    {
      id: "fit",
      label: "Fit to window",
      words: "zoom all",
      icon: Maximize,
      shortcut: "f",
      run: () => map.fit(),
    },
    { id: "tidy", label: "Tidy layout", words: "arrange", icon: Wand2, shortcut: ".", run: () => map.tidy() },
  ];
}

function savingCommands({ address, preferences, saved }: PaletteState): readonly Command[] {
  const isSearched = address.query !== "" || address.pins.length > 0;
  const naming = (use: "name-view" | "name-search", label: string): Command => ({
    id: use,
    label,
    words: "bookmark remember name",
    icon: BookmarkPlus,
    staysOpen: true,
    run: () => setPalette(use),
  });
  const start: Command = {
    id: "start",
    label: "Start with this view",
    words: "default home",
    icon: Flag,
    run: () => startWith(window.location.hash),
  };
  const usualStart = {
    ...start,
    id: "no-start",
    label: "Start where it is best again",
    run: () => startWith(""),
  };
  return [
    naming("name-view", "Save this view…"),
    ...(isSearched ? [naming("name-search", "Save this search…")] : []),
    ...(saved.length > 0 ? [SAVED_LIST] : []),
    COPY_LINK,
    start,
    ...(preferences.start === "" ? [] : [usualStart]),
  ];
}

const SAVED_LIST: Command = {
  id: "saved",
  label: "Saved views and searches…",
  words: "bookmarks share delete default",
  icon: Star,
  run: () => setSavedOpen(true),
};

const COPY_LINK: Command = {
  id: "copy-link",
  label: "Copy link to this view",
  words: "share url address",
  icon: Link,
  run: () => {
    // Absent on plain HTTP from another machine; the address bar has the same link.
    void navigator.clipboard?.writeText(window.location.href).catch(() => undefined);
  },
};

function exportCommands(): readonly Command[] {
  return exportsOf(usedMode()).map(({ kind, label }) => ({
    id: `export ${kind}`,
    label: `Save as ${label}`,
    words: "export download file picture",
    icon: Download,
    run: () => void exportAs(kind),
  }));
}

function filterCommands({ address }: PaletteState): readonly Command[] {
  const clear: Command = { id: "clear", label: "Clear search", icon: X, run: () => setQuery("") };
  const reset: Command = {
    id: "reset",
    label: "Reset filters",
    words: "options pins everything",
    icon: RotateCcw,
    run: clearFilters,
  };
  return address.query === "" ? [reset] : [clear, reset];
}

/** Every choice that the view's options have and that is not in effect. */
function optionCommands({ views, address }: PaletteState): readonly Command[] {
  const placed = findView(views, address.view);
  if (placed === null) return [];
  const choices = choicesOf(views, address);
  return optionGroupsOf(placed).flatMap((group) => {
    const chosen = chosenValues(group, choices);
    return group.options
      .filter(({ value }) => group.several || !chosen.includes(value))
      .map(({ value, label }) => ({
        id: `option ${group.id} ${value}`,
        label: `${groupTitle(group)}: ${label}${group.several && chosen.includes(value) ? " (off)" : ""}`,
        words: "filter show hide",
        icon: SlidersHorizontal,
        run: () => chooseOption(group, value),
      }));
  });
}

function metricCommand(label: string): Command {
  return {
    id: `metric ${label}`,
    label: `Fill by ${label}`,
    words: "metric",
    icon: Activity,
    run: () => chooseMetric(label),
  };
}

function themeCommands(): readonly Command[] {
  const words = "colours theme";
  return [
    { id: "light", label: "Light theme", words, icon: Sun, run: () => setPreferences({ theme: "light" }) },
    { id: "dark", label: "Dark theme", words, icon: Moon, run: () => setPreferences({ theme: "dark" }) },
    {
      id: "system",
      label: "Theme of the system",
      words,
      icon: SunMoon,
      run: () => setPreferences({ theme: "system" }),
    },
  ];
}
