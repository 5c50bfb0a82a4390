// What the keys do that work anywhere but in a text field. Which keys these are is in `domain/shortcuts.ts`.

import { type RefObject, useEffect } from "react";
import { PAGE_SHORTCUTS, shortcutOf } from "../domain/shortcuts";
import { placedViews, shownViews } from "../domain/views";
import { openView, popCard, setHelpOpen, setMode, setPage, setQuery, setRailOpen } from "../state/actions";
import { setPalette } from "../state/palette-actions";
import { clearPicked } from "../state/selection";
import { useScope } from "../state/store";
import { toggleTheme } from "../state/theme";
import { changeBy, stepBy, togglePause, toggleTimeline } from "../state/time";

type PageShortcut = (typeof PAGE_SHORTCUTS)[number]["id"];

/** What the map does on a key; null while no map is shown. */
export interface MapCommands {
  fit(): void;
  tidy(): void;
  /** Takes the last tidy or move back; answers whether there was one. */
  undo(): boolean;
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || target instanceof HTMLTextAreaElement) return true;
  if (target instanceof HTMLSelectElement) return true;
  return target instanceof HTMLInputElement && target.type !== "radio" && target.type !== "checkbox";
}

/** Space presses the button that has the keyboard; where nothing takes it, it pauses. */
function takesSpace(target: EventTarget | null): boolean {
  const takers =
    "button, a, summary, input, [role=option], [role=listbox], [role=grid], [role=tab], [role=menuitem]";
  return target instanceof Element && target.closest(takers) !== null;
}

/** Where a press is for the page. */
function isForPage(id: PageShortcut, { target, defaultPrevented }: KeyboardEvent): boolean {
  const inDialog = document.querySelector("dialog[open]") !== null;
  // From the search box too, but not from a terminal, whose shell has that key.
  if (id === "palette") return !inDialog && !(target instanceof HTMLTextAreaElement);
  if (id === "undo") return !isTyping(target);
  if (id === "pause" && takesSpace(target)) return false;
  // An open dialog has the keyboard to itself.
  return !defaultPrevented && !isTyping(target) && !inDialog;
}

/** Escape undoes one thing at a time: the drawer, a page, the selection of several, the top card, the search. */
function stepBack(): void {
  const { railOpen, address, picked } = useScope.getState();
  if (railOpen) setRailOpen(false);
  else if (address.page !== null) setPage(null);
  else if (picked.length > 0) clearPicked();
  else if (address.cards.length > 0) popCard();
  else if (address.query !== "") setQuery("");
}

/** Presses the button of the open card that has this key. */
function pressOfCard(key: string): void {
  document.querySelector<HTMLElement>(`.controls [aria-keyshortcuts="${key}"]`)?.click();
}

function openNth(nth: number): void {
  const { views, address } = useScope.getState();
  const placed = placedViews(shownViews(views, address.view))[nth - 1];
  if (placed !== undefined) openView(placed.view.id);
}

export function useShortcuts(
  searchRef: RefObject<HTMLInputElement | null>,
  commands: RefObject<MapCommands | null>,
): void {
  useEffect(() => {
    // What answers `false` had nothing to do, and leaves the key to the browser.
    const run: Readonly<Record<PageShortcut, (key: string) => unknown>> = {
      search: () => searchRef.current?.select(),
      palette: () => {
        setPalette("command");
        searchRef.current?.focus();
      },
      help: () => setHelpOpen(true),
      graph: () => setMode("graph"),
      table: () => setMode("table"),
      resources: () => setMode("resources"),
      fit: () => commands.current?.fit(),
      tidy: () => commands.current?.tidy(),
      undo: () => commands.current?.undo() === true,
      theme: toggleTheme,
      pause: togglePause,
      timeline: toggleTimeline,
      stepTime: (key) => stepBy(key === "[" ? -1 : 1),
      changeTime: (key) => changeBy(key === "{" ? -1 : 1),
      view: (key) => openNth(Number(key)),
      logs: pressOfCard,
      shell: pressOfCard,
      back: stepBack,
    };
    const press = (event: KeyboardEvent) => {
      const id = shortcutOf(PAGE_SHORTCUTS, event);
      if (id !== null && isForPage(id, event) && run[id](event.key) !== false) event.preventDefault();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [searchRef, commands]);
}
