// Measures the search box in a real browser: from a key pressed to the map drawn with what matches, and the longest
// time the page stood still.
// Usage: node bench/palette.mjs URL [text…]   (fake-server with --nodes 10000 --moving 0)

import { chromium } from "playwright-core";

const [url = "http://127.0.0.1:4154/", ...texts] = process.argv.slice(2);
const wanted = texts.length > 0 ? texts : ["orders", "imagename:busy", "cpu > 50%", "s.*e$"];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
for (const mode of ["graph", "table"]) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, reducedMotion: "reduce" });
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  await page.goto(`${url}#/containers?mode=${mode}`);
  await page.getByText(/10,000 nodes/).first().waitFor();
  await page.waitForTimeout(4000);
  await page.keyboard.press("/");
  await page.waitForTimeout(1500);
  for (const text of wanted) {
    await page.evaluate(() => {
      window.tasks = [];
      new PerformanceObserver((list) => window.tasks.push(...list.getEntries().map((one) => one.duration))).observe({ type: "longtask" });
    });
    const scripts = [];
    const walls = [];
    for (const letter of text) {
      const spent = async () =>
        (await session.send("Performance.getMetrics")).metrics.find(({ name }) => name === "TaskDuration").value * 1000;
      const before = await spent();
      const start = Date.now();
      await page.keyboard.press(letter === " " ? "Space" : letter);
      await page.evaluate(
        () =>
          new Promise((done) => {
            const channel = new MessageChannel();
            channel.port1.onmessage = done;
            requestAnimationFrame(() => channel.port2.postMessage(0));
          }),
      );
      walls.push(Date.now() - start);
      await page.waitForTimeout(60);
      scripts.push((await spent()) - before);
    }
    const told = (list) => `median ${list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)].toFixed(1)}, worst ${Math.max(...list).toFixed(1)}`;
    const tasks = await page.evaluate(() => window.tasks);
    console.log(`${mode} "${text}": CPU ms each key ${told(scripts)}; key to frame ms ${told(walls)}; tasks over 50 ms: ${tasks.map(Math.round).join(" ") || "none"}`);
    await page.keyboard.press("Escape");
    await page.waitForTimeout(500);
  }
  await page.close();
}
await browser.close();
