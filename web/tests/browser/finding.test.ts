// What axe finds wrong with the box, the table, the resources and the help: nothing, in high contrast least of all.

import { afterAll, beforeAll, expect, test } from "vitest";
import {
  MAP_SHORTCUTS,
  OTHER_SHORTCUTS,
  PAGE_SHORTCUTS,
  TABLE_SHORTCUTS,
  TIMELINE_SHORTCUTS,
} from "../../src/domain/shortcuts";
import { en } from "../../src/text/en";
import { type App, openApp, until } from "./app";
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
    const help = page.getByRole("dialog", { name: "Help" });
    await help.waitFor();
    expect(await session.axe(), "help").toEqual([]);
    const all = [PAGE_SHORTCUTS, MAP_SHORTCUTS, TABLE_SHORTCUTS, TIMELINE_SHORTCUTS, OTHER_SHORTCUTS].flat();
    expect(await help.locator(".help-keys dd").allTextContents(), "keys").toEqual(
      all.map(({ id }) => en.help.shortcuts[id]),
    );
  } finally {
    await session.close();
  }
}

/** Text of a contrast that WCAG asks for at its third level. */
const ENHANCED = ["color-contrast-enhanced"];

/** The table and a card, and the map, whose colours are painted. */
async function lookInHighContrast(theme: Theme, onMap: (session: Session) => Promise<void>): Promise<void> {
  const session = await Session.openAs({ colorScheme: theme, contrast: "more" });
  try {
    await session.visit(app.url, "#/containers?mode=table");
    await session.table.getByRole("row").nth(1).click();
    await session.details.getByRole("article").waitFor();
    expect(await session.page.evaluate(() => document.documentElement.dataset.contrast)).toBe("high");
    expect(await session.axe(ENHANCED), "table and details").toEqual([]);
    await session.visit(app.url, "#/containers?mode=graph&edges=rtt");
    await session.nodes("orders").first().waitFor({ state: "attached" });
    expect(await session.axe(ENHANCED), "map").toEqual([]);
    await onMap(session);
  } finally {
    await session.close();
  }
}

test("in high contrast, light: the map takes the contrast that is chosen", () =>
  lookInHighContrast("light", async (session) => {
    const high = await session.stillPicture();
    await session.page.getByRole("button", { name: "Settings" }).click();
    await session.page.getByRole("radio", { name: "Usual" }).click();
    await until("the map has the usual colours", async () => (await session.stillPicture()) !== high);
  }));

test("in high contrast, dark: the help and the timeline", () =>
  lookInHighContrast("dark", async (session) => {
    await session.page.keyboard.press("h");
    await session.page.getByRole("slider", { name: "Moment" }).waitFor();
    expect(await session.axe(ENHANCED), "timeline").toEqual([]);
    await session.page.keyboard.press("?");
    await session.page.getByRole("dialog", { name: "Help" }).waitFor();
    expect(await session.axe(ENHANCED), "help").toEqual([]);
  }));

test("in light colours", () => lookThrough("light"));

test("in dark colours", () => lookThrough("dark"));
