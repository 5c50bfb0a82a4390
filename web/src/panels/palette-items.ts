// What the palette offers: for a search what could be typed next and what it finds everywhere, for a
// command whatever can be done here.

import { Filter, Hash, type LucideIcon, Map as MapIcon, Star, TextSearch } from "lucide-react";
import { fitting } from "../domain/commands";
import { completions } from "../domain/completions";
import type { Found, FoundView } from "../domain/everywhere";
import { type Saved, searchOf, searchText } from "../domain/saved";
import { parseQuery } from "../domain/search";
import { formatCount } from "../domain/units";
import { placedViews, shownViews } from "../domain/views";
import { openView, setQuery, showInView } from "../state/actions";
import { openSaved, pinSearch } from "../state/palette-actions";
import { say } from "../text/text";
import type { Command, PaletteState } from "./palette-commands";

export interface PaletteItem {
  readonly id: string;
  readonly label: string;
  readonly detail: string;
  readonly icon?: LucideIcon;
  /** Of a node: its outline and hue. */
  readonly glyph?: { readonly shape: string; readonly rank: string; readonly pseudo: boolean };
  readonly shortcut?: string;
  /** The search goes on after it: it only completes what is typed. */
  readonly staysOpen?: boolean;
  readonly run: () => void;
}

export interface PaletteSection {
  readonly title: string;
  readonly items: readonly PaletteItem[];
}

/** Items of one kind that are listed while something is typed, and while nothing is. */
const COMPLETIONS_MAX = 6;
const OTHERS_MAX = 3;
const COMMANDS_MAX = 12;
const SAVED_SHOWN_MAX = 6;

/** For the use `search`: `text` is what is searched. */
export function searchSections(
  state: PaletteState,
  text: string,
  commands: readonly Command[],
): readonly PaletteSection[] {
  const isSearch = parseQuery(text) !== null;
  const saved = { title: say.palette.saved, items: savedItems(state.saved, text).slice(0, SAVED_SHOWN_MAX) };
  const complete = { title: say.palette.searchFor, items: completionItems(state, text) };
  if (text.trim() === "")
    return filled([saved, complete, { title: say.palette.views, items: viewItems(state, "") }]);
  return filled([
    { title: "", items: isSearch ? [keepItem(text)] : [] },
    complete,
    ...foundSections(state, text),
    saved,
    { title: say.palette.views, items: viewItems(state, text).slice(0, OTHERS_MAX) },
    { title: say.palette.commands, items: commandItems(commands, text).slice(0, OTHERS_MAX) },
  ]);
}

/** For the use `command`: `text` names what to do or where to go. */
export function commandSections(
  state: PaletteState,
  text: string,
  commands: readonly Command[],
): readonly PaletteSection[] {
  const views = { title: say.palette.views, items: viewItems(state, text) };
  const saved = { title: say.palette.saved, items: savedItems(state.saved, text).slice(0, SAVED_SHOWN_MAX) };
  if (text.trim() === "") {
    return filled([views, saved, { title: say.palette.commands, items: commandItems(commands, "") }]);
  }
  const found = { title: say.palette.commands, items: commandItems(commands, text).slice(0, COMMANDS_MAX) };
  return filled([views, found, saved, ...foundSections(state, text)]);
}

function filled(sections: readonly PaletteSection[]): readonly PaletteSection[] {
  return sections.filter(({ items }) => items.length > 0);
}

function keepItem(text: string): PaletteItem {
  return {
    id: "keep",
    label: say.palette.keepAs(text.trim()),
    detail: "",
    icon: Filter,
    shortcut: say.help.keyNames.enter,
    run: () => pinSearch(text),
  };
}

function completionItems({ nodes }: PaletteState, text: string): readonly PaletteItem[] {
  return completions(nodes, text, COMPLETIONS_MAX).map((completion) => ({
    id: `complete ${completion.text}`,
    label: completion.label,
    detail: completion.detail,
    icon: completion.kind === "value" ? TextSearch : Hash,
    staysOpen: true,
    run: () => setQuery(completion.text),
  }));
}

function viewItems({ views, address }: PaletteState, text: string): readonly PaletteItem[] {
  const placed = placedViews(shownViews(views, address.view));
  return fitting(placed, ({ fullName }) => fullName, text).map(({ view, fullName }) => ({
    id: `view ${view.id}`,
    label: fullName,
    detail: say.figures.nodes(view.stats.nodes),
    icon: MapIcon,
    run: () => openView(view.id),
  }));
}

function commandItems(commands: readonly Command[], text: string): readonly PaletteItem[] {
  return fitting(commands, ({ label, words }) => `${label} ${words ?? ""}`, text).map((command) => ({
    detail: "",
    ...command,
  }));
}

function savedItems(saved: readonly Saved[], text: string): readonly PaletteItem[] {
  return fitting(saved, ({ name }) => name, text).map((item) => ({
    id: `saved ${item.kind} ${item.name}`,
    label: item.name,
    detail: item.kind === "search" ? searchText(searchOf(item.hash)) : say.palette.view,
    icon: Star,
    run: () => openSaved(item),
  }));
}

/** What the search finds, the view that is shown first. */
function foundSections(state: PaletteState, text: string): readonly PaletteSection[] {
  const { found, views, address } = state;
  if (found === null || found.text !== text) return [];
  const names = new Map(placedViews(views).map(({ view, fullName }) => [view.id, fullName]));
  return inOrder(found, address.view)
    .filter(({ count }) => count > 0)
    .map((view) => ({
      title: `${names.get(view.view) ?? view.view} · ${say.figures.matches(view.count)}`,
      items: [...hitItems(view), ...restItems(view, address.view, names.get(view.view) ?? view.view, text)],
    }));
}

function inOrder({ views }: Found, current: string | null): readonly FoundView[] {
  return [...views].sort((a, b) => Number(b.view === current) - Number(a.view === current));
}

function hitItems({ view, hits }: FoundView): readonly PaletteItem[] {
  return hits.map((hit) => ({
    id: `node ${view} ${hit.id}`,
    label: hit.label,
    detail: hit.labelMinor,
    glyph: hit,
    run: () => showInView({ view, id: hit.id }),
  }));
}

/** The way to all of them, where the view is another one. */
function restItems(
  { view, count }: FoundView,
  current: string | null,
  name: string,
  text: string,
): readonly PaletteItem[] {
  if (view === current) return [];
  const run = () => {
    openView(view);
    setQuery(text);
  };
  const label = count === 1 ? say.palette.showOne(name) : say.palette.showAll(formatCount(count), name);
  return [{ id: `all ${view}`, label, detail: "", icon: TextSearch, run }];
}
