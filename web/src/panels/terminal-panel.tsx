import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { DockTab } from "../domain/dock-tab";
import { useDock } from "../state/dock";
import type { FoundPlace } from "../terminal/terminal-screen";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { FindBox } from "./find-box";
import { PanelHead, PhaseLine } from "./panel-head";
import { saveText } from "./save-text";
import { connectScreen, screenOf } from "./terminal-screens";

interface TerminalPanelProps {
  readonly tab: DockTab;
  readonly isShown: boolean;
  readonly onClose: () => void;
}

const NOWHERE: FoundPlace = { index: -1, count: 0 };
/** What is waited for before the first letter is measured. */
const FONT = '13px "JetBrains Mono"';

/** One terminal: its screen, and above it whose it is and what can be done. */
export function TerminalPanel({ tab, isShown, onClose }: TerminalPanelProps) {
  const place = useRef<HTMLDivElement>(null);
  const input = useRef<HTMLInputElement>(null);
  const [query, setQuery] = useState("");
  const [found, setFound] = useState(NOWHERE);
  const size = useScreen(tab, isShown, place);
  const find = (text: string, backwards: boolean) => {
    setQuery(text);
    screenOf(tab).find(text, backwards, setFound);
  };
  return (
    <>
      <PanelHead
        tab={tab}
        what={tab.control.includes("attach") ? say.docks.attachedTo : say.docks.shellIn}
        facts={<span className="muted figures panel-fact">{size}</span>}
      >
        <FindBox
          label={say.docks.findInTerminal}
          query={query}
          {...found}
          inputRef={input}
          onQuery={(text) => find(text, true)}
          onStep={(backwards) => find(query, backwards)}
          onLeave={() => screenOf(tab).focus()}
        />
        <IconButton
          label={say.docks.saveAsText}
          icon={Download}
          hintSide="left"
          onClick={() => saveText(`${tab.title}.txt`, [screenOf(tab).text()])}
        />
      </PanelHead>
      <PhaseLine tab={tab}>
        <button type="button" className="button" onClick={onClose}>
          {say.docks.close}
        </button>
      </PhaseLine>
      <div ref={place} className="terminal-place" />
    </>
  );
}

/** Puts the tab's screen in its place and keeps it fitting; the answer is its size. */
function useScreen(tab: DockTab, isShown: boolean, place: { readonly current: HTMLElement | null }): string {
  const [size, setSize] = useState("");
  const isLive = useDock((state) => state.phases.get(tab.key)?.kind === "live");
  // A pipe that was opened again is another one, with the same screen.
  useEffect(() => connectScreen(tab), [tab.key, tab.pipe]);
  useEffect(() => {
    const element = place.current;
    if (element === null || !isShown) return;
    const screen = screenOf(tab);
    element.append(screen.host);
    let isGone = false;
    const fit = () => {
      if (isGone || element.clientHeight === 0) return;
      screen.show();
      setSize(`${screen.columns} × ${screen.rows}`);
    };
    const watch = new ResizeObserver(fit);
    document.fonts.load(FONT).finally(() => {
      if (isGone) return;
      fit();
      screen.tellSize();
      screen.focus();
      watch.observe(element);
    });
    return () => {
      isGone = true;
      watch.disconnect();
    };
  }, [tab.key, isShown, place]);
  // The far end learns the size when it is there, whether or not it changed since.
  useEffect(() => {
    if (isLive) screenOf(tab).tellSize();
  }, [tab.key, tab.pipe, isLive]);
  return size;
}
