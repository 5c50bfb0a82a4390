// Acting on nodes: buttons, the question before, terminals and logs, in a real browser with a probe
// of the test's own.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type App, CONTAINERS, openApp, until } from "./app";
import { FakeProbe, type FarEnd } from "./fake-probe";
import { Session } from "./session";

let app: App;
let session: Session;
let probe: FakeProbe;
let pipes = 0;

const SHELL = { raw_tty: true, resize_tty_control: "docker_resize_exec_tty" };

beforeAll(async () => {
  app = await openApp(true);
});

afterAll(async () => {
  await app?.stop();
});

beforeEach(async () => {
  probe = await FakeProbe.of(app.url);
  session = await Session.open();
  await session.visit(app.url);
  await until("the map is there", async () => (await session.nodes().count()) >= CONTAINERS);
});

afterEach(async () => {
  probe.disconnect();
  await session?.close();
});

/** Connects the probe; each pipe it opens is a new one, whose far end is held here. */
async function connect(raw: boolean): Promise<FarEnd[]> {
  const ends: FarEnd[] = [];
  probe.answer = (call) => {
    if (call.Control === "docker_resize_exec_tty") return {};
    pipes += 1;
    const pipe = `pipe-${Date.now()}${pipes}`;
    ends.push(probe.pipe(pipe));
    return raw ? { pipe, ...SHELL } : { pipe };
  };
  await probe.connect();
  return ends;
}

async function openShell(): Promise<FarEnd> {
  const ends = await connect(true);
  await session.openDetails("orders");
  await session.action("Shell").click();
  await session.dock.locator(".xterm-rows").waitFor();
  await until("the shell is there", async () => ends.length === 1);
  const [end] = ends;
  if (end === undefined) throw new Error("no pipe was opened");
  await until("it is told its size", async () => probe.called("docker_resize_exec_tty") !== undefined);
  return end;
}

describe("controls", () => {
  test("a probe that is away is said, where the button was pressed", async () => {
    await session.openDetails("orders");
    await session.action("Logs").click();
    const alert = session.details.getByRole("alert");
    await alert.getByText(/is not connected right now/).waitFor();
    expect(await alert.textContent()).toMatch(/^Logs failed\. Probe .+\.$/);
    expect(await session.action("Logs").getAttribute("title")).toMatch(/not connected/);
    // Some seconds later it is worth another try.
    await until("it can be pressed again", async () => {
      return (await session.action("Logs").getAttribute("aria-disabled")) === "false";
    });
  });

  test("an action that breaks something shows what it would hit, and can be left", async () => {
    await probe.connect();
    await session.openDetails("payment");
    await session.action("Stop").press("Enter");
    const dialog = session.page.getByRole("dialog", { name: "Stop payment?" });
    const effect = dialog.getByRole("region", { name: "Right now" });
    await effect
      .getByText(/client/)
      .first()
      .waitFor();
    await until("clients have names and rates", async () =>
      /orders.*B\/s/.test((await effect.textContent()) ?? ""),
    );
    await effect.getByText(/of image/).waitFor();
    await session.page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await session.action("Stop").evaluate((button) => button === document.activeElement)).toBe(true);
    expect(probe.calls).toEqual([]);
  });

  test("a confirmed action runs, and the card says who did it", async () => {
    await probe.connect();
    await session.openDetails("orders");
    await session.action("Restart").click();
    const dialog = session.page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Cancel" }).waitFor();
    await dialog.getByRole("button", { name: "Restart" }).click();
    await session.details.getByText(/You restarted it/).waitFor();
    expect(probe.called("docker_restart_container")).toBeDefined();
  });

  test("a refusal is the probe's own sentence", async () => {
    probe.answer = () => ({ error: "the container has no shell: bash, zsh, ash, sh are not there" });
    await probe.connect();
    await session.openDetails("orders");
    await session.action("Shell").click();
    await session.details
      .getByText("The container has no shell: bash, zsh, ash, sh are not there.")
      .waitFor();
  });
});

describe("terminals", () => {
  test("what is typed arrives, what comes back is drawn, and a reload loses neither", async () => {
    const end = await openShell();
    await end.write("\x1b[32mhello\x1b[0m \x1b[38;2;255;120;0mcolours\x1b[0m häß 世界\r\n$ ");
    const rows = session.dock.locator(".xterm-rows");
    await rows.getByText("häß 世界").waitFor();
    const colour = await rows.getByText("colours").evaluate((cell) => getComputedStyle(cell).color);
    expect(colour).not.toBe(await rows.evaluate((element) => getComputedStyle(element).color));
    await session.page.keyboard.type("ls -la");
    await until("it is typed", async () => end.typed.includes("ls -la"));
    await session.page.reload();
    await session.dock.locator(".xterm-rows").getByText("häß 世界").waitFor();
    await end.write("still here\r\n");
    await session.dock.locator(".xterm-rows").getByText("still here").waitFor();
    await session.dock.locator(".xterm-screen").click();
    await session.page.keyboard.type("again");
    await until("it is typed", async () => end.typed.includes("again"));
    expect(session.faults).toEqual([]);
  });

  test("a paste arrives whole", async () => {
    const end = await openShell();
    await end.write("$ ");
    await session.dock.locator(".xterm-rows").getByText("$").first().waitFor();
    const pasted = "0123456789 ä世".repeat(10_000);
    await session.page.evaluate((text) => {
      const data = new DataTransfer();
      data.setData("text/plain", text);
      const event = new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true });
      document.querySelector(".xterm-helper-textarea")?.dispatchEvent(event);
    }, pasted);
    await until("all of it is there", async () => end.typed.length >= pasted.length);
    expect(end.typed.endsWith(pasted)).toBe(true);
  });

  test("what is selected is copied", async () => {
    const end = await openShell();
    await session.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    await end.write("copy-this-word and no other\r\n");
    const word = session.dock.locator(".xterm-rows").getByText("copy-this-word");
    await word.waitFor();
    // The screen above the letters takes the pointer.
    await word.dblclick({ position: { x: 8, y: 8 }, force: true });
    await session.page.keyboard.press("Control+Shift+C");
    const copied = () => session.page.evaluate(() => navigator.clipboard.readText());
    await until("it is on the clipboard", async () => (await copied()).startsWith("copy"));
    expect(end.typed).not.toContain("\x03");
  });

  test("closing asks when something was begun, and ends it", async () => {
    const end = await openShell();
    await session.page.keyboard.type("make\n");
    await until("it is typed", async () => end.typed.includes("make"));
    await session.dock.getByRole("button", { name: "Close terminal orders" }).click();
    const dialog = session.page.getByRole("dialog", { name: "End this terminal?" });
    await dialog.getByRole("button", { name: "Cancel" }).click();
    expect(end.isOver).toBe(false);
    await session.dock.getByRole("button", { name: "Close terminal orders" }).click();
    await dialog.getByRole("button", { name: "End terminal" }).click();
    await session.dock.waitFor({ state: "detached" });
    await until("the far end learns of it", async () => end.isOver);
  });

  test("one that ends says so and can be opened again", async () => {
    const end = await openShell();
    await end.write("bye\r\n");
    await end.end();
    const ended = session.dock.getByRole("status").filter({ hasText: "This terminal has ended." });
    await ended.waitFor();
    await ended.getByRole("button", { name: "Open again" }).click();
    await session.dock.getByRole("tab", { name: /Terminal orders, live/ }).waitFor();
    expect(probe.calls.filter((call) => call.Control === "docker_exec_container")).toHaveLength(2);
  });

  test("two at once, by the keyboard", async () => {
    await openShell();
    await session.action("Shell").click();
    const tabs = session.dock.getByRole("tab");
    await until("there are two", async () => (await tabs.count()) === 2);
    await session.page.keyboard.press("Control+F6");
    await until("the tab has the keyboard", async () =>
      tabs.nth(1).evaluate((tab) => tab === document.activeElement),
    );
    await session.page.keyboard.press("ArrowLeft");
    expect(await tabs.nth(0).getAttribute("aria-selected")).toBe("true");
    const edge = session.page.getByRole("separator", { name: /Height/ });
    const before = Number(await edge.getAttribute("aria-valuenow"));
    await edge.press("ArrowUp");
    expect(Number(await edge.getAttribute("aria-valuenow"))).toBeGreaterThan(before);
  });

  test("a window of its own goes on with it", async () => {
    const end = await openShell();
    await end.write("from the dock\r\n");
    await session.dock.locator(".xterm-rows").getByText("from the dock").waitFor();
    const opened = session.page.waitForEvent("popup");
    await session.dock.getByRole("button", { name: "Open in a window" }).click();
    const page = await opened;
    await page.locator(".xterm-rows").getByText("from the dock").waitFor();
    await session.dock.waitFor({ state: "detached" });
    await end.write("and on\r\n");
    await page.locator(".xterm-rows").getByText("and on").waitFor();
    await page.locator(".xterm-screen").click();
    await page.keyboard.type("typed there");
    await until("it is typed", async () => end.typed.includes("typed there"));
    await page.reload();
    await page.locator(".xterm-rows").getByText("and on").waitFor();
    expect(end.isOver).toBe(false);
    const closed = page.waitForEvent("close");
    await page.getByRole("button", { name: "Put back under the map" }).click();
    await closed;
    await session.dock.locator(".xterm-rows").getByText("and on").waitFor();
    await end.write("back again\r\n");
    await session.dock.locator(".xterm-rows").getByText("back again").waitFor();
  });

  test("a flood neither freezes the page nor loses its end", async () => {
    const end = await openShell();
    const block = Buffer.from(`${"the quick brown fox jumps over the lazy dog ".repeat(2)}\r\n`.repeat(700));
    const megabytes = (block.length * 1000) / 1e6;
    await session.page.evaluate(() => {
      const held: number[] = [];
      Reflect.set(window, "held", held);
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) held.push(entry.duration);
      }).observe({ type: "longtask" });
    });
    const started = Date.now();
    await end.flood(block, 1000);
    await end.write("\r\nTHE END");
    await session.dock.locator(".xterm-rows").getByText("THE END").waitFor();
    const secs = (Date.now() - started) / 1000;
    const held = await session.page.evaluate(() => Reflect.get(window, "held") as number[]);
    process.stdout.write(
      `${megabytes.toFixed(0)} MB in ${secs.toFixed(1)} s, longest task ${Math.max(0, ...held)} ms\n`,
    );
    await session.page.keyboard.type("answers");
    await until("the page answers", async () => end.typed.includes("answers"));
  });
});

describe("everybody", () => {
  test.each(["light", "dark"] as const)("axe finds nothing in %s colours", async (theme) => {
    await session.close();
    session = await Session.open(theme);
    await session.visit(app.url);
    const end = await openShell();
    await end.write("\x1b[31mred\x1b[0m plain\r\n");
    expect(await session.axe()).toEqual([]);
    await session.action("Logs").click();
    await session.dock.getByRole("log").waitFor();
    expect(await session.axe()).toEqual([]);
    await session.action("Stop").click();
    await session.page
      .getByRole("dialog")
      .getByText(/of image/)
      .waitFor();
    expect(await session.axe()).toEqual([]);
  });

  test("an app that is away is said at the terminal, and it goes on afterwards", async ({ skip }) => {
    const end = await openShell();
    await end.write("before\r\n");
    await session.dock.locator(".xterm-rows").getByText("before").waitFor();
    if (!(await app.stop())) skip("the app at SCOPE_URL is not ours to stop");
    await session.dock.getByText(/No connection to this terminal/).waitFor();
    await app.start();
    end.rejoin();
    await session.dock.getByRole("tab", { name: /live/ }).waitFor();
    await end.write("after\r\n");
    await session.dock.locator(".xterm-rows").getByText("after").waitFor();
    expect(session.faults).toEqual([]);
  });

  test("a change is marked on the map with who made it", async () => {
    await probe.connect();
    await session.nodes("orders").first().dispatchEvent("click");
    await session.action("Pause").click();
    await session.page.getByRole("dialog").getByRole("button", { name: "Pause" }).click();
    await session.page.locator("main").getByText("paused by you").waitFor();
  });
});

describe("logs", () => {
  async function openLog(): Promise<FarEnd> {
    const ends = await connect(false);
    await session.openDetails("orders");
    await session.action("Logs").click();
    await until("the log is there", async () => ends.length === 1);
    const [end] = ends;
    if (end === undefined) throw new Error("no pipe was opened");
    return end;
  }

  test("lines are drawn as text in their colours, and found", async () => {
    const end = await openLog();
    expect(probe.called("docker_container_logs")?.ControlArgs).toMatchObject({ tail: "1000" });
    for (let number = 0; number < 3000; number += 1) {
      const word = number % 1000 === 500 ? "\x1b[31merror\x1b[0m" : "fine";
      await end.write(
        `2026-11-20T10:00:00.000000000Z ${word} <b>line</b> ${number} \x1b]0;title\x07\x1b[2J\n`,
      );
    }
    const lines = session.dock.getByRole("log");
    await lines.getByText("<b>line</b> 2999").waitFor();
    await session.dock.getByRole("searchbox", { name: "Find in the log" }).fill("ERROR");
    await session.dock.getByText("3 of 3").waitFor();
    await session.page.keyboard.press("Enter");
    await lines.getByText("line</b> 2500").waitFor();
    await session.page.keyboard.press("Shift+Enter");
    await session.dock.getByText("2 of 3").waitFor();
    await lines.getByText("line</b> 1500").waitFor();
    expect(await lines.getByText("2026-").count()).toBe(0);
    await session.dock.getByRole("button", { name: "Times" }).click();
    await lines.locator("time").first().waitFor();
    expect(session.faults).toEqual([]);
  });

  test("another part of it is asked for anew, and a file is saved", async () => {
    await openLog();
    await session.dock.getByLabel("How many lines").selectOption("100");
    await until("it is asked for", async () => {
      return probe.called("docker_container_logs")?.ControlArgs.tail === "100";
    });
    const saved = session.page.waitForEvent("download");
    await session.dock.getByRole("button", { name: "Save as text" }).click();
    expect((await saved).suggestedFilename()).toBe("orders.log");
  });

  test("a log that ends says so", async () => {
    const end = await openLog();
    await end.write("last words without an end of line");
    await session.dock.getByRole("log").waitFor();
    await end.end();
    await session.dock.getByText("This log has ended; nothing more will come.").waitFor();
    await session.dock.getByText("last words without an end of line").waitFor();
  });
});
