import { lazy, Suspense, useEffect, useRef } from "react";
import { DetailsDock } from "../panels/details-dock";
import { Rail } from "../panels/rail";
import { StatusBar } from "../panels/status-bar";
import { TopBar } from "../panels/top-bar";
import { startAccount, useAccount } from "../state/account";
import { followHash, setRailOpen } from "../state/actions";
import { startDock, useDock } from "../state/dock";
import { startFeed } from "../state/feed";
import { narrowQuery, phoneQuery, useMedia } from "../state/media";
import { useScope } from "../state/store";
import { startTime } from "../state/time";

import { type MapCommands, useShortcuts } from "./shortcuts";
import { Stage } from "./stage";
import { Timeline } from "./timeline";
import "./shell.css";

const Help = lazy(() => import("../panels/help").then((module) => ({ default: module.Help })));
const SavedDialog = lazy(() =>
  import("../panels/palette-saved").then((module) => ({ default: module.SavedDialog })),
);

// Terminals and logs bring their own libraries, so they are fetched when they are first asked for.
const LowerDock = lazy(() =>
  import("../panels/lower-dock").then((module) => ({ default: module.LowerDock })),
);

const SignIn = lazy(() => import("../panels/sign-in").then((module) => ({ default: module.SignIn })));

/** Everything. */
export function App() {
  const narrow = useMedia(narrowQuery());
  const phone = useMedia(phoneQuery());
  const railOpen = useScope((state) => state.railOpen);
  const helpOpen = useScope((state) => state.helpOpen);
  const hasTabs = useDock((state) => state.tabs.length > 0);
  const isAsking = useAccount((state) => state.isAsking);
  const savedOpen = useScope((state) => state.savedOpen);
  const searchRef = useRef<HTMLInputElement>(null);
  const commands = useRef<MapCommands>(null);
  useShortcuts(searchRef, commands);
  useEffect(() => {
    followHash();
    window.addEventListener("popstate", followHash);
    window.addEventListener("hashchange", followHash);
    const stopFeed = startFeed();
    const stopDock = startDock();
    const stopTime = startTime();
    startAccount();
    // Asked for once the first picture is under way; by the time somebody prints it is there.
    void import("../panels/print").then(({ startPrinting }) => startPrinting());
    return () => {
      window.removeEventListener("popstate", followHash);
      window.removeEventListener("hashchange", followHash);
      stopFeed();
      stopDock();
      stopTime();
    };
  }, []);
  return (
    <div className="shell" data-narrow={narrow} data-phone={phone}>
      <TopBar narrow={narrow} searchRef={searchRef} map={commands} />
      {(!narrow || railOpen) && <Rail narrow={narrow} />}
      {narrow && railOpen && (
        // biome-ignore lint/a11y/noStaticElementInteractions: the drawer has a button and Escape
        // biome-ignore lint/a11y/useKeyWithClickEvents: the drawer has a button and Escape
        <div className="scrim" onClick={() => setRailOpen(false)} />
      )}
      <Stage commands={commands} />
      <DetailsDock narrow={narrow} />
      {hasTabs && (
        <Suspense fallback={null}>
          <LowerDock />
        </Suspense>
      )}
      <Timeline />
      <StatusBar />
      <Suspense fallback={null}>
        {helpOpen && <Help />}
        {savedOpen && <SavedDialog />}
        {isAsking && <SignIn />}
      </Suspense>
    </div>
  );
}
