// Taking it along: pictures and texts of what is seen, and the page on paper.

import { readFileSync } from "node:fs";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, until } from "./app";
import { Session } from "./session";

let app: App;
let session: Session;

beforeAll(async () => {
  app = await openApp();
});

afterAll(async () => {
  await app?.stop();
});

beforeEach(async () => {
  session = await Session.open();
  await session.visit(app.url);
  await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
});

afterEach(async () => {
  expect(session?.faults).toEqual([]);
  await session?.close();
});

/** The file that the menu offers under that name. */
async function exported(label: string): Promise<Buffer> {
  const menu = session.page.getByRole("button", { name: "Export" });
  if ((await menu.getAttribute("aria-expanded")) !== "true") await menu.click();
  const [download] = await Promise.all([
    session.page.waitForEvent("download"),
    session.page.getByRole("button", { name: new RegExp(`^${label}`) }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^scope-containers-/);
  return readFileSync(await download.path());
}

test("pictures and texts have every container that is seen", async () => {
  // The layout comes from a worker, a moment after the nodes.
  await session.feelForNode();
  const svg = (await exported("SVG")).toString();
  expect(svg.match(/<text/g)?.length ?? 0).toBeGreaterThanOrEqual(CONTAINERS);
  expect(svg).toContain(">orders<");
  const png = await exported("PNG");
  expect(png.subarray(1, 4).toString()).toBe("PNG");
  expect(png.length).toBeGreaterThan(10_000);
  const mermaid = (await exported("Mermaid")).toString();
  expect(mermaid).toMatch(/^flowchart LR\n/);
  expect(mermaid.match(/-->/g)?.length ?? 0).toBeGreaterThan(0);
  const dot = (await exported("DOT")).toString();
  expect(dot.match(/\[label=/g)).toHaveLength(CONTAINERS);
  const json: unknown = JSON.parse((await exported("JSON")).toString());
  expect(json).toMatchObject({ view: "containers" });
});

test("a command takes it along too, without what is filtered out", async () => {
  await session.search.fill("orders");
  await session.page.keyboard.press("Enter");
  await session.chip("orders").waitFor();
  await session.page.keyboard.press("Control+k");
  await session.page.keyboard.type("save as dot");
  const [download] = await Promise.all([
    session.page.waitForEvent("download"),
    session.page.keyboard.press("Enter"),
  ]);
  const dot = readFileSync(await download.path()).toString();
  expect(dot.match(/\[label=/g)?.length ?? 0).toBeLessThan(CONTAINERS);
});

test("embedded, it is the picture alone, with nothing to act on", async () => {
  await session.page.goto("about:blank");
  await session.page.goto(`${app.url}/?embed=1#/containers`);
  await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
  await session.feelForNode();
  for (const gone of [
    session.search,
    session.connection,
    session.page.getByRole("navigation"),
    session.page.getByRole("button", { name: "Tidy layout" }),
  ]) {
    expect(await gone.filter({ visible: true }).count()).toBe(0);
  }
  await session.nodes("orders").first().dispatchEvent("click");
  await session.page.keyboard.press("?");
  await session.page.keyboard.press("Control+k");
  expect(await session.details.count()).toBe(0);
  expect(await session.page.getByRole("dialog").count()).toBe(0);
  const link = session.page.getByRole("link", { name: /Open in Scope/ });
  expect(await link.getAttribute("href")).toMatch(/^\/#\/containers/);
});

test("on paper there is the picture in light colours", async () => {
  const { page } = session;
  await session.feelForNode();
  await page.keyboard.press("d");
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  // Browsers tell of it first and lay the page out for paper then.
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  await page.emulateMedia({ media: "print" });
  const picture = page.locator(".print-picture svg");
  expect(await picture.isVisible()).toBe(true);
  expect(await picture.locator("text").count()).toBeGreaterThanOrEqual(CONTAINERS);
  expect(await session.search.isVisible()).toBe(false);
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("light");
  await page.evaluate(() => window.dispatchEvent(new Event("afterprint")));
  expect(await picture.count()).toBe(0);
  expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
  expect((await page.pdf()).subarray(0, 4).toString()).toBe("%PDF");
});
