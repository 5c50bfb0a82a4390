// The graph and the table at 17, 300, 2,000 and 10,000 nodes, light and dark, compared with the pictures in
// `tests/pictures`. SCOPE_PICTURES_UPDATE=1 takes them anew: look at them before committing.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, test } from "vitest";
import { until } from "./app";
import { CrowdApp } from "./crowd-app";
import { difference } from "./pixels";
import { Session, type Theme } from "./session";

const FOLDER = resolve(import.meta.dirname, "../pictures");
const UPDATES = process.env.SCOPE_PICTURES_UPDATE === "1";
/** Small, because the pictures are in the repository. */
const WINDOW = { width: 1100, height: 700 };
/** So much of a picture may be otherwise: a label that gave way, a smoothing. */
const DIFFERENCE_MAX = 0.02;
const TEST_MS_MAX = 180_000;

/** The stage, once it is the same twice in a row. */
async function take(session: Session): Promise<Buffer> {
  await session.page.mouse.move(0, 0);
  let before: Buffer = Buffer.alloc(0);
  let now = before;
  await until("the page is still", async () => {
    before = now;
    now = await session.page.locator("main").screenshot();
    return now.length > 0 && now.equals(before);
  });
  return now;
}

async function check(count: number, mode: "graph" | "table", theme: Theme): Promise<void> {
  const app = await CrowdApp.open(count);
  const session = await Session.open(theme, false, WINDOW);
  try {
    await session.visit(app.url, `#/containers${mode === "table" ? "?mode=table" : ""}`);
    if (mode === "table") await session.table.getByRole("row").nth(5).waitFor();
    else await until("the map is drawn", async () => (await session.drawn()) > 0);
    const picture = await take(session);
    const path = resolve(FOLDER, `${mode}-${count}-${theme}.png`);
    if (UPDATES || !existsSync(path)) writeFileSync(path, picture);
    expect(await difference(session, picture, readFileSync(path)), path).toBeLessThan(DIFFERENCE_MAX);
    expect(session.faults).toEqual([]);
  } finally {
    await session.close();
    await app.close();
  }
}

/** The large ones take minutes where drawing is in software: SCOPE_ALL_SIZES=1 compares them too. */
const COUNTS = process.env.SCOPE_ALL_SIZES === "1" ? [17, 300, 2000, 10000] : [17, 300];

describe.each(COUNTS)("%i nodes", (count) => {
  for (const mode of ["graph", "table"] as const) {
    for (const theme of ["light", "dark"] as const) {
      test(`look as before: ${mode}, ${theme}`, () => check(count, mode, theme), TEST_MS_MAX);
    }
  }
});
