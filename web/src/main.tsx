// Starts the client: styles, the map's maker, the screen.

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { MapCanvas } from "./canvas/map-canvas";
import { App } from "./screens/app";
import { Crash } from "./screens/crash";
import { showing } from "./state/current-map";
import { type MapFactory, MapProvider } from "./state/map-port";
import { startTheme } from "./state/theme";
import "./ui/tokens.css";
import "./ui/base.css";
import "./ui/controls.css";

const createMap: MapFactory = (host, handlers) => showing(host, new MapCanvas(host, handlers));

// Before the first picture, so that it is never drawn in the other theme.
startTheme();

const root = document.getElementById("root");
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <Crash>
        <MapProvider value={createMap}>
          <App />
        </MapProvider>
      </Crash>
    </StrictMode>,
  );
}
