// The writer of what the palette is about: its use, what is found in all views, kept searches and saved things.

import { pinsOf } from "../domain/address";
import type { Found } from "../domain/everywhere";
import { type Saved, searchHash, searchOf, withSaved } from "../domain/saved";
import { openHash, patchAddress, setPreferences } from "./actions";
import { storeSaved } from "./saved";
import { type PaletteUse, useScope } from "./store";

const { getState, setState } = useScope;

export function setPalette(palette: PaletteUse): void {
  if (getState().palette !== palette) setState({ palette });
}

export function receiveFound(found: Found | null): void {
  if (found !== getState().found) setState({ found });
}

/** Keeps what is searched as a filter, and makes room for the next search. */
export function pinSearch(text: string): void {
  const { pins } = getState().address;
  patchAddress({ pins: pinsOf([...pins, text]), query: "" });
}

export function unpinSearch(text: string): void {
  const { pins } = getState().address;
  patchAddress({ pins: pins.filter((pin) => pin !== text) });
}

/** One of several searches that exclude each other, as the networks do: `text` instead of `others`. */
export function exchangePin(others: readonly string[], text: string): void {
  const { pins } = getState().address;
  patchAddress({ pins: pinsOf([...pins.filter((pin) => !others.includes(pin)), text]) });
}

/** Gives what is looked at, or what is searched, a name. */
export function saveAs(kind: Saved["kind"], name: string): void {
  const { address } = getState();
  const hash = kind === "view" ? window.location.hash : searchHash(address);
  keep(withSaved(getState().saved, { kind, name, hash }));
}

export function forgetSaved(gone: Saved): void {
  if (gone.kind === "view" && gone.hash === getState().preferences.start) startWith("");
  keep(getState().saved.filter((item) => item !== gone));
}

function keep(saved: readonly Saved[]): void {
  setState({ saved });
  storeSaved(saved);
}

export function openSaved({ kind, hash }: Saved): void {
  if (kind === "view") openHash(hash);
  else patchAddress(searchOf(hash));
}

/** What an address without a link opens from now on; blank for where it is best to start. */
export function startWith(start: string): void {
  setPreferences({ start });
}

export function setSavedOpen(savedOpen: boolean): void {
  setState({ savedOpen });
}
