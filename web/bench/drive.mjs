// Opens the bench in Chromium, takes pictures and prints main-thread ms per frame.
// node bench/drive.mjs OUT_DIR [names…], with `npx vite --port 5199` running.

import { mkdirSync } from "node:fs";
import { chromium } from "playwright-core";

const [out = "/tmp/canvas-shots", ...only] = process.argv.slice(2);
const base = process.env.BENCH_URL ?? "http://127.0.0.1:5199/bench/canvas.html";
mkdirSync(out, { recursive: true });
const FLAGS =
  "--headless --no-sandbox --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader".split(
    " ",
  );
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });

async function open(query, ratio = 1) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, deviceScaleFactor: ratio });
  page.on("console", (line) => console.log("  page:", line.text()));
  page.on("pageerror", (error) => console.log("  error:", error.message));
  await page.goto(`${base}?${query}`);
  await page.waitForFunction(() => window.map?.screenPosition(window.graph.nodes[0]?.id ?? "") !== null, null, { timeout: 60000 });
  await settle(page);
  return page;
}
const settle = (page) =>
  page.evaluate(async () => {
    await document.fonts.ready;
    for (let i = 0; i < 40; i++) await new Promise((done) => requestAnimationFrame(done));
  });
const wanted = (name) => only.length === 0 || only.some((one) => name.startsWith(one));
const stats = (ms) => {
  const sorted = [...ms].sort((a, b) => a - b);
  const at = (share) => (sorted[Math.floor((sorted.length - 1) * share)] ?? 0).toFixed(1);
  return `median ${at(0.5)} ms, 90 % ${at(0.9)} ms, worst ${at(1)} ms of ${ms.length} frames`;
};

for (const n of ["17", "zoo", "60", "300", "2000", "10000"]) {
  for (const theme of ["light", "dark"]) {
    const name = `${n}-${theme}`;
    if (!wanted(name)) continue;
    const page = await open(`n=${n}&theme=${theme}`);
    await page.screenshot({ path: `${out}/${name}.png` });
    console.log(name, JSON.stringify(await page.evaluate(() => ({ ...window.map.describe(), messages: window.messages }))));
    const busiest = await page.evaluate(() => [...window.graph.nodes].sort((a, b) => b.degree - a.degree)[0].id);
    await page.evaluate((id) => window.map.setEmphasis({ selected: id, matched: null }), busiest);
    if (Number(n) > 100) await page.evaluate((id) => window.map.centreOn(id), busiest);
    await settle(page);
    await page.screenshot({ path: `${out}/${name}-selected.png` });
    if (theme === "light") {
      await page.evaluate(() => window.map.setEmphasis({ selected: null, matched: null }));
      const near = await page.evaluate(() => window.measure(40, () => { const c = document.querySelector("canvas"); void c; window.map.camera.pan(-7, 3, window.map.scene.bounds, window.map.window()); window.map.wake(); }));
      console.log("  pan, reading:", stats(near));
      const zoom = await page.evaluate(() => window.measure(30, () => window.map.zoomBy(0.93)));
      console.log("  zoom out:", stats(zoom));
      await page.evaluate(() => window.map.fit(false));
      await settle(page);
      const far = await page.evaluate(() => window.measure(30, () => { window.map.camera.pan(-7, 3, window.map.scene.bounds, window.map.window()); window.map.wake(); }));
      console.log("  pan, fit:", stats(far));
    }
    await page.close();
  }
}
await browser.close();
