// How fast the map is, in a real browser: prints, and asserts nothing.
// Usage: node bench/speed.mjs [count…]   (after `npm run build`; every node is drawn, no boxes)
//
// first     from the moment the server sends the first frame until the map has drawn all nodes, ms
// pan       main-thread ms per panned frame (median, worst), at fit and zoomed in
// update    main-thread ms of its own time that an update of 100 nodes costs (median and worst of ten)
// long      the longest task of the main thread while loading, panning and updating, ms

import { chromium } from "playwright-core";
import { runnerImport } from "vite";

const counts = process.argv.slice(2).map(Number);
const { module } = await runnerImport(new URL("../tests/browser/crowd-app.ts", import.meta.url).pathname);
const FLAGS =
  "--headless --no-sandbox --disable-quic --no-first-run --disable-background-networking --use-gl=angle --use-angle=swiftshader --enable-unsafe-swiftshader".split(
    " ",
  );
const UPDATES = 10;
const FRAMES = 12;

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });

/** Runs in the page before its own script: keeps the long tasks, and when the map was first drawn whole. */
function watch(count) {
  window.longTasks = [];
  new PerformanceObserver((list) => {
    for (const { duration, startTime } of list.getEntries()) window.longTasks.push({ duration, startTime });
  }).observe({ type: "longtask", buffered: true });
  new MutationObserver(() => {
    const drawn = Number(document.querySelector("canvas")?.dataset.drawn ?? 0);
    if (drawn >= count && window.drawnAt === undefined) window.drawnAt = Date.now();
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-drawn"] });
}

/** Runs in the page: pans the map and answers the main-thread ms of each frame. */
async function pan(frames) {
  const canvas = document.querySelector("main canvas");
  const box = canvas.getBoundingClientRect();
  const fire = (type, x) =>
    canvas.dispatchEvent(
      new PointerEvent(type, {
        pointerId: 1, pointerType: "mouse", button: type === "pointermove" ? -1 : 1, buttons: 4,
        clientX: x, clientY: box.top + box.height / 2, bubbles: true,
      }),
    );
  canvas.setPointerCapture = () => {};
  const spent = [];
  const ask = window.requestAnimationFrame;
  window.requestAnimationFrame = (run) =>
    ask((now) => {
      const start = performance.now();
      run(now);
      spent.push(performance.now() - start);
    });
  fire("pointerdown", box.left + box.width / 2);
  for (let frame = 1; frame <= frames; frame++) {
    fire("pointermove", box.left + box.width / 2 + frame * 3);
    await new Promise((done) => ask(done));
  }
  fire("pointerup", box.left + box.width / 2);
  window.requestAnimationFrame = ask;
  return spent;
}

const sorted = (list) => [...list].sort((a, b) => a - b);
const median = (list) => sorted(list)[Math.floor((list.length - 1) / 2)] ?? 0;
const worst = (list) => Math.max(0, ...list);
const ms = (value) => value.toFixed(1).padStart(7);

async function settle(page) {
  await page.evaluate(async () => {
    await document.fonts.ready;
    for (let frame = 0; frame < 6; frame++) await new Promise((done) => requestAnimationFrame(done));
  });
}

async function taskMs(devtools) {
  const { metrics } = await devtools.send("Performance.getMetrics");
  return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0);
}

async function longest(page, since) {
  return page.evaluate((from) => Math.max(0, ...window.longTasks.filter((t) => t.startTime >= from).map((t) => t.duration)), since);
}

const clock = (page) => page.evaluate(() => performance.now());

async function measure(count) {
  const app = await module.CrowdApp.open(count);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  page.on("pageerror", (error) => console.log("  error:", error.message));
  await page.addInitScript(watch, Math.floor(count * 0.9));
  const devtools = await page.context().newCDPSession(page);
  // The thread's own time: other programs on the machine do not count.
  await devtools.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(`${app.url}/#/containers?group=none&box=box:loose`);
  await page.waitForFunction(() => window.drawnAt !== undefined, null, { timeout: 120_000 });
  const first = (await page.evaluate(() => window.drawnAt)) - app.greetedAtMs;
  const longLoad = await longest(page, 0);
  await settle(page);

  let since = await clock(page);
  const far = await page.evaluate(pan, FRAMES);
  for (let step = 0; step < 4; step++) await page.getByRole("button", { name: "Zoom in" }).click();
  await settle(page);
  const near = await page.evaluate(pan, FRAMES);
  await page.keyboard.press("f");
  await settle(page);
  const longPan = await longest(page, since);

  since = await clock(page);
  const updates = [];
  for (let turn = 0; turn < UPDATES; turn++) {
    await settle(page);
    const idleFrom = await taskMs(devtools);
    await settle(page);
    const before = await taskMs(devtools);
    app.move(100);
    await settle(page);
    const after = await taskMs(devtools);
    updates.push(after - before - (before - idleFrom));
  }
  const longUpdate = await longest(page, since);
  console.log(
    `${String(count).padStart(6)}  first ${String(first).padStart(5)}  pan fit ${ms(median(far))} ${ms(worst(far))}  near ${ms(median(near))} ${ms(worst(near))}  update ${ms(median(updates))} ${ms(worst(updates))}  long load ${ms(longLoad)} pan ${ms(longPan)} update ${ms(longUpdate)}`,
  );
  await page.close();
  await app.close();
}

for (const count of counts.length > 0 ? counts : [300, 2000, 10000]) await measure(count);
await browser.close();
