import { RotateCw } from "lucide-react";
import type { ReactNode } from "react";
import type { DockTab } from "../domain/dock-tab";
import { phaseWords } from "../domain/pipe-words";
import { pushCard } from "../state/actions";
import { useNow } from "../state/clock";
import { reopen, useDock } from "../state/dock";
import { say } from "../text/text";

interface PanelHeadProps {
  readonly tab: DockTab;
  /** What it is, before the name: `Shell in`. */
  readonly what: string;
  /** More about it: the size of a terminal. */
  readonly facts?: ReactNode;
  readonly children: ReactNode;
}

/** The line above a terminal or log: whose it is, and its tools. */
export function PanelHead({ tab, what, facts, children }: PanelHeadProps) {
  const { card } = tab;
  return (
    <div className="panel-head">
      <p className="panel-what">
        <span className="muted">{what}</span>
        {card === null ? (
          <span className="cut">{tab.title}</span>
        ) : (
          <button type="button" className="link cut" onClick={() => pushCard(card)}>
            {tab.title}
          </button>
        )}
        {facts}
      </p>
      <div className="panel-tools">{children}</div>
    </div>
  );
}

const SECOND_MS = 1000;

interface PhaseLineProps {
  readonly tab: DockTab;
  readonly children?: ReactNode;
}

/** Says what is not well with the pipe, and what can be done. */
export function PhaseLine({ tab, children }: PhaseLineProps) {
  const phase = useDock((state) => state.phases.get(tab.key));
  const now = useNow(SECOND_MS);
  const sentence = phase === undefined ? "" : phaseWords(phase, tab.kind, now).sentence;
  if (phase === undefined || sentence === "") return null;
  const isOver = phase.kind === "ended" || phase.kind === "refused";
  return (
    <div role="status" className={isOver ? "phase-line over" : "phase-line"}>
      <p>{sentence}</p>
      {isOver && (
        <button type="button" className="button" onClick={() => void reopen(tab.key, tab.log)}>
          <RotateCw size={14} aria-hidden="true" />
          {say.docks.openAgain}
        </button>
      )}
      {isOver && children}
    </div>
  );
}
