// What the window is like: media queries as values, and the widths at which the screen changes.

import { useSyncExternalStore } from "react";

export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}

function narrowerThan(token: string, otherwise: string): string {
  const width = getComputedStyle(document.documentElement).getPropertyValue(token).trim();
  return `(width < ${width || otherwise})`;
}

/** The rail becomes a drawer, the details a sheet. */
export function narrowQuery(): string {
  return narrowerThan("--breakpoint-narrow", "900px");
}

/** Too small for a map to start with. */
export function phoneQuery(): string {
  return narrowerThan("--breakpoint-phone", "480px");
}
