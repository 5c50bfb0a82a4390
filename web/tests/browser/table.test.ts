// The table: columns, keyboard, copy and download, in a real browser.

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
  await session.visit(app.url, "#/containers?mode=table&sort=name");
  await session.table.getByRole("row").nth(CONTAINERS).waitFor();
});

afterEach(async () => {
  expect(session?.faults).toEqual([]);
  await session?.close();
});

const head = (name: string) => session.table.getByRole("columnheader", { name, exact: true });

const press = async (...keys: string[]) => {
  for (const key of keys) await session.page.keyboard.press(key);
};

/** Lets the page use the clipboard, and reads it. */
async function clipboard(): Promise<() => Promise<string>> {
  await session.page.context().grantPermissions(["clipboard-read", "clipboard-write"], { origin: app.url });
  return () => session.page.evaluate(() => navigator.clipboard.readText());
}

test("columns are chosen, and stay chosen", async () => {
  await head("Uptime").waitFor();
  await session.page.getByRole("button", { name: "Columns" }).click();
  const choice = session.page.getByRole("checkbox", { name: "Uptime" });
  await choice.click();
  await head("Uptime").waitFor({ state: "detached" });
  await press("Escape");
  await choice.waitFor({ state: "detached" });
  await session.page.reload();
  await head("Host").waitFor();
  expect(await head("Uptime").count()).toBe(0);
  await session.page.getByRole("button", { name: "Columns" }).click();
  await session.page.getByRole("button", { name: "Show all columns" }).click();
  await head("Uptime").waitFor();
});

test("rows and columns by the keyboard: move, sort, copy, open", async () => {
  const read = await clipboard();
  await session.table.focus();
  await press("ArrowDown", "ArrowDown", "ArrowRight");
  const second = session.table.locator('[aria-rowindex="3"]');
  const name = (await second.getByRole("gridcell").first().textContent()) ?? "";
  await press("Control+c");
  await until("the cell is copied", async () => (await read()) === name);
  await press("ArrowLeft", "Control+c");
  await until("the row is copied", async () => (await read()).startsWith(`${name}\t`));
  await press("ArrowRight", "s");
  await until(
    "the names run backwards",
    async () => (await head("Name").getAttribute("aria-sort")) === "descending",
  );
  await press("Enter");
  await session.details.getByRole("article", { name }).waitFor();
});

test("the table is copied and downloaded as it is shown", async () => {
  const read = await clipboard();
  const tools = session.page.getByRole("toolbar", { name: "Table" });
  await session.search.fill("orders");
  await until("few rows are left", async () => (await session.table.getByRole("row").count()) < CONTAINERS);
  const rows = (await session.table.getByRole("row").count()) - 1;
  await tools.getByRole("button", { name: "Copy" }).click();
  await tools.getByRole("button", { name: "Copied" }).waitFor();
  expect((await read()).split("\n")).toHaveLength(rows + 1);
  const [download] = await Promise.all([
    session.page.waitForEvent("download"),
    tools.getByRole("button", { name: "CSV" }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/^scope-containers-.*\.csv$/);
  const lines = readFileSync(await download.path(), "utf8")
    .trimEnd()
    .split("\r\n");
  expect(lines).toHaveLength(rows + 1);
  expect(lines[0]).toMatch(/^Name,CPU \(%\),Memory \(bytes\),/);
});

test("metrics have a line in their cells", async () => {
  const cell = session.table
    .getByRole("row", { name: /^orders\b/ })
    .first()
    .getByRole("gridcell")
    .nth(1);
  await cell.locator("svg path").first().waitFor({ state: "attached" });
});
