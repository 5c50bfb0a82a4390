import { ScrollText, SquareTerminal, X } from "lucide-react";
import { type KeyboardEvent, useRef } from "react";
import type { DockTab } from "../domain/dock-tab";
import { phaseWords } from "../domain/pipe-words";
import { useDock } from "../state/dock";
import { say } from "../text/text";
import { tabId } from "./terminal-screens";

interface DockTabsProps {
  readonly tabs: readonly DockTab[];
  readonly active: string | null;
  readonly onShow: (key: string) => void;
  readonly onClose: (tab: DockTab) => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowLeft: -1, ArrowRight: 1 };

/** The open terminals and logs; arrows go along them, Delete closes one. */
export function DockTabs({ tabs, active, onShow, onClose }: DockTabsProps) {
  const list = useRef<HTMLDivElement>(null);
  const go = (at: number) => {
    const tab = tabs[(at + tabs.length) % tabs.length];
    if (tab === undefined) return;
    onShow(tab.key);
    list.current?.querySelector<HTMLElement>(`#${CSS.escape(tabId(tab.key))}`)?.focus();
  };
  const press = (event: KeyboardEvent, tab: DockTab) => {
    const at = tabs.indexOf(tab);
    const step = STEPS[event.key];
    if (step !== undefined) go(at + step);
    else if (event.key === "Home") go(0);
    else if (event.key === "End") go(tabs.length - 1);
    else if (event.key === "Delete") onClose(tab);
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div ref={list} className="dock-tabs">
      {/* A list of tabs holds nothing but tabs; the buttons that close them stand among them for the eye only. */}
      <div
        role="tablist"
        aria-label={say.docks.tabs}
        aria-owns={tabs.map(({ key }) => tabId(key)).join(" ")}
      />
      {tabs.map((tab) => (
        <Tab
          key={tab.key}
          tab={tab}
          isActive={tab.key === active}
          onShow={() => onShow(tab.key)}
          onClose={() => onClose(tab)}
          onPress={(event) => press(event, tab)}
        />
      ))}
    </div>
  );
}

interface TabProps {
  readonly tab: DockTab;
  readonly isActive: boolean;
  readonly onShow: () => void;
  readonly onClose: () => void;
  readonly onPress: (event: KeyboardEvent) => void;
}

function Tab({ tab, isActive, onShow, onClose, onPress }: TabProps) {
  const phase = useDock((state) => state.phases.get(tab.key)) ?? { kind: "connecting" };
  const { short } = phaseWords(phase, tab.kind, Date.now());
  const Icon = tab.kind === "terminal" ? SquareTerminal : ScrollText;
  return (
    <div className="dock-tab" data-active={isActive} role="presentation">
      <button
        type="button"
        role="tab"
        id={tabId(tab.key)}
        aria-selected={isActive}
        aria-label={say.docks.tab(say.docks[tab.kind], tab.title, short)}
        aria-description={say.docks.deleteCloses}
        tabIndex={isActive ? 0 : -1}
        title={tab.title}
        onClick={onShow}
        onKeyDown={onPress}
        onAuxClick={(event) => event.button === 1 && onClose()}
      >
        <Icon size={14} aria-hidden="true" />
        <span className="cut">{tab.title}</span>
        <span className={`dock-dot is-${phase.kind}`} aria-hidden="true" />
      </button>
      <button
        type="button"
        className="dock-tab-close"
        aria-label={say.docks.closeTab(tab.kind, tab.title)}
        tabIndex={-1}
        onClick={onClose}
      >
        <X size={12} aria-hidden="true" />
      </button>
    </div>
  );
}
