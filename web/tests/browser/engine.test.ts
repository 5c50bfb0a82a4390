// Real containers: what a reader does with them, in a real browser.

import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { until } from "./app";
import { engineMissing, Machine } from "./engine";
import { Session } from "./session";

const PRINTS =
  "trap exit TERM; i=0; while :; do i=$((i+1)); echo line $i; echo trouble $i >&2; sleep 1; done";

const missing = engineMissing();
let machine: Machine;
let session: Session;

beforeAll(async () => {
  if (missing !== "") return;
  machine = await Machine.start();
  machine.run("talker", "sh", "-c", PRINTS);
  machine.run("idle", "sleep", "100000");
});

afterAll(async () => {
  await machine?.stop();
});

beforeEach(async ({ skip }) => {
  if (missing !== "") skip(missing);
  session = await Session.open();
  await session.visit(machine.url, "#/containers?mode=table&stopped=both");
});

afterEach(async () => {
  await session?.close();
});

async function openDetails(name: string): Promise<void> {
  await session.table
    .getByRole("row", { name: new RegExp(`^${name}\\b`) })
    .first()
    .click();
  await session.details.getByRole("article", { name }).waitFor();
}

test("a shell in a container knows its size and survives a reload", async () => {
  await openDetails("idle");
  await session.page.keyboard.press("e");
  const rows = session.dock.locator(".xterm-rows");
  await rows.getByText("#").first().waitFor();
  await session.page.keyboard.type("echo $((6*7)); stty size\n");
  await rows.getByText("42", { exact: true }).waitFor();
  const size = (await session.dock.getByText(/\d+ × \d+/).textContent()) ?? "";
  const [columns = "", lines = ""] = size.match(/\d+/g) ?? [];
  await rows.getByText(`${lines} ${columns}`).waitFor();
  await session.page.keyboard.type("x=kept\n");
  await session.page.reload();
  await rows.getByText("42", { exact: true }).waitFor();
  await session.dock.getByRole("tab", { name: /live/ }).waitFor();
  await session.dock.locator(".xterm-screen").click();
  await session.page.keyboard.type("echo still-$x\n");
  await rows.getByText("still-kept").last().waitFor();
  expect(session.faults).toEqual([]);
});

test("logs follow both streams, and end when the container stops", async () => {
  await openDetails("talker");
  await session.page.keyboard.press("l");
  const log = session.dock.getByRole("log");
  await log
    .getByText(/^trouble \d+$/)
    .first()
    .waitFor();
  await session.action("Stop").click();
  const dialog = session.page.getByRole("dialog", { name: "Stop talker?" });
  await dialog.getByText("No client is connected.").waitFor();
  await dialog.getByText("1 other of image busybox goes on running.").waitFor();
  await dialog.getByRole("button", { name: "Stop" }).click();
  await session.details.getByText(/You stopped it/).waitFor();
  await log.getByText("its log ends here", { exact: false }).waitFor();
  await session.action("Start").waitFor();
  // The button that was pressed is gone; the keyboard is still with the buttons.
  await session.action("Start").click();
  await session.details.getByText(/You started it/).waitFor();
  await session.action("Pause").waitFor();
  expect(session.faults).toEqual([]);
});

test("a container that is gone is no longer there to act on", async () => {
  machine.run("short", "sleep", "100000");
  await until("it is listed", async () => (await session.table.getByText("short").count()) > 0);
  await openDetails("short");
  await session.action("Shell").waitFor();
  machine.docker("rm", "--force", "short");
  await session.action("Shell").click();
  const alert = session.details.getByRole("alert");
  const gone = session.details.getByText(/^Gone since/);
  await alert.or(gone).first().waitFor();
  await gone.waitFor();
});
