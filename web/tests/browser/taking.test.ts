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
