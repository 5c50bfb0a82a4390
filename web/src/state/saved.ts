// Saved views and searches, kept in this browser. A browser that refuses storage loses them with the page.

import { readSaved, type Saved } from "../domain/saved";

const KEY = "scope.saved";

export function loadSaved(): readonly Saved[] {
  try {
    return readSaved(window.localStorage.getItem(KEY));
  } catch {
    return [];
  }
}

export function storeSaved(saved: readonly Saved[]): void {
  try {
    window.localStorage.setItem(KEY, JSON.stringify(saved));
  } catch {
    // Private windows may refuse; what is saved then lasts as long as the page.
  }
}
