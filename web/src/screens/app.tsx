import { lazy, type RefObject, Suspense, useEffect, useRef } from "react";
import { DetailsDock } from "../panels/details-dock";
import { Help } from "../panels/help";
import { Rail } from "../panels/rail";
import { StatusBar } from "../panels/status-bar";
import { TopBar } from "../panels/top-bar";
import { startAccount, useAccount } from "../state/account";
import { followHash, setRailOpen } from "../state/actions";
import { startDock, useDock } from "../state/dock";
import { startFeed } from "../state/feed";
import { narrowQuery, phoneQuery, useMedia } from "../state/media";
import { useMode } from "../state/mode";
import { useScope } from "../state/store";

import { EmptyStage, useEmptiness } from "./empty-stage";
import { GraphScreen } from "./graph-screen";
import { type MapCommands, useShortcuts } from "./shortcuts";
import "./shell.css";

// The table brings its own libraries, so it is fetched when it is first asked for.
const TableScreen = lazy(() => import("./table-screen").then((module) => ({ default: module.TableScreen })));

// So do terminals and logs.
const LowerDock = lazy(() =>
  import("../panels/lower-dock").then((module) => ({ default: module.LowerDock })),
);

const SignIn = lazy(() => import("../panels/sign-in").then((module) => ({ default: module.SignIn })));
const AuditScreen = lazy(() => import("./audit-screen").then((module) => ({ default: module.AuditScreen })));
const TroubleScreen = lazy(() =>
  import("./trouble-screen").then((module) => ({ default: module.TroubleScreen })),
);

/** Everything. */
export function App() {
  const narrow = useMedia(narrowQuery());
  const phone = useMedia(phoneQuery());
  const railOpen = useScope((state) => state.railOpen);
  const helpOpen = useScope((state) => state.helpOpen);
  const hasTabs = useDock((state) => state.tabs.length > 0);
  const isAsking = useAccount((state) => state.isAsking);
  const searchRef = useRef<HTMLInputElement>(null);
  const commands = useRef<MapCommands>(null);
  useShortcuts(searchRef, commands);
  useEffect(() => {
    followHash();
    window.addEventListener("popstate", followHash);
    window.addEventListener("hashchange", followHash);
    const stopFeed = startFeed();
    const stopDock = startDock();
    startAccount();
    return () => {
      window.removeEventListener("popstate", followHash);
      window.removeEventListener("hashchange", followHash);
      stopFeed();
      stopDock();
    };
  }, []);
  return (
    <div className="shell" data-narrow={narrow} data-phone={phone}>
      <TopBar narrow={narrow} searchRef={searchRef} />
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
      <StatusBar />
      {helpOpen && <Help />}
      {isAsking && (
        <Suspense fallback={null}>
          <SignIn />
        </Suspense>
      )}
    </div>
  );
}

function Stage({ commands }: { readonly commands: RefObject<MapCommands | null> }) {
  const mode = useMode();
  const emptiness = useEmptiness();
  const page = useScope((state) => state.address.page);
  const isPicture = page === null;
  return (
    <main className="stage">
      {mode === "graph" && <GraphScreen commands={commands} hidden={emptiness !== null || !isPicture} />}
      {isPicture && mode === "table" && emptiness === null && (
        <Suspense fallback={<EmptyStage emptiness="loading" />}>
          <TableScreen />
        </Suspense>
      )}
      {isPicture && emptiness !== null && <EmptyStage emptiness={emptiness} />}
      {!isPicture && (
        <Suspense fallback={<EmptyStage emptiness="loading" />}>
          {page === "audit" ? <AuditScreen /> : <TroubleScreen />}
        </Suspense>
      )}
    </main>
  );
}
