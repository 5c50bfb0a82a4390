import { ChevronDown, ChevronUp, ExternalLink, Maximize2, Minimize2, X } from "lucide-react";
import { useEffect, useState } from "react";
import type { DockTab } from "../domain/dock-tab";
import { setPreferences } from "../state/actions";
import {
  closeTab,
  forgetFailure,
  popOut,
  sessionOf,
  setFolded,
  setTall,
  showTab,
  useDock,
} from "../state/dock";
import { LOWER_PX } from "../state/preferences";
import { useScope } from "../state/store";
import { useLook } from "../state/theme";
import { say } from "../text/text";
import { Button, IconButton } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Resizer } from "../ui/resizer";
import { DockTabs } from "./dock-tabs";
import { LogPanel } from "./log-panel";
import { TerminalPanel } from "./terminal-panel";
import { forgetScreens, keepScreens, paintScreens, sweepScreens, tabId } from "./terminal-screens";
import "./lower-dock.css";

/** The bottom dock: terminals and logs in tabs. */
export function LowerDock() {
  const { tabs, active, isFolded, isTall } = useDock();
  const height = useScope((state) => state.preferences.lowerHeight);
  const [asked, setAsked] = useState<DockTab | null>(null);
  useScreens(tabs);
  const close = (tab: DockTab) => {
    if (mayLose(tab)) setAsked(tab);
    else closeTab(tab.key);
  };
  const name = isTall ? "lower tall" : isFolded ? "lower folded" : "lower";
  return (
    <section
      aria-label={say.docks.title}
      className={name}
      style={isFolded || isTall ? undefined : { height }}
    >
      {!isFolded && !isTall && (
        <Resizer
          label={say.docks.height}
          side="top"
          size={height}
          min={LOWER_PX.min}
          max={LOWER_PX.max}
          onResize={(lowerHeight) => setPreferences({ lowerHeight })}
        />
      )}
      <div className="lower-bar">
        <DockTabs tabs={tabs} active={active} onShow={showTab} onClose={close} />
        <DockTools active={active} isFolded={isFolded} isTall={isTall} />
      </div>
      <Failure />
      <div className="lower-body" hidden={isFolded}>
        {tabs.map((tab) => (
          <TabPanel key={tab.key} tab={tab} isShown={tab.key === active && !isFolded} onClose={close} />
        ))}
      </div>
      {asked !== null && <AskBeforeEnd tab={asked} onClose={() => setAsked(null)} />}
    </section>
  );
}

/** Screens follow the theme, outlive a reload, and go with their tabs. */
function useScreens(tabs: readonly DockTab[]): void {
  const look = useLook();
  useEffect(paintScreens, [look]);
  useEffect(() => sweepScreens(tabs), [tabs]);
  useEffect(() => {
    window.addEventListener("pagehide", keepScreens);
    return () => {
      window.removeEventListener("pagehide", keepScreens);
      sweepScreens([]);
    };
  }, []);
}

/** Whether ending the tab may end something that somebody began. */
function mayLose(tab: DockTab): boolean {
  const phase = useDock.getState().phases.get(tab.key)?.kind;
  const isOpen = phase === "live" || phase === "reconnecting";
  const endsShell = tab.kind === "terminal" && !tab.control.includes("attach");
  return isOpen && endsShell && (sessionOf(tab.key)?.hasInput ?? false);
}

interface DockToolsProps {
  readonly active: string | null;
  readonly isFolded: boolean;
  readonly isTall: boolean;
}

function DockTools({ active, isFolded, isTall }: DockToolsProps) {
  const out = () => {
    if (active === null) return;
    // The window begins with a copy of what this page keeps.
    keepScreens();
    popOut(active);
    forgetScreens();
  };
  return (
    <div className="lower-tools">
      <IconButton label={say.docks.inWindow} icon={ExternalLink} hintSide="left" onClick={out} />
      <IconButton
        label={isTall ? say.docks.usualHeight : say.docks.wholeHeight}
        icon={isTall ? Minimize2 : Maximize2}
        hintSide="left"
        onClick={() => setTall(!isTall)}
      />
      <IconButton
        label={isFolded ? say.docks.unfold : say.docks.fold}
        icon={isFolded ? ChevronUp : ChevronDown}
        hintSide="left"
        onClick={() => setFolded(!isFolded)}
      />
    </div>
  );
}

function Failure() {
  const failure = useDock((state) => state.failure);
  if (failure === null) return null;
  return (
    <div role="alert" className="control-failure lower-failure">
      <p>{failure}</p>
      <IconButton label={say.frame.dismiss} icon={X} small hintSide="left" onClick={forgetFailure} />
    </div>
  );
}

interface TabPanelProps {
  readonly tab: DockTab;
  readonly isShown: boolean;
  readonly onClose: (tab: DockTab) => void;
}

function TabPanel({ tab, isShown, onClose }: TabPanelProps) {
  return (
    <div role="tabpanel" aria-labelledby={tabId(tab.key)} className="lower-panel" hidden={!isShown}>
      {tab.kind === "terminal" ? (
        <TerminalPanel tab={tab} isShown={isShown} onClose={() => onClose(tab)} />
      ) : (
        <LogPanel key={tab.pipe} tab={tab} isShown={isShown} />
      )}
    </div>
  );
}

function AskBeforeEnd({ tab, onClose }: { readonly tab: DockTab; readonly onClose: () => void }) {
  const end = () => {
    onClose();
    closeTab(tab.key);
  };
  return (
    <Dialog title={say.docks.endQuestion} onClose={onClose}>
      <div className="confirm">
        <p>{say.docks.endWhy(tab.title)}</p>
        <div className="confirm-buttons">
          <Button onClick={onClose}>{say.acts.cancel}</Button>
          <Button danger onClick={end}>
            {say.docks.endIt}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
