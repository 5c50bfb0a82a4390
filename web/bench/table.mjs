// Measures the table in a real browser: main-thread time of a scroll step, and of a frame that changes some nodes.
// Usage: node bench/table.mjs STILL_URL [MOVING_URL]   (fake-server with --nodes 10000 and --moving 0, --moving 100)

import { chromium } from "playwright-core";

const [still = "http://127.0.0.1:4154/", moving = ""] = process.argv.slice(2);
const STEPS = 60;
const FRAMES = 8;

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});

async function open(url) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(`${url}#/containers?mode=table`);
  await page.getByRole("grid", { name: "Nodes" }).getByRole("row").nth(20).waitFor();
  await page.evaluate(() => document.fonts.ready);
  return { page, session };
}

/** CPU ms of the main thread so far, by kind of work. */
async function spent(session) {
  const { metrics } = await session.send("Performance.getMetrics");
  const ms = Object.fromEntries(metrics.map(({ name, value }) => [name, value * 1000]));
  return { task: ms.TaskDuration, script: ms.ScriptDuration, style: ms.RecalcStyleDuration, layout: ms.LayoutDuration };
}

function told(what, before, after, count) {
  const each = Object.keys(before).map((kind) => `${kind} ${((after[kind] - before[kind]) / count).toFixed(2)}`);
  console.log(`${what}: ms each: ${each.join(", ")}`);
}

function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))].toFixed(1);
}

{
  const { page, session } = await open(still);
  await page.waitForTimeout(1500);
  for (const px of [32, 120, 320, 3200]) {
    const before = await spent(session);
    const walls = await page.evaluate(
      async ({ steps, step }) => {
        const table = document.querySelector('[role="grid"]');
        const frame = () => new Promise((done) => requestAnimationFrame(done));
        const channel = new MessageChannel();
        const painted = () =>
          new Promise((done) => {
            channel.port1.onmessage = done;
            requestAnimationFrame(() => channel.port2.postMessage(0));
          });
        const times = [];
        for (let at = 0; at < steps; at++) {
          await frame();
          const start = performance.now();
          table.scrollTop += step;
          await painted();
          times.push(performance.now() - start);
        }
        return times;
      },
      { steps: STEPS, step: px },
    );
    told(`scroll by ${px} px`, before, await spent(session), STEPS);
    console.log(`  step to painted: median ${percentile(walls, 0.5)}, p95 ${percentile(walls, 0.95)} ms wall`);
  }
  await page.close();
}
if (moving !== "") {
  const { page, session } = await open(moving);
  await page.waitForTimeout(4500);
  const before = await spent(session);
  await page.waitForTimeout(FRAMES * 2000);
  told("a frame, every 2 s, with all that goes on besides", before, await spent(session), FRAMES);
  await page.close();
}
await browser.close();
