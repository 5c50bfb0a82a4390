// The keys that work anywhere but in a text field.

import { type RefObject, useEffect } from "react";
import { placedViews, shownViews } from "../domain/views";
import { openView, popCard, setHelpOpen, setMode, setPage, setQuery, setRailOpen } from "../state/actions";
import { setPalette } from "../state/palette-actions";
import { clearPicked } from "../state/selection";
import { useScope } from "../state/store";
import { toggleTheme } from "../state/theme";
import { changeBy, stepBy, togglePause, toggleTimeline } from "../state/time";

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

function takesSpace(target: EventTarget | null): boolean {
  const takers =
    "button, a, summary, input, [role=option], [role=listbox], [role=grid], [role=tab], [role=menuitem]";
  return target instanceof Element && target.closest(takers) !== null;
}

/** ctrl-k, or ⌘k: from the search box too, but not from a dialog, nor from a terminal, whose shell has that key. */
function isCommandKey(event: KeyboardEvent): boolean {
  if (event.target instanceof HTMLTextAreaElement) return false;
  const held = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
  return held && event.key.toLowerCase() === "k" && document.querySelector("dialog[open]") === null;
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
    const run: Readonly<Record<string, () => void>> = {
      "/": () => searchRef.current?.select(),
      "?": () => setHelpOpen(true),
      g: () => setMode("graph"),
      t: () => setMode("table"),
      r: () => setMode("resources"),
      f: () => commands.current?.fit(),
      ".": () => commands.current?.tidy(),
      d: toggleTheme,
      l: () => pressOfCard("l"),
      e: () => pressOfCard("e"),
      h: toggleTimeline,
      "[": () => stepBy(-1),
      "]": () => stepBy(1),
      "{": () => changeBy(-1),
      "}": () => changeBy(1),
      Escape: stepBack,
    };
    const press = (event: KeyboardEvent) => {
      if (isCommandKey(event)) {
        event.preventDefault();
        setPalette("command");
        searchRef.current?.focus();
        return;
      }
      if ((event.ctrlKey || event.metaKey) && event.key === "z" && !isTyping(event.target)) {
        if (commands.current?.undo()) event.preventDefault();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
      // An open dialog has the keyboard to itself.
      if (isTyping(event.target) || document.querySelector("dialog[open]") !== null) return;
      // Space presses the button that has the keyboard; where nothing takes it, it pauses.
      if (event.key === " " && !takesSpace(event.target)) {
        event.preventDefault();
        togglePause();
        return;
      }
      const action = /^[1-9]$/.test(event.key) ? () => openNth(Number(event.key)) : run[event.key];
      if (action === undefined) return;
      event.preventDefault();
      action();
    };
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [searchRef, commands]);
}
