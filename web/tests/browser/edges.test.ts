// Edges in a real browser: pointed at, clicked, reached from a table, drawn by what they carry, and silent with a reason.

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, until } from "./app";
import { Session, type Theme } from "./session";

const AXE = readFileSync(resolve(import.meta.dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");

let told: App;
let silent: App;
let session: Session;

beforeAll(async () => {
  told = await openApp(true);
  silent = await openApp();
});

afterAll(async () => {
  await told?.stop();
  await silent?.stop();
});

beforeEach(async () => {
  session = await Session.open();
});

afterEach(async () => {
  await session?.close();
});

async function visit(app: App, hash = "#/containers"): Promise<void> {
  await session.visit(app.url, hash);
  await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
}

/** Opens the edge from orders to its database by the table of connections. */
async function openEdge(): Promise<void> {
  await session.nodes("orders").first().dispatchEvent("click");
  const outbound = session.details.getByRole("table", { name: "Outbound" });
  const button = outbound.getByRole("button", { name: "Edge: Outbound orders-db" });
  await button.focus();
  await session.page.keyboard.press("Enter");
  await session.details.getByRole("article", { name: "orders → orders-db" }).waitFor();
}

async function axeFaults(): Promise<string[]> {
  await session.page.evaluate(AXE);
  return session.page.evaluate(async () => {
    const { axe } = window as unknown as { axe: { run(): Promise<{ violations: { id: string }[] }> } };
    return (await axe.run()).violations.map(({ id }) => id);
  });
}

describe("an edge", () => {
  test("is found by the pointer, opens, and closes with Escape", async () => {
    await visit(told);
    await until("the canvas shows the map", async () => (await session.colours()) > 50);
    const place = await session.feelForEdge();
    await session.page.mouse.click(place.x, place.y);
    await session.details.getByRole("article", { name: / → / }).waitFor();
    expect(session.page.url()).toContain("~%3E");
    expect(await session.mirror.getByRole("option", { selected: true }).count()).toBe(0);
    await session.page.keyboard.press("Escape");
    await session.details.waitFor({ state: "detached" });
    expect(session.faults).toEqual([]);
  });

  test("is reached by the keyboard, with figures, history and evidence", async () => {
    await visit(told);
    await openEdge();
    const metrics = session.details.getByRole("region", { name: "Metrics" });
    for (const name of [/^Sent .*\/s/, /^Received .*\/s/, /^Round trip .* ms/, /^Opened \d/]) {
      await metrics.getByRole("img", { name }).waitFor();
    }
    const evidence = session.details.getByRole("region", { name: "Evidence" });
    await evidence
      .getByText(/Seen on vm as client, from kernel events/)
      .first()
      .waitFor();
    await evidence.getByRole("button", { name: "orders-db" }).first().click();
    await session.details.getByRole("article", { name: "orders-db", exact: true }).waitFor();
    await session.page.keyboard.press("Escape");
    await session.details.getByRole("article", { name: "orders → orders-db" }).waitFor();
    await session.page.keyboard.press("Escape");
    await session.details.getByRole("article", { name: "orders", exact: true }).waitFor();
  });

  test("shows the value under the pointer", async () => {
    await visit(told);
    await openEdge();
    const chart = session.details.getByRole("img", { name: /^Sent/ });
    await chart.hover({ position: { x: 4, y: 8 } });
    await session.details
      .getByText(/\d{2}:\d{2}:\d{2}/)
      .first()
      .waitFor();
  });

  test("is in the link", async () => {
    await visit(told);
    await openEdge();
    const { hash } = new URL(session.page.url());
    const other = await Session.open();
    try {
      await other.visit(told.url, hash);
      await other.details.getByRole("article", { name: "orders → orders-db" }).waitFor();
    } finally {
      await other.close();
    }
  });

  test("of which nobody tells anything says why", async () => {
    await visit(silent);
    await openEdge();
    await session.details.getByText("Not measured").waitFor();
    await session.details.getByText(/The probe on vm \(1\.13\.\d\) does not tell/).waitFor();
    await session.details.getByText("No probe measured it.").first().waitFor();
  });
});

describe("the edges of the map", () => {
  test("show what is chosen, and the legend says how to read it", async () => {
    await visit(told);
    const choice = session.page.getByRole("radiogroup", { name: "Edges show" });
    const legend = session.page.getByRole("region", { name: "Legend" });
    const before = await session.colours();
    await choice.getByRole("radio", { name: "Round trip" }).click();
    await legend.getByText("10 to 100 ms").waitFor();
    expect(session.page.url()).toContain("edges=rtt");
    await until("edges have colours", async () => (await session.colours()) > before);
    await choice.getByRole("radio", { name: "Failures" }).click();
    await legend.getByText("None failed").waitFor();
    await choice.getByRole("radio", { name: "Nothing" }).click();
    await legend.getByText("None failed").waitFor({ state: "detached" });
    expect(session.page.url()).not.toContain("edges=");
    expect(session.faults).toEqual([]);
  });

  for (const theme of ["light", "dark"] as const satisfies readonly Theme[]) {
    test(`and their card satisfy axe in ${theme} colours`, async () => {
      await session.close();
      session = await Session.open(theme);
      await visit(told, "#/containers?edges=rtt");
      await openEdge();
      await session.details.getByRole("region", { name: "Evidence" }).waitFor();
      expect(await axeFaults()).toEqual([]);
    });
  }
});
