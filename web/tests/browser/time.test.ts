// The line of time, driven as a reader would: by keyboard, by mouse, by link.

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { until } from "./app";
import { ChangingApp } from "./changing-app";
import { Session } from "./session";

/** The operator's ways to group. */
const TIERS = `
[[by]]
name = "Tier"

[[by.group]]
name = "Data"
colour = "violet"
names = ["*-db", "queue"]

[[by.group]]
name = "Front"
names = ["edge-*", "frontend"]
`;

/** Recorded containers of which two go, one comes and one is paused. */
const BEFORE = 17;
const AFTER = 16;

let app: ChangingApp;
let session: Session;
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "scope-groups-"));
  writeFileSync(groupsFile(), TIERS);
  app = await ChangingApp.open([`--app.groups=${groupsFile()}`]);
  const told = async (key: "added" | "removed") => {
    const { steps } = await (await fetch(`${app.url}/api/history`)).json();
    return steps.some((step: Record<string, number>) => (step[key] ?? 0) > 0);
  };
  const kept = async () => (await (await fetch(`${app.url}/api/history`)).json()).moments.length;
  await until("some moments are kept", async () => (await kept()) > 3);
  app.change({ come: ["newcomer"], paused: ["carts"], gone: ["payment", "web"] });
  await until("they are gone", async () => (await told("removed")) && told("added"));
  session = await Session.open();
});

afterAll(async () => {
  await session?.close();
  await app?.close();
  rmSync(folder, { recursive: true, force: true });
});

function groupsFile(): string {
  return join(folder, "groups.toml");
}

function count(expected: number): Promise<void> {
  return until(`${expected} containers are shown`, async () => (await session.nodes().count()) === expected);
}

function button(name: string | RegExp) {
  return session.page.getByRole("button", { name, exact: true });
}

function timeline() {
  return session.page.getByRole("region", { name: "Timeline" });
}

function slider() {
  return timeline().getByRole("slider", { name: "Moment" });
}

function address(): URLSearchParams {
  return new URLSearchParams(new URL(session.page.url()).hash.split("?")[1] ?? "");
}

describe("time", () => {
  test("stands still on a key and goes on on the same", async () => {
    await session.visit(app.url);
    await count(AFTER);
    await session.page.keyboard.press(" ");
    await until(
      "it says that this is the past",
      async () => (await session.connection.textContent()) === "Past",
    );
    expect(await timeline().getByRole("status").textContent()).toMatch(
      /^As of \d\d:\d\d:\d\d · (.* ago|just now)/,
    );
    app.change({ come: ["newcomer", "later"] });
    await until("the app shows more", async () => {
      const { nodes } = await (await fetch(`${app.url}/api/topology/containers?stopped=running`)).json();
      return Object.keys(nodes).some((id) => id.startsWith("later"));
    });
    expect(await session.nodes().count()).toBe(AFTER);
    await session.page.keyboard.press(" ");
    await count(AFTER + 1);
    app.change({ come: ["newcomer"] });
    expect(address().has("at")).toBe(false);
  });

  test("is gone through by keys", async () => {
    await session.page.keyboard.press("h");
    await slider().focus();
    await session.page.keyboard.press("Home");
    await count(BEFORE);
    expect(await slider().getAttribute("aria-valuetext")).toMatch(/^As of/);
    const first = address().get("at");
    await session.page.keyboard.press("ArrowRight");
    await until("a step goes on", async () => address().get("at") !== first);
    await session.page.keyboard.press("ArrowLeft");
    await until("and back", async () => address().get("at") === first);
    await session.page.keyboard.press("Shift+ArrowRight");
    await until("to what came", async () => (await session.nodes("newcomer").count()) === 1);
    const link = new URL(session.page.url()).hash;
    await session.page.keyboard.press("End");
    await until("now", async () => !address().has("at"));
    await session.visit(app.url, link);
    await until("a link leads there", async () => (await session.nodes("newcomer").count()) === 1);
    expect(address().get("at")).not.toBe(null);
    await button("Back to live").first().click();
    await until("and there is a way back", async () => !address().has("at"));
  });

  test("is gone through by mouse, and plays", async () => {
    if ((await slider().count()) === 0) await button("Timeline").click();
    await until(
      "what happened is drawn",
      async () => (await timeline().locator(".timeline-bar").count()) > 0,
    );
    const box = await slider().boundingBox();
    if (box === null) throw new Error("the line of time has no place");
    const y = box.y + box.height / 2;
    await session.page.mouse.click(box.x + box.width * 0.97, y);
    await until("a press chooses a moment", async () => address().has("at"));
    const chosen = address().get("at");
    await session.drag({ x: box.x + box.width * 0.97, y }, { x: box.x + box.width * 0.93, y });
    await until("a drag takes it along", async () => (address().get("at") ?? "") < (chosen ?? ""));
    await timeline().getByRole("radio", { name: "4×" }).check();
    await button("Play").click();
    await until("it arrives at the present", async () => !address().has("at"));
    expect(session.faults).toEqual([]);
  });

  test("compares two moments", async () => {
    await slider().focus();
    await session.page.keyboard.press("Home");
    await count(BEFORE);
    await button("Compare").click();
    const names = (title: string) =>
      timeline().getByRole("region", { name: title }).getByRole("button").allTextContents();
    await until("the gone are told", async () => (await names("Gone")).join() === "payment,web");
    expect(await names("Came")).toEqual(["newcomer"]);
    expect(await names("Changed")).toContain("carts");
    await until("they are marked on the map", async () => {
      return (await session.page.locator(".map-difference.came").count()) === 1;
    });
    expect(await session.axe()).toEqual([]);
    await timeline().getByRole("button", { name: "payment" }).click();
    await session.details.getByRole("article", { name: "payment" }).waitFor();
    expect(await session.details.textContent()).toContain("actions are for the present");
    await button("Stop comparing").first().click();
    await until("the marks go", async () => (await session.page.locator(".map-difference").count()) === 0);
    await session.page.keyboard.press("Escape");
  });

  test("is zoomed by the wheel and moved by its axis", async () => {
    // As if the app had run for nine minutes: a test cannot wait for them.
    await session.page.route("**/api/history", async (route) => {
      const answer = await route.fetch();
      const told = await answer.json();
      const early = Date.parse(told.now) - 9 * 60_000;
      await route.fulfill({ json: { ...told, moments: [early, ...told.moments] } });
    });
    const axis = timeline().locator(".timeline-axis");
    const labels = async () => (await axis.locator("span").allTextContents()).join(" ");
    await until(
      "nine minutes are shown",
      async () => (await axis.locator("span").count()) <= 8 && !/:\d\d:/.test(await labels()),
    );
    const whole = await labels();
    const box = await axis.boundingBox();
    if (box === null) throw new Error("the axis has no place");
    await session.page.mouse.move(box.x + box.width / 2, box.y - 20);
    await session.page.mouse.wheel(0, -1500);
    await until("the wheel shows less", async () => /:\d\d:\d\d/.test(await labels()));
    const near = await labels();
    await session.drag({ x: box.x + 200, y: box.y + 8 }, { x: box.x + 700, y: box.y + 8 });
    await until("a drag of the axis shows what was before", async () => (await labels()) !== near);
    await timeline().getByRole("button", { name: "All" }).click();
    await until("all of it again", async () => !/:\d\d:\d\d/.test(await labels()));
    expect((await labels()).length).toBe(whole.length);
    await session.page.unroute("**/api/history");
  });

  test("says why nothing is known of a time", async () => {
    await session.visit(app.url, "#/containers?at=2001-01-01T00:00:00.000Z");
    await session.page.getByText("Nothing is kept of that time").waitFor();
    await session.page.getByText(/The app was started later: what it knows begins at/).waitFor();
    await button("To the first moment").click();
    await count(BEFORE);
    expect(session.faults).toEqual([]);
  });
});

describe("the map", () => {
  test("is grouped as the operator's file says, anew when it changes", async () => {
    await session.visit(app.url);
    await count(AFTER);
    const picker = session.page.getByLabel("Group by");
    const offers = async () => (await picker.locator("option").allTextContents()).join();
    await until("the way is offered", async () => (await offers()).includes("Tier (2)"));
    await picker.selectOption("own:Tier");
    const boxes = session.mirror.getByRole("option", { name: / box of/ });
    const names = async () =>
      (await boxes.allTextContents())
        .map((text) => text.split(",")[0])
        .sort()
        .join();
    await until("boxes are those of the file", async () => (await names()) === "Data,Front,No tier");
    await button("Close all boxes").click();
    await until("closed boxes stand for them", async () => (await session.nodes().count()) === 3);
    expect(address().get("group")).toBe("own:Tier");
    writeFileSync(groupsFile(), TIERS.replace("Front", "Edge"));
    await until("the file is read again", async () => (await names()) === "Data,Edge,No tier");
    await button("Open all boxes").click();
    await picker.selectOption("");
  });

  test("tells by its edges what was sent again", async () => {
    await session.page.getByRole("radio", { name: "Retransmits" }).check();
    await session.page.getByText("Edges: retransmits").waitFor();
    await session.page.getByText("Below 10 segments").waitFor();
    expect(address().get("edges")).toBe("retransmits");
    expect(session.faults).toEqual([]);
  });
});
