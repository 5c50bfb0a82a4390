// The reader arranges the map: drags and pins, tidies and takes back, picks several, asks for the way between two.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, until } from "./app";
import { CrowdApp } from "./crowd-app";
import { type Place, Session } from "./session";

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
  // What one test puts somewhere is shared with the next.
  await fetch(`${app.url}/api/positions/containers`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ pins: [] }),
  });
});

afterEach(async () => {
  await session?.close();
});

async function visit(url = app.url, hash = "#/containers"): Promise<void> {
  await session.visit(url, hash);
  await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
  await session.stillPicture();
}

async function isAt(id: string, place: Place): Promise<void> {
  await until(`${id} is there`, async () => (await session.nodeAt(place)) === id);
}

const selection = () => session.page.getByRole("region", { name: "Selection" });

describe("a node", () => {
  test("stays where the mouse puts it, over a reload, until it is taken back", async () => {
    await visit();
    const from = await session.feelForNode();
    const id = await session.nodeAt(from);
    const to = { x: from.x + 60, y: from.y + 90 };
    await session.drag(from, to);
    await isAt(id, to);
    await session.page.getByRole("region", { name: "Legend" }).getByText("put here").waitFor();
    await session.page.keyboard.press(".");
    await session.stillPicture();
    await session.page.getByRole("region", { name: "Legend" }).getByText("put here").waitFor();
    await session.page.keyboard.press("Control+z");
    await isAt(id, to);
    await session.page.reload();
    await session.page.getByRole("region", { name: "Legend" }).getByText("put here").waitFor();
    await session.drag(to, from);
    await session.page.keyboard.press("Control+z");
    await until("it can be picked", async () => {
      await session.page.mouse.move(0, 0);
      return (await session.page.getByRole("button", { name: "Undo" }).count()) === 0;
    });
    expect(session.faults).toEqual([]);
  });

  test("is where another reader has put it", async () => {
    await visit();
    const from = await session.feelForNode();
    const id = await session.nodeAt(from);
    await session.drag(from, { x: from.x + 30, y: from.y + 80 });
    const other = await Session.open();
    const first = session;
    try {
      session = other;
      await visit();
      const legend = session.page.getByRole("region", { name: "Legend" });
      await legend.getByText("put here").waitFor();
      await first.nodes().first().waitFor();
      await first.page.evaluate(() => window.localStorage.clear());
      await first.page.reload();
      await first.page.getByRole("region", { name: "Legend" }).getByText("put here").waitFor();
      expect(id).not.toBe("");
      expect(first.faults).toEqual([]);
    } finally {
      session = first;
      await other.close();
    }
  });

  test("stays where a finger puts it that rested first, and lets go again", async () => {
    await session.close();
    session = await Session.open("light", true);
    await visit();
    const from = await session.feelForNode();
    const id = await session.nodeAt(from);
    const to = { x: from.x + 40, y: from.y + 110 };
    await session.hold(from, to);
    await isAt(id, to);
    await session.page.touchscreen.tap(to.x, to.y);
    await selection().getByRole("button", { name: "Unpin" }).tap();
    await selection().waitFor({ state: "detached" });
    expect(session.faults).toEqual([]);
  });
});

describe("a tidy", () => {
  test("is taken back by the button", async () => {
    await visit();
    const from = await session.feelForNode();
    const id = await session.nodeAt(from);
    await session.page.getByRole("button", { name: "Tidy layout" }).click();
    await session.stillPicture();
    await session.page.getByRole("button", { name: "Undo" }).click();
    await isAt(id, from);
    await session.page.getByRole("button", { name: "Undo" }).waitFor({ state: "detached" });
  });
});

describe("several nodes", () => {
  test("are picked with shift, and the way between two is shown", async () => {
    await visit();
    await session.nodes("loadgen").first().dispatchEvent("click");
    await session.details.getByRole("article", { name: "loadgen" }).waitFor();
    await session.stillPicture();
    const place = await session.feelForNode();
    await session.page.keyboard.down("Shift");
    await session.page.mouse.click(place.x, place.y);
    await session.page.keyboard.up("Shift");
    await selection().getByText("2 containers selected").waitFor();
    await selection().getByRole("button", { name: "Show path" }).click();
    await selection()
      .getByText(/^\d+ steps?$|No way leads/)
      .waitFor();
    await session.page.keyboard.press("Escape");
    await selection().waitFor({ state: "detached" });
    await session.details.getByRole("article", { name: "loadgen" }).waitFor();
    expect(session.faults).toEqual([]);
  });

  test("are picked by a line around them", async () => {
    await visit();
    const box = await session.page.locator("main canvas").first().boundingBox();
    if (box === null) throw new Error("the map has no canvas");
    const [left, top] = [box.x + 10, box.y + 60];
    const [right, bottom] = [box.x + box.width - 10, box.y + box.height - 10];
    await session.page.keyboard.down("Shift");
    const start = await session.feelForNode();
    // Outside of everything: the line begins on the ground.
    await session.drag(
      { x: left, y: top },
      { x: right, y: top },
      { x: right, y: bottom },
      { x: left, y: bottom },
    );
    await session.page.keyboard.up("Shift");
    await selection().getByText(`${CONTAINERS} containers selected`).waitFor();
    await selection().getByRole("button", { name: "Clear" }).click();
    await selection().waitFor({ state: "detached" });
    expect(start.x).toBeGreaterThan(0);
  });
});

describe("a change", () => {
  test("leaves the others where they are, and shows for a while", async () => {
    const crowd = await CrowdApp.open(60);
    try {
      await visit(crowd.url);
      const place = await session.feelForNode();
      const id = await session.nodeAt(place);
      const legend = session.page.getByRole("region", { name: "Legend" });
      expect(await legend.getByText("just changed").count()).toBe(0);
      crowd.add("newcomer");
      await until("it is listed", async () => (await session.nodes("newcomer").count()) === 1);
      await legend.getByText("just changed").waitFor();
      await isAt(id, place);
    } finally {
      await crowd.close();
    }
  });
});

describe("a selected node that cannot be read", () => {
  test("brings its neighbours to it, and all go home with Escape", async () => {
    const crowd = await CrowdApp.open(300);
    try {
      await visit(crowd.url);
      const before = await session.stillPicture();
      await session.nodes("auth-").first().dispatchEvent("click");
      await session.details.getByRole("article").waitFor();
      await until("the map has come nearer", async () => {
        return (await session.page.getByLabel(/^Overview of the map/).count()) === 1;
      });
      await session.stillPicture();
      await session.page.keyboard.press("Escape");
      await session.details.waitFor({ state: "detached" });
      await until("everybody is home", async () => (await session.stillPicture()) === before);
      expect(session.faults).toEqual([]);
    } finally {
      await crowd.close();
    }
  });
});
