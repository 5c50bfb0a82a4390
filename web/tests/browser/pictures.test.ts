// The pictures of the documents, drawn from the recorded report; `cargo xtask screenshots` keeps
// them in docs, the test run throws them away.

import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, until } from "./app";
import { Session, type Theme } from "./session";

const FOLDER = process.env.SCOPE_PICTURES ?? join(tmpdir(), "scope-pictures");

let app: App;

beforeAll(async () => {
  mkdirSync(FOLDER, { recursive: true });
  app = await openApp();
});

afterAll(async () => {
  await app?.stop();
});

/** Takes the picture once two in a row are the same: fonts are there and nothing moves. */
async function take(session: Session, name: string): Promise<void> {
  // The pointer would light up what it rests on.
  await session.page.mouse.move(0, 0);
  let before = "";
  await until("the page is still", async () => {
    const now = (await session.page.locator("main").screenshot()).toString("base64");
    const still = now === before;
    before = now;
    return still;
  });
  const picture = await session.page.screenshot({ path: join(FOLDER, `${name}.png`) });
  expect(picture.length).toBeGreaterThan(0);
}

async function graph(theme: Theme, name: string): Promise<void> {
  const session = await Session.open(theme);
  try {
    await session.visit(app.url);
    await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
    await take(session, name);
  } finally {
    await session.close();
  }
}

test("the graph in light colours", () => graph("light", "graph-light"));

test("the graph in dark colours", () => graph("dark", "graph-dark"));

test("a node in detail", async () => {
  const session = await Session.open();
  try {
    await session.visit(app.url, "#/containers?mode=table");
    const row = session.table.getByRole("row", { name: /^orders\b/ }).first();
    await row.click();
    await session.details.getByRole("article", { name: "orders" }).waitFor();
    await session.mode("Graph").click();
    await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
    await take(session, "details");
  } finally {
    await session.close();
  }
});

test("the table", async () => {
  const session = await Session.open();
  try {
    await session.visit(app.url, "#/containers?mode=table");
    await session.table.getByRole("row").nth(CONTAINERS).waitFor();
    await take(session, "table");
  } finally {
    await session.close();
  }
});
