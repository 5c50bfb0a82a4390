// Asks axe what it finds wrong with each screen, light and dark, wide and narrow, the details open; prints what it found.
// Usage: node bench/axe.mjs URL

import { readFileSync } from "node:fs";
import { chromium } from "playwright-core";

const [url = "http://127.0.0.1:4141/"] = process.argv.slice(2);
const axe = readFileSync(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");
const WIDE = { width: 1440, height: 900 };
const SCREENS = [
  ["graph", "#/containers", WIDE],
  ["table", "#/containers?mode=table", WIDE],
  ["processes", "#/processes?mode=table", WIDE],
  ["narrow", "#/containers", { width: 800, height: 1000 }],
  ["phone", "#/containers", { width: 390, height: 844 }],
];

const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-quic", "--use-gl=angle", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"],
});
let found = 0;
for (const colorScheme of ["light", "dark"]) {
  for (const [name, hash, viewport] of SCREENS) {
    const page = await browser.newPage({ viewport, colorScheme, reducedMotion: "reduce" });
    await page.goto(url + hash);
    await page.getByRole("status", { name: "Connection" }).getByText("Live").waitFor();
    await page.evaluate(axe);
    const ask = async (what) => {
      const { violations, passes } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
      found += violations.length;
      console.log(`${colorScheme} ${what}: ${violations.length} violations, ${passes.length} rules passed`);
      for (const { id, nodes } of violations) {
        for (const node of nodes.slice(0, 4)) console.log(`  ${id}: ${node.html.slice(0, 160)}\n    ${node.failureSummary.split("\n")[1]}`);
      }
    };
    const rows = page.getByRole("grid", { name: "Nodes" }).getByRole("row");
    const options = page.getByRole("listbox", { name: "Nodes on the map" }).getByRole("option");
    await rows.or(options).nth(1).waitFor({ state: "attached" });
    await ask(name);
    if ((await rows.count()) > 0) await rows.nth(1).click();
    else await options.first().dispatchEvent("click");
    await page.getByRole("complementary", { name: "Details" }).getByRole("heading", { level: 2 }).waitFor();
    await ask(`${name} with details`);
    await page.close();
  }
}
await browser.close();
process.exitCode = found === 0 ? 0 : 1;
