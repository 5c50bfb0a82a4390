// Details, table, colours, links and a lost connection, in a real browser.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
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
  await session?.close();
});

describe("details", () => {
  test("metrics and connections of a container", async () => {
    await session.openDetails("orders");
    const metrics = session.details.getByRole("region", { name: "Metrics" });
    expect(await metrics.getByRole("img", { name: /^CPU/ }).count()).toBe(1);
    expect(await metrics.getByRole("img", { name: /^Memory/ }).count()).toBe(1);
    const tables = session.details.getByRole("table");
    await until("connections are listed", async () => (await tables.getByRole("button").count()) > 0);
    expect(await session.details.getByRole("region", { name: /Inbound|Outbound/ }).count()).toBeGreaterThan(
      0,
    );
  });

  test("a connection leads to its other end and back", async () => {
    await session.openDetails("orders");
    const outbound = session.details.getByRole("table", { name: /Outbound/ });
    const link = outbound.getByRole("row").nth(1).getByRole("button").first();
    const name = (await link.textContent()) ?? "";
    await link.click();
    await session.details.getByRole("article", { name }).waitFor();
    await session.details.getByRole("button", { name: /^Back/ }).click();
    await session.details.getByRole("article", { name: "orders" }).waitFor();
  });
});

describe("the map for ears", () => {
  test("a node is said with its metric and neighbours, a step with its connection", async () => {
    const { page, mirror } = session;
    const words = (await session.nodes("orders").first().textContent()) ?? "";
    expect(words).toMatch(/^orders, CPU [\d.]+ %, \d+ neighbours?$/);
    await mirror.focus();
    await page.keyboard.press("End");
    const said = mirror.locator("+ [role=status]");
    for (const key of ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown"]) {
      await page.keyboard.press(key);
      await until("the step is said", async () => /\.$/.test((await said.textContent()) ?? ""));
    }
    expect(await said.textContent()).toMatch(/connects? to|leads that way|lies beyond/);
  });
});

describe("the frame", () => {
  test("the table has a row for each container", async () => {
    await session.mode("Table").click();
    const rows = session.table.getByRole("row");
    // The head is a row too.
    await until("the rows are there", async () => (await rows.count()) > CONTAINERS);
    expect(session.page.url()).toContain("mode=table");
  });

  test("dark colours are one key away and stay", async () => {
    const ground = () => session.page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await ground();
    await session.page.keyboard.press("d");
    await until("the ground is dark", async () => (await ground()) !== light);
    const dark = await ground();
    await session.page.reload();
    await until("it is still dark", async () => (await ground()) === dark);
  });

  test("a link restores view, search, mode and node", async () => {
    await session.openDetails("users");
    await session.search.fill("users");
    await until("the link has it all", async () => session.page.url().includes("q=users"));
    const link = session.page.url();
    const other = await Session.open();
    try {
      await other.visit(app.url, new URL(link).hash);
      await other.details.getByRole("article", { name: "users" }).waitFor();
      await other.table.waitFor();
      expect(await other.search.inputValue()).toBe("users");
    } finally {
      await other.close();
    }
  });

  test("a lost app is said, and the map comes back by itself", async ({ skip }) => {
    if (!(await app.stop())) skip("the app at SCOPE_URL is not ours to stop");
    await session.page.getByText("Reconnecting…").first().waitFor();
    expect(await session.nodes().count()).toBeGreaterThanOrEqual(CONTAINERS);
    await app.start();
    await session.connection.getByText("Live").waitFor();
    await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
    expect(session.faults).toEqual([]);
  });
});
