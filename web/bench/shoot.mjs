// Takes pictures of the client in a real browser, to be looked at.
// Usage: node bench/shoot.mjs URL OUT_DIR [scene…]

import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";

const [url = "http://127.0.0.1:4141/", out = "/tmp/shots", ...wanted] = process.argv.slice(2);
mkdirSync(out, { recursive: true });

const WIDE = { width: 1440, height: 900 };
const first = (page) => page.getByRole("listbox", { name: "Nodes on the map" }).getByRole("option", { name: /^frontend/ });
const open = async (page) => {
  await first(page).dispatchEvent("click");
  await page.getByRole("complementary", { name: "Details" }).getByRole("heading", { level: 2 }).waitFor();
};

/** An edge between containers of the recording, by the beginnings of their names in the table of a running app. */
const edge = async (page, from, to) => {
  const nodes = Object.values((await (await page.request.get(new URL("api/topology/containers?x", url).href)).json()).nodes);
  const id = (label) => nodes.find((node) => node.label === label)?.id;
  await page.evaluate((hash) => { location.hash = hash; }, `#/containers?sel=${encodeURIComponent(`${id(from)}~>${id(to)}`)}&edges=traffic`);
  await page.getByRole("complementary", { name: "Details" }).getByRole("heading", { level: 2 }).waitFor();
};
const told = (page) => edge(page, "frontend", "orders");

const SCENES = {
  // These need a running app and `bench/tell.mjs`.
  edge: { hash: "#/containers", run: told },
  "edge-dark": { hash: "#/containers", dark: true, run: told },
  "edge-phone": { hash: "#/containers", size: { width: 390, height: 844 }, run: told },
  "edge-evidence": {
    hash: "#/containers",
    run: async (page) => {
      await edge(page, "orders", "payment");
      await page.getByRole("region", { name: "Evidence" }).getByRole("listitem").last().scrollIntoViewIfNeeded();
    },
  },
  "edges-phone": { hash: "#/containers?mode=graph&edges=rtt", size: { width: 390, height: 844 } },
  "edge-silent": { hash: "#/containers", run: (page) => edge(page, "frontend", "users") },
  "edges-traffic": { hash: "#/containers?edges=traffic" },
  "edges-rtt": { hash: "#/containers?edges=rtt" },
  "edges-rtt-dark": { hash: "#/containers?edges=rtt", dark: true },
  "edges-failures": { hash: "#/containers?edges=failures" },
  "edges-failures-dark": { hash: "#/containers?edges=failures", dark: true },
  "edge-table": {
    hash: "#/containers?edges=rtt",
    run: async (page) => {
      await page.getByRole("listbox", { name: "Nodes on the map" }).getByRole("option", { name: /^orders/ }).first().dispatchEvent("click");
      await page.getByRole("region", { name: "Outbound" }).waitFor();
      await page.getByRole("region", { name: "Outbound" }).scrollIntoViewIfNeeded();
    },
  },
  graph: { hash: "#/containers" },
  "graph-dark": { hash: "#/containers", dark: true },
  details: { hash: "#/containers", run: open },
  "details-dark": { hash: "#/containers", dark: true, run: open },
  table: { hash: "#/containers?mode=table" },
  "table-dark": { hash: "#/containers?mode=table", dark: true },
  phone: { hash: "", size: { width: 390, height: 844 } },
  tall: { hash: "#/containers", size: { width: 800, height: 1000 } },
  "tall-dark": { hash: "#/containers", dark: true, size: { width: 800, height: 1000 }, run: open },
  search: { hash: "#/containers?q=db" },
  narrow: { hash: "#/containers", size: { width: 800, height: 900 } },
  "narrow-sheet": { hash: "#/containers", size: { width: 800, height: 900 }, run: open },
  drawer: {
    hash: "#/containers",
    size: { width: 800, height: 900 },
    run: (page) => page.getByRole("button", { name: "Menu" }).click(),
  },
  help: { hash: "#/containers", run: (page) => page.keyboard.press("?") },
  processes: { hash: "#/processes" },
  host: { hash: "#/hosts?sel=vm;%3Chost%3E" },
  filtered: { hash: "#/containers?stopped=stopped" },
  keyboard: {
    hash: "#/containers",
    run: async (page) => {
      await page.getByRole("listbox", { name: "Nodes on the map" }).focus();
      await page.keyboard.press("ArrowRight");
      await page.keyboard.press("ArrowRight");
    },
  },
};

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
for (const [name, scene] of Object.entries(SCENES)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  const page = await browser.newPage({
    viewport: scene.size ?? WIDE,
    colorScheme: scene.dark ? "dark" : "light",
    reducedMotion: "reduce",
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") console.log(`${name}: ${message.text()}`);
  });
  page.on("pageerror", (error) => console.log(`${name}: ${error.stack}`));
  await page.goto(url + scene.hash);
  await page.getByRole("status", { name: "Connection" }).getByText("Live").waitFor();
  await page.evaluate(() => document.fonts.ready);
  await scene.run?.(page);
  await page.waitForTimeout(1200);
  await page.screenshot({ path: join(out, `${name}.png`) });
  await page.close();
}
await browser.close();
