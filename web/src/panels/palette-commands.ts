// Everything that can be done from the palette, in words. What a button or a key does is here as well,
// so that nobody has to know where it is.

import {
  Activity,
  BookmarkPlus,
  CircleHelp,
  Contrast,
  Download,
  Flag,
  GitCompareArrows,
  History,
  Languages,
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
import { chooseLanguage } from "../state/language";
import { usedMode } from "../state/mode";
import { setPalette, setSavedOpen, startWith } from "../state/palette-actions";
import type { ContrastChoice, ThemeChoice } from "../state/preferences";
import type { ScopeState } from "../state/store";
import { startComparing, togglePause, toggleTimeline } from "../state/time";
import { LANGUAGE_NAMES, LANGUAGES, type LanguageChoice } from "../text/languages";
import { say } from "../text/text";
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
    { ...metricCommand(""), label: say.palette.fillByNone },
    ...EDGE_SHOWS.map((show) => ({
      id: `edges ${show}`,
      label: say.palette.edgesShow(SHOW_WORDS[show]),
      icon: Network,
      run: () => chooseEdges(show),
    })),
    ...timeCommands(),
    ...themeCommands(),
    ...languageCommands(),
    {
      id: "help",
      label: say.frame.help,
      words: say.palette.helpWords,
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
      label: say.time.pauseOrLive,
      words: say.palette.pauseWords,
      icon: Pause,
      shortcut: "space",
      run: togglePause,
    },
    {
      id: "timeline",
      label: say.time.timeline,
      words: say.palette.timelineWords,
      icon: History,
      shortcut: "h",
      run: toggleTimeline,
    },
    {
      id: "compare",
      label: say.time.compareCommand,
      words: say.palette.compareWords,
      icon: GitCompareArrows,
      run: startComparing,
    },
  ];
}

function modeCommands(): readonly Command[] {
  const show = (mode: Mode, words: string, icon: LucideIcon, shortcut: string): Command => ({
    id: mode,
    label: say.palette.show[mode],
    words,
    icon,
    shortcut,
    run: () => setMode(mode),
  });
  return [
    show("graph", say.palette.graphWords, Network, "g"),
    show("table", say.palette.tableWords, Table2, "t"),
    show("resources", say.palette.resourcesWords, LayoutPanelLeft, "r"),
  ];
}

function mapCommands(map: NonNullable<Surroundings["map"]>): readonly Command[] {
  return [
    {
      id: "fit",
      label: say.map.fit,
      words: say.palette.fitWords,
      icon: Maximize,
      shortcut: "f",
      run: () => map.fit(),
    },
    {
      id: "tidy",
      label: say.map.tidy,
      words: say.palette.tidyWords,
      icon: Wand2,
      shortcut: ".",
      run: () => map.tidy(),
    },
  ];
}

function savingCommands({ address, preferences, saved }: PaletteState): readonly Command[] {
  const isSearched = address.query !== "" || address.pins.length > 0;
  const naming = (use: "name-view" | "name-search", label: string): Command => ({
    id: use,
    label,
    words: say.palette.savingWords,
    icon: BookmarkPlus,
    staysOpen: true,
    run: () => setPalette(use),
  });
  const start: Command = {
    id: "start",
    label: say.palette.startThis,
    words: say.palette.startWords,
    icon: Flag,
    run: () => startWith(window.location.hash),
  };
  const usualStart = {
    ...start,
    id: "no-start",
    label: say.palette.startUsual,
    run: () => startWith(""),
  };
  return [
    naming("name-view", say.palette.saveView),
    ...(isSearched ? [naming("name-search", say.palette.saveSearch)] : []),
    ...(saved.length > 0 ? [SAVED_LIST] : []),
    COPY_LINK,
    start,
    ...(preferences.start === "" ? [] : [usualStart]),
  ];
}

const SAVED_LIST: Command = {
  id: "saved",
  label: say.palette.openSaved,
  words: say.palette.openSavedWords,
  icon: Star,
  run: () => setSavedOpen(true),
};

const COPY_LINK: Command = {
  id: "copy-link",
  label: say.palette.copyLink,
  words: say.palette.copyLinkWords,
  icon: Link,
  run: () => {
    // Absent on plain HTTP from another machine; the address bar has the same link.
    void navigator.clipboard?.writeText(window.location.href).catch(() => undefined);
  },
};

function exportCommands(): readonly Command[] {
  return exportsOf(usedMode()).map(({ kind, label }) => ({
    id: `export ${kind}`,
    label: say.palette.saveAs(label),
    words: say.palette.exportWords,
    icon: Download,
    run: () => void exportAs(kind),
  }));
}

function filterCommands({ address }: PaletteState): readonly Command[] {
  const clear: Command = { id: "clear", label: say.palette.clearSearch, icon: X, run: () => setQuery("") };
  const reset: Command = {
    id: "reset",
    label: say.palette.resetFilters,
    words: say.palette.resetWords,
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
        label: say.palette.option(groupTitle(group), label, group.several && chosen.includes(value)),
        words: say.palette.optionWords,
        icon: SlidersHorizontal,
        run: () => chooseOption(group, value),
      }));
  });
}

function metricCommand(label: string): Command {
  return {
    id: `metric ${label}`,
    label: say.palette.fillBy(label),
    words: say.palette.metricWords,
    icon: Activity,
    run: () => chooseMetric(label),
  };
}

function themeCommands(): readonly Command[] {
  const theme = (choice: ThemeChoice, label: string, icon: LucideIcon): Command => ({
    id: `theme ${choice}`,
    label,
    words: say.palette.themeWords,
    icon,
    run: () => setPreferences({ theme: choice }),
  });
  const contrast = (choice: ContrastChoice, label: string): Command => ({
    id: `contrast ${choice}`,
    label,
    words: say.palette.contrastWords,
    icon: Contrast,
    run: () => setPreferences({ contrast: choice }),
  });
  return [
    theme("light", say.palette.lightTheme, Sun),
    theme("dark", say.palette.darkTheme, Moon),
    theme("system", say.palette.systemTheme, SunMoon),
    contrast("high", say.palette.highContrast),
    contrast("usual", say.palette.usualContrast),
    contrast("system", say.palette.systemContrast),
  ];
}

function languageCommands(): readonly Command[] {
  const choose = (choice: LanguageChoice, label: string): Command => ({
    id: `language ${choice}`,
    label,
    words: say.palette.languageWords,
    icon: Languages,
    run: () => chooseLanguage(choice),
  });
  return [
    ...LANGUAGES.map((choice) => choose(choice, say.palette.language(LANGUAGE_NAMES[choice]))),
    choose("system", say.palette.languageOfSystem),
  ];
}
