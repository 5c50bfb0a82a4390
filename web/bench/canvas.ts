// A page to look at the map and to measure it: canvas.html?n=300&theme=dark&painter=canvas. `drive.mjs` steers it.

import "@fontsource-variable/inter";
import { MapCanvas } from "../src/canvas/map-canvas";
import type { MapGraph } from "../src/domain/map";
import { grouped, shop, zoo } from "./graphs";
import { DARK, LIGHT } from "./themes";

const query = new URLSearchParams(location.search);
const dark = query.get("theme") === "dark";
const theme = { ...(dark ? DARK : LIGHT), reducedMotion: query.has("still") };
document.body.style.background = theme.ground;
for (const part of document.querySelectorAll<HTMLElement>(".chrome")) {
  part.style.background = dark ? "#12151b" : "#ffffff";
  part.style.borderColor = dark ? "#262b35" : "#e4e7ec";
}

const host = document.querySelector<HTMLElement>("#map");
if (!host) {
  throw new Error("the page has no map element");
}

let selected: string | null = null;
const messages: string[] = [];
const map = new MapCanvas(
  host,
  {
    onSelect: (id) => {
      selected = id;
      map.setEmphasis({ selected, matched: null });
    },
    onHover: () => {},
    onMessage: (sentence) => messages.push(sentence),
    onContextLost: () => messages.push("context lost"),
  },
  { painter: query.get("painter") === "canvas" ? "canvas" : "webgl" },
);
map.setTheme(theme);
map.setInsets({ top: 48, left: 208, bottom: 24, right: 0 });

function graphOf(name: string): MapGraph {
  return name === "17" ? shop() : name === "zoo" ? zoo() : grouped(Number(name));
}
const graph = graphOf(query.get("n") ?? "17");
map.setGraph(graph);

/** Main-thread ms of each frame while `move` runs once per frame. */
async function measure(frames: number, move: (frame: number) => void): Promise<number[]> {
  const spent: number[] = [];
  const ask = window.requestAnimationFrame;
  // Every callback the map asks for is timed; nothing else on this page asks for frames meanwhile.
  window.requestAnimationFrame = (run) =>
    ask((now) => {
      const start = performance.now();
      run(now);
      spent.push(performance.now() - start);
    });
  for (let frame = 0; frame < frames; frame++) {
    move(frame);
    await new Promise((done) => ask(done));
  }
  window.requestAnimationFrame = ask;
  return spent;
}

Object.assign(window, { selected: () => selected, map, graph, messages, measure, shop, zoo, grouped, LIGHT, DARK });
