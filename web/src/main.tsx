// Starts the client: styles, the map's maker, the screen.

import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { MapCanvas } from "./canvas/map-canvas";
import { isEmbedded } from "./domain/address";
import { tabOfHash } from "./domain/dock-tab";
import { App } from "./screens/app";
import { Crash } from "./screens/crash";
import { Embedded } from "./screens/embedded";
import { showing } from "./state/current-map";
import { startLanguage } from "./state/language";
import { type MapFactory, MapProvider } from "./state/map-port";
import { startTheme } from "./state/theme";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/controls.css";

const createMap: MapFactory = (host, handlers) => showing(host, new MapCanvas(host, handlers));

// A terminal or log in a window of its own needs no map.
const PopOut = lazy(() => import("./screens/pop-out").then((module) => ({ default: module.PopOut })));
const tab = tabOfHash(window.location.hash);
const Page = isEmbedded(window.location.search) ? Embedded : App;

// Before the first picture, so that it is never drawn in the other theme.
startLanguage();
startTheme();

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Crash>
        {tab === null ? (
          <MapProvider value={createMap}>
            <Page />
          </MapProvider>
        ) : (
          <Suspense fallback={null}>
            <PopOut tab={tab} />
          </Suspense>
        )}
      </Crash>
    </StrictMode>,
  );
}
