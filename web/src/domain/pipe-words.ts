// What the client says of a pipe's state: the only place of these words.

import type { PipePhase } from "../api/pipe-socket";
import { say } from "../text/text";
import type { TabKind } from "./dock-tab";
import { formatDuration } from "./time";

export interface PhaseWords {
  /** One or two words, for the tab. */
  readonly short: string;
  /** A sentence for the reader; blank while all is well. */
  readonly sentence: string;
}

export function phaseWords(phase: PipePhase, kind: TabKind, now: number): PhaseWords {
  const short = say.docks.phases[phase.kind];
  switch (phase.kind) {
    case "connecting":
      return { short, sentence: "" };
    case "live":
      return { short, sentence: "" };
    case "reconnecting": {
      const secs = Math.round((now - phase.since) / 1000);
      return { short, sentence: say.docks.lost(kind, secs < 1 ? "" : formatDuration(secs)) };
    }
    case "ended":
      return { short, sentence: say.docks.ended[kind] };
    case "refused":
      return { short, sentence: say.docks.refused(kind) };
  }
}
