// What the client says of a pipe's state: the only place of these words.

import type { PipePhase } from "../api/pipe-socket";
import type { TabKind } from "./dock-tab";
import { formatDuration } from "./time";

export interface PhaseWords {
  /** One or two words, for the tab. */
  readonly short: string;
  /** A sentence for the reader; blank while all is well. */
  readonly sentence: string;
}

const NOUN: Readonly<Record<TabKind, string>> = { terminal: "terminal", log: "log" };

export function phaseWords(phase: PipePhase, kind: TabKind, now: number): PhaseWords {
  const noun = NOUN[kind];
  switch (phase.kind) {
    case "connecting":
      return { short: "connecting", sentence: "" };
    case "live":
      return { short: "live", sentence: "" };
    case "reconnecting": {
      const secs = Math.round((now - phase.since) / 1000);
      const rest = kind === "terminal" ? " What is typed now is not sent." : "";
      const since = secs < 1 ? "" : ` for ${formatDuration(secs)}`;
      return {
        short: "reconnecting",
        sentence: `No connection to this ${noun}${since}; trying again.${rest}`,
      };
    }
    case "ended":
      return {
        short: "ended",
        sentence:
          kind === "terminal" ? "This terminal has ended." : "This log has ended; nothing more will come.",
      };
    case "refused":
      return {
        short: "not allowed",
        sentence: `You may not join this ${noun}: it belongs to somebody else, or you are not signed in.`,
      };
  }
}
