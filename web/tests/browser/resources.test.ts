// The resources: blocks by pointer, keyboard and touch, and what the link keeps of them.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { type App, openApp, until } from "./app";
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
});

afterEach(async () => {
  expect(session?.faults).toEqual([]);
  await session?.close();
});

const tree = () => session.page.getByRole("tree");
const blocks = (name: RegExp) => tree().getByRole("treeitem", { name });

test("a metric is picked, a block opens its details, and the link has it all", async () => {
  await session.visit(app.url, "#/containers");
  await session.page.keyboard.press("r");
  await blocks(/^vm .*, host$/).waitFor();
  await session.page
    .getByRole("radiogroup", { name: "Resource" })
    .getByRole("radio", { name: "Memory" })
    .click();
  const host = blocks(/^vm [\d.]+ % used, .+ GB of .+ GB, host$/);
  await host.waitFor();
  await session.page
    .getByRole("radiogroup", { name: "Areas" })
    .getByRole("radio", { name: "Of capacity" })
    .click();
  const largest = blocks(/^scope .+ GB, process$/).first();
  await largest.click();
  await session.details.getByRole("article", { name: /scope/ }).waitFor();
  expect(await largest.getAttribute("aria-selected")).toBe("true");
  const { hash } = new URL(session.page.url());
  for (const part of ["mode=resources", "metric=Memory", "scale=capacity", "card=processes/"]) {
    expect(hash).toContain(part);
  }
  await session.visit(app.url, hash);
  await host.waitFor();
  await session.details.getByRole("article", { name: /scope/ }).waitFor();
});

test("the arrows lead in, beside and out, Enter opens", async () => {
  await session.visit(app.url, "#/containers?mode=resources&metric=Memory");
  await blocks(/^vm .*, host$/).waitFor();
  await tree().focus();
  const active = async () => {
    const id = await tree().getAttribute("aria-activedescendant");
    return session.page.evaluate((own) => document.getElementById(own ?? "")?.getAttribute("aria-label"), id);
  };
  await session.page.keyboard.press("ArrowDown");
  expect(await active()).toMatch(/^vm .*, host$/);
  await session.page.keyboard.press("ArrowDown");
  const first = await active();
  expect(first).not.toMatch(/^vm .*, host$/);
  await session.page.keyboard.press("ArrowRight");
  expect(await active()).not.toBe(first);
  await session.page.keyboard.press("ArrowUp");
  expect(await active()).toMatch(/^vm .*, host$/);
  await session.page.keyboard.press("Enter");
  await session.details.getByRole("article", { name: "vm" }).waitFor();
});

test("a search fades what it does not match", async () => {
  await session.visit(app.url, "#/containers?mode=resources&metric=Memory&q=etcd");
  await blocks(/^etcd .*, process$/)
    .first()
    .waitFor();
  await until("the rest has faded", async () => (await tree().locator('[data-faded="true"]').count()) > 0);
  expect(
    await blocks(/^etcd .*, process$/)
      .first()
      .getAttribute("data-faded"),
  ).toBe("false");
});
