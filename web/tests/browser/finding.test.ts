// What axe finds wrong with the box, the table, the resources and the help: nothing.

import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, openApp } from "./app";
import { Session, type Theme } from "./session";

let app: App;

beforeAll(async () => {
  app = await openApp();
});

afterAll(async () => {
  await app?.stop();
});

async function lookThrough(theme: Theme): Promise<void> {
  const session = await Session.open(theme);
  const { page } = session;
  try {
    await session.visit(app.url, "#/containers?pin=o");
    await session.nodes("orders").first().waitFor({ state: "attached" });
    await page.keyboard.press("/");
    await page.keyboard.type("or");
    await page.getByRole("group", { name: /^Processes ·/ }).waitFor();
    expect(await session.axe(), "search").toEqual([]);
    await page.keyboard.press("Control+k");
    await session.offer("Show as table").waitFor();
    expect(await session.axe(), "commands").toEqual([]);
    await session.visit(app.url, "#/containers?mode=table");
    await session.table.getByRole("row").nth(2).waitFor();
    await page.getByRole("button", { name: "Columns" }).click();
    expect(await session.axe(), "table").toEqual([]);
    await session.visit(app.url, "#/containers?mode=resources&metric=Memory");
    await page.getByRole("treeitem").nth(2).waitFor();
    expect(await session.axe(), "resources").toEqual([]);
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: "Help" }).waitFor();
    expect(await session.axe(), "help").toEqual([]);
  } finally {
    await session.close();
  }
}

test("in light colours", () => lookThrough("light"));

test("in dark colours", () => lookThrough("dark"));
