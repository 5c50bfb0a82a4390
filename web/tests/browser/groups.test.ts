// Boxes in a real browser: chosen, opened and closed by mouse, keyboard and finger, kept in the link; and the overview
// of what does not fit into the window.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, until } from "./app";
import { CrowdApp } from "./crowd-app";
import { Session } from "./session";

const CROWD = 2000;
/** Boxes of the recording: two networks, and what is in both. */
const NETWORKS = 3;

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
  await session?.close();
});

function boxes(state: "open" | "closed") {
  return session.mirror.getByRole("option", { name: new RegExp(`${state} box of`) });
}

async function visit(hash = "#/containers"): Promise<void> {
  await session.visit(app.url, hash);
  await until("the map is there", async () => (await session.mirror.getByRole("option").count()) >= NETWORKS);
}

async function counts(open: number, closed: number): Promise<void> {
  const found = async () => [await boxes("open").count(), await boxes("closed").count()].join(" open, ");
  await until(
    `${open} boxes are open, ${closed} closed`,
    async () => (await found()) === `${open} open, ${closed}`,
  );
}

describe("boxes", () => {
  test("are chosen by the keyboard, and the link has them", async () => {
    await visit();
    const picker = session.page.getByLabel("Group by");
    await picker.focus();
    await picker.selectOption("network");
    await counts(NETWORKS, 0);
    expect(session.page.url()).toContain("group=network");
    await session.page.getByLabel("then by").selectOption("label:tier");
    await until("boxes are in boxes", async () => (await boxes("open").count()) > NETWORKS);
    const { hash } = new URL(session.page.url());
    const count = await boxes("open").count();
    await visit(hash);
    await counts(count, 0);
    await picker.selectOption("");
    await counts(0, 0);
    expect(session.page.url()).not.toContain("group=");
    expect(session.faults).toEqual([]);
  });

  test("close and open under the mouse", async () => {
    await visit("#/containers?group=network");
    await counts(NETWORKS, 0);
    const title = await session.feelForBox();
    await session.page.mouse.click(title.x, title.y);
    await counts(NETWORKS - 1, 1);
    expect(session.page.url()).toContain("box=box%3Anetwork");
    await session.page.getByRole("button", { name: "Close all boxes" }).click();
    await counts(0, NETWORKS);
    await session.stillPicture();
    const place = await session.feelForNode();
    await session.page.mouse.click(place.x, place.y);
    await until("a click on a closed box opens it", async () => (await boxes("closed").count()) < NETWORKS);
    await session.page.getByRole("button", { name: "Open all boxes" }).click();
    await counts(NETWORKS, 0);
    await session.page.goBack();
    await until("back closes them again", async () => (await boxes("closed").count()) > 0);
    expect(session.faults).toEqual([]);
  });

  test("close and open by the keyboard", async () => {
    await visit("#/containers?group=network");
    await counts(NETWORKS, 0);
    await session.mirror.focus();
    await session.page.keyboard.press("Home");
    await session.page.keyboard.press("Enter");
    await counts(NETWORKS - 1, 1);
    await session.page.keyboard.press("Enter");
    await counts(NETWORKS, 0);
  });

  test("close and open under a finger", async () => {
    await session.close();
    session = await Session.open("light", true);
    await visit("#/containers?group=network");
    await counts(NETWORKS, 0);
    const title = await session.feelForBox();
    await session.page.touchscreen.tap(title.x, title.y);
    await counts(NETWORKS - 1, 1);
    await session.page.getByRole("button", { name: "Close all boxes" }).tap();
    await counts(0, NETWORKS);
  });

  test("stand for a selected node that is in a closed one", async () => {
    await visit("#/containers?group=network");
    await session.nodes("payment").first().dispatchEvent("click");
    await session.details.getByRole("article", { name: "payment" }).waitFor();
    await session.page.getByRole("button", { name: "Close all boxes" }).click();
    await counts(0, NETWORKS);
    const selected = session.mirror.getByRole("option", { selected: true });
    await until("its box is selected", async () => (await selected.count()) === 1);
    expect(await selected.textContent()).toMatch(/^net2, closed box of/);
    await session.details.getByRole("article", { name: "payment" }).waitFor();
  });
});

describe("more nodes than can be read", () => {
  let crowd: CrowdApp;

  beforeAll(async () => {
    crowd = await CrowdApp.open(CROWD);
  });

  afterAll(async () => {
    await crowd?.close();
  });

  test("come in closed boxes, which say so and give way", async () => {
    await session.visit(crowd.url);
    await session.page.getByText(/^2,000 containers in \d+ boxes/).waitFor();
    expect(await boxes("closed").count()).toBeLessThan(50);
    await session.page.getByRole("button", { name: "Show all" }).click();
    await session.page.getByText("2,000 containers are more than can be read.").waitFor();
    expect(session.page.url()).toContain("group=none");
    await until("nodes are listed", async () => (await session.nodes().count()) >= CONTAINERS);
    await session.page.getByRole("button", { name: "Group by itself" }).click();
    await session.page.getByText(/^2,000 containers in \d+ boxes/).waitFor();
    expect(session.faults).toEqual([]);
  });

  test("have an overview as soon as something is outside the window", async () => {
    await session.visit(crowd.url);
    await until("boxes are there", async () => (await boxes("closed").count()) > 0);
    const overview = session.page.getByLabel(/^Overview of the map/);
    await session.stillPicture();
    expect(await overview.count()).toBe(0);
    for (const _ of [1, 2, 3]) await session.page.getByRole("button", { name: "Zoom in" }).click();
    await overview.waitFor();
    const before = await session.stillPicture();
    await overview.click({ position: { x: 20, y: 20 } });
    const after = await session.stillPicture();
    expect(after).not.toBe(before);
    await overview.focus();
    await session.page.keyboard.press("ArrowRight");
    await until("an arrow key moves the map", async () => (await session.stillPicture()) !== after);
    await session.page.keyboard.press("f");
    await overview.waitFor({ state: "detached" });
    expect(session.faults).toEqual([]);
  });
});
