// The box at the top: search with completion, chips, matches everywhere, commands, saved views.

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
  expect(session?.faults).toEqual([]);
  await session?.close();
});

const press = async (...keys: string[]) => {
  for (const key of keys) await session.page.keyboard.press(key);
};

const searched = (text: string) =>
  until(`${text} is searched`, async () => (await session.search.inputValue()) === text);

const type = (text: string) => session.page.keyboard.type(text);

describe("search", () => {
  test("fields and values that exist are proposed, and taken by the keyboard", async () => {
    await press("/");
    await type("imagen");
    await session.offer("imagename:").waitFor();
    await press("ArrowDown", "ArrowDown", "Enter");
    await searched("imagename:");
    await session.offer("busybox").waitFor();
    await press("ArrowDown", "Tab");
    await searched("imagename:busybox");
    await session.page.getByRole("search").getByText(`${CONTAINERS} matches`).first().waitFor();
  });

  test("a search is kept as a chip, which leaves out the rest, and goes by Backspace", async () => {
    await press("/");
    await type("orders");
    await press("Enter");
    await session.chip("orders").waitFor();
    expect(await session.search.inputValue()).toBe("");
    expect(session.page.url()).toContain("pin=orders");
    await until("the rest is left out", async () => (await session.nodes().count()) < CONTAINERS);
    await session.nodes("orders").first().waitFor();
    await session.page.getByText(/filtered\)/).waitFor();
    await press("Backspace");
    await session.chip("orders").waitFor({ state: "detached" });
    await until("all are back", async () => (await session.nodes().count()) >= CONTAINERS);
  });

  test("matches are counted in every view, and a node elsewhere is one key away", async () => {
    const processes = session.page
      .getByRole("navigation", { name: "Views" })
      .getByRole("link", { name: /^Processes/ });
    await session.search.fill("nc");
    await processes
      .first()
      .getByText(/\d match/)
      .waitFor();
    const option = session.page
      .getByRole("group", { name: /^Processes ·/ })
      .getByRole("option")
      .first();
    await option.click();
    await until("the process is open", async () => session.page.url().includes("#/processes?sel="));
    await session.details.getByRole("article").waitFor();
  });

  test("a network leaves its members", async () => {
    const networks = session.page.getByRole("radiogroup", { name: "Network" });
    const one = networks.getByRole("radio", { name: /^net1 \(/ });
    const members = Number(/\((\d+)\)/.exec((await networks.getByText(/^net1/).textContent()) ?? "")?.[1]);
    await one.click();
    await session.chip("network net1").waitFor();
    await until("only members are left", async () => (await session.nodes().count()) === members);
    await networks.getByRole("radio", { name: "All" }).click();
    await session.chip("network net1").waitFor({ state: "detached" });
  });

  test("what matches nothing says so and leads back", async () => {
    await press("/");
    await type("nowhere-at-all");
    await press("Enter");
    await session.page.getByRole("heading", { name: /pass the filters/ }).waitFor();
    await session.page.getByRole("button", { name: "Remove the filters" }).click();
    await until("all are back", async () => (await session.nodes().count()) >= CONTAINERS);
  });
});

describe("commands", () => {
  test("ctrl-k goes to a view, and runs what has a name", async () => {
    await press("Control+k");
    await session.command.waitFor();
    await type("hosts");
    await press("Enter");
    await until("the view is open", async () => session.page.url().endsWith("#/hosts"));
    await press("Control+k");
    await type("dark");
    await press("Enter");
    expect(await session.page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
    expect(session.page.url()).not.toContain("q=");
  });

  test("> in the empty box is the way to commands, Backspace the way back", async () => {
    await press("/");
    await type(">");
    await session.command.waitFor();
    await type("table");
    await session.offer("Show as table").click();
    await session.table.waitFor();
    await press("/");
    await type(">");
    await press("Backspace");
    await session.search.waitFor();
    await press("Escape");
    await session.page.getByRole("listbox", { name: "Suggestions" }).waitFor({ state: "detached" });
  });

  test("a view is saved, opened, made the start and deleted", async () => {
    await session.search.fill("orders");
    await press("Enter");
    await press("Control+k");
    await type("save this view");
    await press("Enter");
    const name = session.page.getByRole("combobox", { name: "Name of this view" });
    await name.fill("My orders");
    await press("Enter");
    const link = new URL(session.page.url()).hash;
    await session.visit(app.url);
    await press("Control+k");
    await type("my ord");
    await session.offer("My orders").waitFor();
    await press("Enter");
    await session.chip("orders").waitFor();
    expect(new URL(session.page.url()).hash).toBe(link);
    await press("Control+k");
    await type("saved views");
    await session.offer("Saved views").waitFor();
    await press("Enter");
    const dialog = session.page.getByRole("dialog", { name: "Saved views and searches" });
    await dialog.getByRole("button", { name: "Start with it" }).click();
    await session.visit(app.url, "");
    await session.chip("orders").waitFor();
    await press("Control+k");
    await type("saved views");
    await session.offer("Saved views").waitFor();
    await press("Enter");
    await dialog.getByRole("button", { name: "Delete My orders" }).click();
    await dialog.getByText("Nothing is saved").waitFor();
  });

  test("help lists what can be searched now, and begins it; the first hint stays away", async () => {
    const hint = session.page.getByRole("complementary", { name: "Hint" });
    await hint.getByRole("button", { name: "Put the hint away" }).click();
    await press("?");
    const help = session.page.getByRole("dialog", { name: "Help" });
    await help.getByRole("heading", { name: "Fields of containers" }).waitFor();
    expect(await help.getByText(`${CONTAINERS} nodes, as “busybox”`).count()).toBeGreaterThan(0);
    await help
      .getByText(/^up to/)
      .first()
      .waitFor();
    await help.getByRole("button", { name: "imagename:", exact: true }).click();
    await session.offer("busybox").waitFor();
    expect(await session.search.evaluate((box) => box === document.activeElement)).toBe(true);
    await session.page.reload();
    await session.search.waitFor();
    expect(await hint.count()).toBe(0);
  });

  test("the box works by touch on a phone", async () => {
    await session.page.setViewportSize({ width: 390, height: 844 });
    await session.search.click();
    await session.search.fill("orders-db");
    const hit = session.page
      .getByRole("group", { name: /^Containers ·/ })
      .getByRole("option")
      .first();
    await hit.dispatchEvent("click");
    await session.details.getByRole("article", { name: "orders-db" }).waitFor();
  });
});
