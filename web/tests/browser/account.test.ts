// Signing in and out over a page that stays as it is, and the audit log. Who is signed in is played
// by the test; the app's own side of it has tests of its own.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, openOwnApp, until } from "./app";
import { Session } from "./session";

const EVERYTHING = ["see", "secrets", "logs", "operate", "remove", "terminal", "plugins", "administer"];

interface Me {
  readonly name: string;
  readonly signedIn: boolean;
  readonly role: string;
  readonly rights: readonly string[];
}

const NOBODY: Me = { name: "anonymous", signedIn: false, role: "", rights: [] };
const VIEWER: Me = { name: "ann", signedIn: true, role: "viewer", rights: ["see"] };
const ADMIN: Me = { name: "eve", signedIn: true, role: "admin", rights: EVERYTHING };

let app: App;
let session: Session;
let me: Me;
let proofs: unknown[];

beforeAll(async () => {
  app = await openApp(true);
});

afterAll(async () => {
  await app?.stop();
});

beforeEach(async () => {
  session = await Session.open();
  proofs = [];
  const answer = () => ({
    json: { ...me, method: "", rightsSomewhere: me.rights, methods: ["link", "password", "open-id"] },
  });
  await session.page.route("**/api/me", (route) => route.fulfill(answer()));
  await session.page.route("**/api/sign-out", (route) => {
    me = NOBODY;
    return route.fulfill(answer());
  });
  await session.page.route("**/api/sign-in", (route) => {
    const proof = route.request().postDataJSON();
    proofs.push(proof);
    if (proof.password === "wrong") {
      return route.fulfill({ status: 401, json: "the name or the password is wrong" });
    }
    me = ADMIN;
    return route.fulfill(answer());
  });
  // What the app would say to whoever may not see.
  await session.page.route("**/api/topology*", (route) =>
    me.rights.includes("see")
      ? route.fallback()
      : route.fulfill({ status: 401, json: "sign in to see the map" }),
  );
});

afterEach(async () => {
  await session?.close();
});

describe("who is signed in", () => {
  test("a session that ends is asked for over the page, which stays as it is", async () => {
    me = VIEWER;
    await session.visit(app.url);
    await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
    await session.openDetails("orders");
    const before = session.page.url();
    me = NOBODY;
    const dialog = session.page.getByRole("dialog", { name: "Sign in to Scope" });
    await dialog.waitFor();
    await session.page.keyboard.press("Escape");
    await session.page.keyboard.press("Escape");
    await until("it stays", async () => dialog.isVisible());
    expect(await session.details.getByRole("article", { name: "orders" }).isVisible()).toBe(true);
    const form = dialog.getByRole("form", { name: "With a password" });
    await form.getByLabel("Name").fill("eve");
    await form.getByLabel("Password").fill("wrong");
    await form.getByLabel("Password").press("Enter");
    await dialog.getByText("The name or the password is wrong.").waitFor();
    await form.getByLabel("Password").fill("right");
    await form.getByRole("button", { name: "Sign in" }).click();
    await dialog.waitFor({ state: "detached" });
    await session.page.getByRole("button", { name: /^eve/ }).waitFor();
    expect(session.page.url()).toBe(before);
    expect(await session.details.getByRole("article", { name: "orders" }).isVisible()).toBe(true);
    expect(session.faults).toEqual([]);
  });

  test("a whole link is as good as its token", async () => {
    me = NOBODY;
    await session.page.goto(`${app.url}/#/containers`);
    const form = session.page.getByRole("form", { name: "With a sign-in link" });
    await form.getByLabel("Link or token").fill("http://localhost:4040/sign-in#token=abc-123");
    await form.getByRole("button", { name: "Sign in" }).click();
    await session.page.getByRole("button", { name: /^eve/ }).waitFor();
    expect(proofs).toEqual([{ token: "abc-123" }]);
    await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
  });

  test("a viewer sees the buttons, and why they are not for him", async () => {
    me = VIEWER;
    await session.visit(app.url);
    await session.openDetails("orders");
    const shell = session.action("Shell");
    expect(await shell.getAttribute("aria-disabled")).toBe("true");
    await shell.click({ force: true });
    await session.details.getByText(/^ann \(viewer\) may not .* or read logs here\./).waitFor();
    expect(await session.details.getByRole("alert").count()).toBe(0);
  });

  test("signing out leads to the question who one is", async () => {
    me = ADMIN;
    await session.visit(app.url);
    await session.page.getByRole("button", { name: /^eve/ }).press("Enter");
    await session.page.getByRole("menuitem", { name: "Sign out" }).click();
    await session.page.getByRole("dialog", { name: "Sign in to Scope" }).waitFor();
  });
});

describe("an app that asks who one is", () => {
  const NAME = "eve";
  const PASSWORD = "open sesame, please";
  let asking: App;
  let folder: string;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "scope-account-"));
    asking = await openOwnApp({
      tells: true,
      flags: [
        "--app.auth=link,basic",
        `--app.data-dir=${folder}`,
        "--app.basicAuth",
        `--app.basicAuth.username=${NAME}`,
        `--app.basicAuth.password=${PASSWORD}`,
      ],
      authorization: `Basic ${Buffer.from(`${NAME}:${PASSWORD}`).toString("base64")}`,
    });
  });

  afterAll(async () => {
    await asking?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("lets in by its page, asks again over the map, and keeps an audit log", async () => {
    const own = await Session.open();
    try {
      await own.page.goto(`${asking.url}/`);
      await own.page.getByLabel("Name").fill(NAME);
      await own.page.getByLabel("Password").fill(PASSWORD);
      await own.page.getByLabel("Password").press("Enter");
      await own.page.getByRole("button", { name: /^eve/ }).waitFor();
      await until("the map is there", async () => (await own.nodes().count()) >= CONTAINERS);
      const before = own.page.url();
      await own.page.context().clearCookies();
      const form = own.page.getByRole("form", { name: "With a password" });
      await form.getByLabel("Name").fill(NAME);
      await form.getByLabel("Password").fill("wrong");
      await form.getByLabel("Password").press("Enter");
      await own.page
        .getByRole("alert")
        .filter({ hasText: /password/ })
        .waitFor();
      await form.getByLabel("Password").fill(PASSWORD);
      await form.getByLabel("Password").press("Enter");
      await form.waitFor({ state: "detached" });
      expect(own.page.url()).toBe(before);
      await own.page.getByRole("button", { name: /^eve/ }).press("Enter");
      await own.page.getByRole("menuitem", { name: "Audit log" }).click();
      const rows = own.page.getByRole("row");
      await rows.filter({ hasText: "Failed to sign in" }).first().waitFor();
      await until("each is listed", async () => (await rows.filter({ hasText: "Signed in" }).count()) >= 2);
      const other = await own.tab(`${asking.url}/`);
      await other.getByRole("button", { name: /^eve/ }).waitFor();
      await own.page.getByRole("button", { name: /^eve/ }).press("Enter");
      await own.page.getByRole("menuitem", { name: "Sign out" }).click();
      const asked = other.getByRole("dialog", { name: "Sign in to Scope" });
      await asked.getByText(/^Your session has ended: you signed out/).waitFor();
      expect(own.faults).toEqual([]);
    } finally {
      await own.close();
    }
  });
});

describe("the audit log", () => {
  const time = (ago: number) => new Date(Date.now() - ago * 60_000).toISOString();
  const ok = { method: "password", from: "10.0.0.7", outcome: "ok" };
  const ENTRIES = [
    {
      ...ok,
      number: 12,
      time: time(1),
      event: "terminal-end",
      who: "eve",
      control: "docker_exec_container",
      label: "orders",
      node: "1;<container>",
      lastedSecs: 61.5,
      inputBytes: 12,
      outputBytes: 4096,
      recording: "12-abc",
    },
    {
      ...ok,
      number: 11,
      time: time(2),
      event: "control",
      who: "eve",
      control: "docker_stop_container",
      label: "<b>",
    },
    { ...ok, number: 10, time: time(3), event: "sign-in", who: "mallory", outcome: "the password is wrong" },
  ];
  const CAST = [
    '{"version":2,"width":60,"height":10}',
    '[0.1,"o","first words\\r\\n"]',
    '[9,"o","last words"]',
  ];

  beforeEach(async () => {
    me = ADMIN;
    await session.page.route("**/api/audit?*", (route) => {
      const older = new URL(route.request().url()).searchParams.has("before");
      const old = [{ ...ok, number: 1, time: time(9000), event: "sign-in", who: "first" }];
      return route.fulfill({ json: older ? { entries: old } : { entries: ENTRIES, next: 10 } });
    });
    await session.page.route("**/api/audit/recordings/12-abc", (route) =>
      route.fulfill({ body: CAST.join("\n") }),
    );
    await session.visit(app.url);
    await session.page.getByRole("button", { name: /^eve/ }).press("Enter");
    await session.page.getByRole("menuitem", { name: "Audit log" }).press("Enter");
    await session.page.getByRole("heading", { name: "Audit log" }).waitFor();
  });

  test("is listed, narrowed and read on", async () => {
    const rows = session.page.getByRole("row");
    await rows.filter({ hasText: "Stop" }).getByText("<b>").waitFor();
    await rows.filter({ hasText: "mallory" }).getByText("Failed to sign in").waitFor();
    await session.page.getByRole("searchbox", { name: "Filter the audit log" }).fill("eve orders");
    await until("one is left", async () => (await rows.count()) === 2);
    await session.page.getByRole("searchbox", { name: "Filter the audit log" }).fill("");
    await session.page.getByRole("button", { name: "Load older entries" }).click();
    await rows.filter({ hasText: "first" }).waitFor();
    await session.page.getByRole("button", { name: "Back to the map" }).click();
    await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
  });

  test("a recorded terminal is played, and can be sought in", async () => {
    await session.page.getByRole("button", { name: "Play" }).click();
    const player = session.page.getByRole("dialog", { name: "eve in orders" });
    await player.locator(".xterm-rows").getByText("first words").waitFor();
    await player.getByRole("slider", { name: "Time" }).press("End");
    await player.locator(".xterm-rows").getByText("last words").waitFor();
    await player.getByRole("slider", { name: "Time" }).press("Home");
    await until("it is at the beginning", async () => {
      return (await player.locator(".xterm-rows").getByText("last words").count()) === 0;
    });
    expect(session.faults).toEqual([]);
  });
});
