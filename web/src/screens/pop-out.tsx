import { PanelBottom } from "lucide-react";
import { useEffect } from "react";
import type { DockTab } from "../domain/dock-tab";
import { LogPanel } from "../panels/log-panel";
import { TerminalPanel } from "../panels/terminal-panel";
import { keepScreens, keptScreen, paintScreens } from "../panels/terminal-screens";
import { startAccount } from "../state/account";
import { adoptTab, closeTab, mayPutBack, putBack, useDock } from "../state/dock";
import { useLook } from "../state/theme";
import { say } from "../text/text";
import { Button } from "../ui/button";
import "../panels/lower-dock.css";
import "../panels/controls.css";

/** A terminal or log in a window of its own. Its address holds it, so it survives a reload. */
export function PopOut({ tab: given }: { readonly tab: DockTab }) {
  const tab = useDock((state) => state.tabs[0] ?? null);
  const failure = useDock((state) => state.failure);
  const look = useLook();
  useEffect(() => {
    startAccount();
    adoptTab(given);
    document.title = `${given.title} · ${say.frame.product}`;
    window.addEventListener("pagehide", keepScreens);
    return () => window.removeEventListener("pagehide", keepScreens);
  }, [given]);
  useEffect(paintScreens, [look]);
  if (tab === null) return null;
  const close = () => {
    closeTab(tab.key);
    window.close();
  };
  return (
    <main className="pop-out">
      <h1 className="unseen">{tab.title}</h1>
      {failure !== null && (
        <p role="alert" className="control-failure lower-failure">
          {failure}
        </p>
      )}
      {mayPutBack() && (
        <div className="pop-out-tools">
          <Button onClick={() => putBack(keptScreen)}>
            <PanelBottom size={14} aria-hidden="true" />
            {say.docks.putBack}
          </Button>
        </div>
      )}
      <div className="lower-panel">
        {tab.kind === "terminal" ? (
          <TerminalPanel tab={tab} isShown onClose={close} />
        ) : (
          <LogPanel key={tab.pipe} tab={tab} isShown />
        )}
      </div>
    </main>
  );
}
