// Graph or table: as the address says, else as suits the window. A phone has no room for a map to start with.

import type { Mode } from "../domain/address";
import { phoneQuery, useMedia } from "./media";
import { useScope } from "./store";

/** What is shown while the reader has not chosen. */
export function usualMode(): Mode {
  return window.matchMedia(phoneQuery()).matches ? "table" : "graph";
}

export function useMode(): Mode {
  const chosen = useScope((state) => state.address.mode);
  const isPhone = useMedia(phoneQuery());
  return chosen ?? (isPhone ? "table" : "graph");
}

/** How it is shown right now. */
export function usedMode(): Mode {
  return useScope.getState().address.mode ?? usualMode();
}
