// Uses the map as a reader does: drags, wheels, clicks, hovers, pinches, updates, loses its context. Prints what held.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [out = "/tmp/canvas-shots"] = process.argv.slice(2);
const base = process.env.BENCH_URL ?? "http://127.0.0.1:5199/bench/canvas.html";
mkdirSync(out, { recursive: true });
const FLAGS =
  "--headless --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader".split(
    " ",
  );
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });
let failures = 0;
function holds(what, truth, seen = "") {
  failures += truth ? 0 : 1;
  console.log(truth ? "ok  " : "FAIL", what, seen === "" ? "" : JSON.stringify(seen));
}
async function open(query, options = {}) {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.on("pageerror", (error) => holds(`no error: ${error.message}`, false));
  await page.goto(`${base}?${query}`);
  await page.waitForFunction(() => window.map?.screenPosition(window.graph.nodes[0]?.id ?? "") !== null, null, { timeout: 60000 });
  await settle(page);
  return page;
}
const settle = (page, frames = 30) =>
  page.evaluate(async (count) => {
    for (let i = 0; i < count; i++) await new Promise((done) => requestAnimationFrame(done));
  }, frames);
const at = (page, id) => page.evaluate((one) => window.map.screenPosition(one), id);
const camera = (page) => page.evaluate(() => window.map.describe().camera);
const near = (a, b, by = 1.5) => Math.abs(a - b) <= by;

{
  const page = await open("n=17");
  const spots = await page.evaluate(() => window.graph.nodes.map((node) => window.map.screenPosition(node.id)));
  holds("17 nodes are clear of the bars", spots.every((p) => p.x > 208 + 20 && p.y > 48 + 20 && p.x < 1440 - 20 && p.y < 876 - 30));
  holds("glyphs are about 44 px", (await page.evaluate(() => window.map.describe().glyphPx)) > 40);
  const spread = [Math.min(...spots.map((p) => p.x)), Math.max(...spots.map((p) => p.x))];
  holds("they fill the width", spread[1] - spread[0] > 800, spread);

  const before = await at(page, "orders");
  await page.mouse.move(700, 820);
  await page.mouse.down();
  await page.mouse.move(760, 790, { steps: 5 });
  await page.mouse.up();
  await settle(page);
  const dragged = await at(page, "orders");
  holds("a drag pans by its length", near(dragged.x - before.x, 60) && near(dragged.y - before.y, -30), dragged);

  await page.mouse.move(dragged.x, dragged.y);
  await page.mouse.wheel(0, -240);
  await settle(page);
  const zoomed = await at(page, "orders");
  holds("the wheel zooms around the pointer", near(zoomed.x, dragged.x) && near(zoomed.y, dragged.y), await camera(page));
  await page.mouse.wheel(0, 5000);
  await page.mouse.wheel(0, 5000);
  await page.mouse.wheel(0, 5000);
  await settle(page);
  holds("zooming out has an end", (await camera(page)).scale > 0.3, await camera(page));
  for (let i = 0; i < 6; i++) {
    await page.mouse.move(300, 100);
    await page.mouse.down();
    await page.mouse.move(1400, 880, { steps: 3 });
    await page.mouse.up();
  }
  await settle(page);
  const lost = await page.evaluate(() => window.graph.nodes.some((node) => { const p = window.map.screenPosition(node.id); return p.x < 1440 && p.y < 900; }));
  holds("the content cannot be lost", lost);
  await page.evaluate(() => window.map.fit());
  await settle(page);
  const fitted = await at(page, "orders");
  holds("fit brings it back", near(fitted.x, before.x) && near(fitted.y, before.y));

  await page.mouse.move(fitted.x + 5, fitted.y + 5);
  await settle(page);
  await page.screenshot({ path: `${out}/act-hover.png` });
  await page.mouse.click(fitted.x, fitted.y);
  await settle(page);
  holds("a click selects", (await page.evaluate(() => window.selected())) === "orders");
  await page.screenshot({ path: `${out}/act-selected.png` });
  await page.mouse.click(fitted.x, fitted.y + 34);
  await settle(page);
  holds("a click on the label selects too", (await page.evaluate(() => window.selected())) === "orders");
  await page.mouse.click(420, 620);
  await settle(page);
  holds("a click on the ground clears", (await page.evaluate(() => window.selected())) === null);
  holds("arrow keys walk edges", (await page.evaluate(() => window.map.neighbour("edge-router", "right"))) === "front-end");

  const stay = await page.evaluate(() => window.graph.nodes.slice(0, 16).map((node) => window.map.scene.restingPlace(window.map.scene.index.get(node.id))));
  await page.evaluate(() => {
    const graph = window.shop();
    const fresh = { ...graph.nodes[3], id: "fresh", label: "fresh", state: "plain", degree: 1 };
    window.map.setGraph({ ...graph, nodes: [...graph.nodes.slice(0, 16), fresh], edges: [...graph.edges, { source: 3, target: 16 }] });
  });
  await page.waitForFunction(() => window.map.screenPosition("fresh") !== null);
  const after = await page.evaluate(() => window.graph.nodes.slice(0, 16).map((node) => window.map.scene.restingPlace(window.map.scene.index.get(node.id))));
  holds("who stays does not move", JSON.stringify(stay) === JSON.stringify(after));
  holds("who is gone is gone", (await at(page, "zipkin-collector-7d8f9c5b4-x2k8q")) === null);
  await settle(page, 15);
  await page.screenshot({ path: `${out}/act-changed.png` });

  const drawn = await page.evaluate(async () => {
    await new Promise((done) => setTimeout(done, 1500));
    let frames = 0;
    const ask = window.requestAnimationFrame;
    window.requestAnimationFrame = (run) => { frames++; return ask(run); };
    await new Promise((done) => setTimeout(done, 500));
    window.requestAnimationFrame = ask;
    return frames;
  });
  holds("nothing is drawn while nothing changes", drawn === 0, drawn);

  await page.evaluate(() => { window.map.tidy(); });
  await settle(page, 40);
  await page.evaluate(() => { window.map.undoTidy(); });
  await settle(page, 40);
  const undone = await page.evaluate(() => window.graph.nodes.slice(0, 16).map((node) => window.map.scene.restingPlace(window.map.scene.index.get(node.id))));
  holds("undo brings every place back", JSON.stringify(undone) === JSON.stringify(after));

  await page.setViewportSize({ width: 900, height: 600 });
  await settle(page);
  const small = await page.evaluate(() => window.graph.nodes.slice(0, 16).map((node) => window.map.screenPosition(node.id)));
  holds("a smaller window is fitted again", small.every((p) => p.x > 208 && p.x < 900 && p.y > 48 && p.y < 576));
  await page.setViewportSize({ width: 1440, height: 900 });

  const lostContext = await page.evaluate(async () => {
    const gl = document.querySelector("canvas").getContext("webgl2");
    const loss = gl.getExtension("WEBGL_lose_context");
    loss.loseContext();
    await new Promise((done) => setTimeout(done, 100));
    loss.restoreContext();
    await new Promise((done) => setTimeout(done, 300));
    return window.messages;
  });
  await settle(page);
  holds("a lost context is told and survived", lostContext.includes("context lost"), lostContext);
  await page.screenshot({ path: `${out}/act-restored.png` });

  await page.evaluate(async () => {
    const host = document.querySelector("#map");
    host.style.display = "none";
    await new Promise((done) => setTimeout(done, 50));
    window.map.setGraph({ key: "empty", nodes: [], edges: [], groups: [] });
    await new Promise((done) => setTimeout(done, 100));
    window.map.fit();
    window.map.zoomBy(2);
    window.map.setGraph(window.zoo());
    host.style.display = "";
    await new Promise((done) => setTimeout(done, 300));
  });
  holds("a hidden host, no nodes and odd labels are survived", (await at(page, "odd")) !== null);
  await page.evaluate(() => window.map.destroy());
  holds("destroy leaves nothing behind", (await page.evaluate(() => document.querySelectorAll("canvas").length)) === 0);
  await page.close();
}
{
  const page = await open("n=60", { hasTouch: true, isMobile: true, deviceScaleFactor: 2 });
  const session = await page.context().newCDPSession(page);
  const touch = (type, points) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points.map(([x, y], id) => ({ x, y, id })) });
  const start = await camera(page);
  await touch("touchStart", [[700, 450], [800, 450]]);
  for (let i = 1; i <= 10; i++) await touch("touchMove", [[700 - i * 10, 450], [800 + i * 10, 450]]);
  await touch("touchEnd", []);
  await settle(page);
  const pinched = await camera(page);
  holds("a pinch zooms by the fingers' distance", near(pinched.scale / start.scale, 3, 0.4), pinched.scale / start.scale);
  await page.screenshot({ path: `${out}/act-touch-2x.png` });
  await page.close();
}
for (const n of ["17", "60", "2000"]) {
  const page = await open(`n=${n}&painter=canvas`);
  holds(`${n} nodes without WebGL2`, (await page.evaluate(() => window.map.describe().painter)) === "canvas");
  await page.evaluate((id) => window.map.setEmphasis({ selected: id, matched: null }), "orders");
  await settle(page);
  await page.screenshot({ path: `${out}/act-canvas-${n}.png` });
  await page.close();
}
await browser.close();
console.log(failures === 0 ? "all held" : `${failures} failed`);
process.exitCode = failures === 0 ? 0 : 1;
