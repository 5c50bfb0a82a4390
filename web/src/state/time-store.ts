// What the page knows of the past. Only `time.ts` and `comparing.ts` write it; which moment is looked at is in the address.

import { create } from "zustand";
import type { History } from "../api/history";
import type { Comparison } from "../domain/compare";
import type { Span } from "../domain/timeline";

export type Speed = 1 | 4;

export interface TimeState {
  /** The line of time is unfolded. */
  readonly isOpen: boolean;
  /** Null until the app has told. */
  readonly history: History | null;
  /** How far the app's clock is ahead of the browser's, milliseconds. */
  readonly aheadMs: number;
  /** The part of the line that is shown; null for all of it. */
  readonly span: Span | null;
  readonly speed: Speed;
  readonly isPlaying: boolean;
  /** The moment at which the page stopped to follow, and whose picture it still has. */
  readonly heldAt: number | null;
  /** What differs between the two moments compared; null while that is being found out. */
  readonly comparison: Comparison | null;
  /** Why it cannot be told; blank when it can. */
  readonly comparisonFailure: string;
}

export const useTime = create<TimeState>()(() => ({
  isOpen: false,
  history: null,
  aheadMs: 0,
  span: null,
  speed: 1,
  isPlaying: false,
  heldAt: null,
  comparison: null,
  comparisonFailure: "",
}));
