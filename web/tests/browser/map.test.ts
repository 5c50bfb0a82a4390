// The map in a real browser: it is drawn, answers to pointer and keyboard, and finds things.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, until } from "./app";
import { Session } from "./session";

/** A map of one colour, its anti-aliasing and a scroll bar has fewer. */
const COLOURS_MIN = 50;

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
});

afterEach(async () => {
  await session?.close();
});

async function optionCount(): Promise<number> {
  return session.nodes().count();
}

describe("the map", () => {
  test("every container is drawn", async () => {
    await until("17 containers are listed", async () => (await optionCount()) >= CONTAINERS);
    await until("the canvas shows them", async () => (await session.colours()) > COLOURS_MIN);
    expect(session.faults).toEqual([]);
  });

  test("a search tells what matches", async () => {
    await until("the map is there", async () => (await optionCount()) >= CONTAINERS);
    await session.page.keyboard.press("/");
    await session.page.keyboard.type("orders");
    await session.page
      .locator("output")
      .filter({ hasText: /^\d+ match(es)?$/ })
      .waitFor();
    expect(session.page.url()).toContain("q=orders");
    await session.search.fill("no such thing");
    await session.page.locator("output").filter({ hasText: "No match" }).waitFor();
    await session.page.keyboard.press("Escape");
    expect(await session.search.inputValue()).toBe("");
  });

  test("a click opens details, Escape closes them", async () => {
    await until("the map is there", async () => (await optionCount()) >= CONTAINERS);
    await until("the canvas shows them", async () => (await session.colours()) > COLOURS_MIN);
    const place = await session.feelForNode();
    await session.page.mouse.click(place.x, place.y);
    await session.details.getByRole("article").waitFor();
    expect(await session.mirror.getByRole("option", { selected: true }).count()).toBe(1);
    await session.page.keyboard.press("Escape");
    await session.details.waitFor({ state: "detached" });
  });

  test("the keyboard walks and opens details", async () => {
    await until("the map is there", async () => (await optionCount()) >= CONTAINERS);
    await session.mirror.focus();
    await session.page.keyboard.press("Home");
    await session.page.keyboard.press("Enter");
    await session.details.getByRole("article").waitFor();
    const first = await session.details.getByRole("heading", { level: 2 }).textContent();
    await session.mirror.focus();
    await session.page.keyboard.press("End");
    await session.page.keyboard.press("Enter");
    await until("another node is shown", async () => {
      const shown = await session.details.getByRole("heading", { level: 2 }).textContent();
      return shown !== first;
    });
  });
});
