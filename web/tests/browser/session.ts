// A browser and one page of it, with words for what a reader does there.
//
// Elements are found by role and name, as assistive tools find them; the canvas, which has no
// elements, by its mirror and by pointing at it.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Locator,
  type Page,
} from "playwright-core";
import { until } from "./app";

const CHROMIUM = process.env.CHROMIUM ?? "/usr/bin/chromium";

const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  // WebGL without a graphics card.
  "--use-gl=angle",
  "--use-angle=swiftshader",
  "--enable-unsafe-swiftshader",
];

/** The size of the documents' pictures. */
export const WINDOW = { width: 1440, height: 900 };

/** How far apart the places are where a node is felt for: less than a node is wide. */
const FEEL_STEP_PX = 24;

/** Longer than the map takes a resting finger for a passing one. */
const HOLD_SECS = 0.6;

export type Theme = "light" | "dark";

export interface Place {
  readonly x: number;
  readonly y: number;
}

export class Session {
  /** What the page complained of. */
  readonly faults: string[] = [];

  private constructor(
    private readonly browser: Browser,
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on("pageerror", (error) => this.faults.push(String(error)));
  }

  /** Another tab of the same browser: it has the same cookies. */
  async tab(url: string): Promise<Page> {
    const page = await this.context.newPage();
    await page.goto(url);
    return page;
  }

  static async open(theme: Theme = "light", hasTouch = false, viewport = WINDOW): Promise<Session> {
    return Session.openAs({ colorScheme: theme, hasTouch, viewport });
  }

  /** For a reader with wishes of his own: a language, contrast. */
  static async openAs(wishes: BrowserContextOptions): Promise<Session> {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
    const context = await browser.newContext({ viewport: WINDOW, reducedMotion: "reduce", ...wishes });
    return new Session(browser, context, await context.newPage());
  }

  async close(): Promise<void> {
    await this.context.close();
    await this.browser.close();
  }

  /** The view, with the map or table drawn. */
  async visit(url: string, hash = "#/containers"): Promise<void> {
    // A change of the hash alone would not load the page.
    await this.page.goto("about:blank");
    await this.page.goto(`${url}/${hash}`);
    await this.page.getByRole("navigation", { name: "Views" }).getByRole("link").first().waitFor();
  }

  /** What axe finds wrong with the page as it is; `rules` are looked at besides the usual ones. */
  async axe(rules: readonly string[] = []): Promise<string[]> {
    const path = fileURLToPath(new URL("../../node_modules/axe-core/axe.min.js", import.meta.url));
    // As a debugger does, because the page's own policy lets in no other script.
    await this.page.evaluate(readFileSync(path, "utf8"));
    return this.page.evaluate(async (also) => {
      const axe = Reflect.get(window, "axe") as {
        run(options: object): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }>;
      };
      const enabled = Object.fromEntries(also.map((rule) => [rule, { enabled: true }]));
      const { violations } = await axe.run({ rules: enabled });
      return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
    }, rules);
  }

  get mirror(): Locator {
    return this.page.getByRole("listbox", { name: "Nodes on the map" });
  }

  /** The nodes on the map whose words begin so; all of them without words. */
  nodes(words = ""): Locator {
    const escaped = words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
    return this.mirror.getByRole("option", { name: new RegExp(`^${escaped}`) });
  }

  get search(): Locator {
    return this.page.getByRole("combobox", { name: "Search" });
  }

  /** The box while it is for commands. */
  get command(): Locator {
    return this.page.getByRole("combobox", { name: /^Go to/ });
  }

  /** Opens the details of the node through the table, where every name can be clicked. */
  async openDetails(name: string): Promise<void> {
    await this.mode("Table").click();
    await this.table
      .getByRole("row", { name: new RegExp(`^${name}\\b`) })
      .first()
      .click();
    await this.details.getByRole("article", { name }).waitFor();
  }

  /** What the palette offers, by the beginning of its words. */
  offer(words: string): Locator {
    return this.page.getByRole("search").getByRole("option", { name: words });
  }

  /** A kept search. */
  chip(words: string): Locator {
    return this.page.getByRole("button", { name: `Remove filter ${words}` });
  }

  get details(): Locator {
    return this.page.getByRole("complementary", { name: "Details" });
  }

  /** A button of the open card. */
  action(name: string): Locator {
    return this.details.getByRole("region", { name: "Actions" }).getByRole("button", { name, exact: true });
  }

  /** The terminals and logs. */
  get dock(): Locator {
    return this.page.getByRole("region", { name: "Terminals and logs" });
  }

  get table(): Locator {
    return this.page.getByRole("grid", { name: "Nodes" });
  }

  get connection(): Locator {
    return this.page.getByRole("status", { name: "Connection" });
  }

  mode(name: "Graph" | "Table" | "Resources"): Locator {
    return this.page.getByRole("radiogroup", { name: "View mode" }).getByRole("radio", { name });
  }

  /** Moves the pointer over the map until it is on a node. */
  async feelForNode(): Promise<Place> {
    return this.feelFor("node", FEEL_STEP_PX, FEEL_STEP_PX);
  }

  /** Moves the pointer over the map until it is on an edge; those run from left to right. */
  async feelForEdge(): Promise<Place> {
    return this.feelFor("edge", FEEL_STEP_PX * 4, FEEL_STEP_PX / 3);
  }

  /** Moves the pointer over the map until it is on the title of an open box. */
  async feelForBox(): Promise<Place> {
    return this.feelFor("box", FEEL_STEP_PX, FEEL_STEP_PX / 3);
  }

  /** What the map says is there: the id of a node, else blank. */
  async nodeAt({ x, y }: Place): Promise<string> {
    // The map answers a movement, and the pointer may have been there all the time.
    await this.page.mouse.move(x + 1, y);
    await this.page.mouse.move(x, y);
    const canvas = this.page.locator("main canvas").first();
    return canvas.evaluate((element) => element.dataset.node ?? "");
  }

  /** Drags with the mouse, shift held or not. */
  async drag(from: Place, ...to: readonly Place[]): Promise<void> {
    await this.page.mouse.move(from.x, from.y);
    await this.page.mouse.down();
    for (const { x, y } of to) await this.page.mouse.move(x, y, { steps: 4 });
    await this.page.mouse.up();
  }

  /** Drags with a finger that rests first, so that it takes hold of what is there. */
  async hold(from: Place, to: Place): Promise<void> {
    const devtools = await this.context.newCDPSession(this.page);
    const send = (
      type: "touchStart" | "touchMove" | "touchEnd",
      points: readonly Place[],
      timestamp: number,
    ) => devtools.send("Input.dispatchTouchEvent", { type, touchPoints: [...points], timestamp });
    const startSecs = Date.now() / 1000;
    await send("touchStart", [from], startSecs);
    await send("touchMove", [{ x: (from.x + to.x) / 2, y: (from.y + to.y) / 2 }], startSecs + HOLD_SECS);
    await send("touchMove", [to], startSecs + 2 * HOLD_SECS);
    await send("touchEnd", [], startSecs + 3 * HOLD_SECS);
  }

  /** How many nodes and closed boxes the map has drawn. */
  async drawn(): Promise<number> {
    const canvas = this.page.locator("main canvas").first();
    return Number(await canvas.evaluate((element) => element.dataset.drawn ?? 0));
  }

  /** The bytes of the map's picture, once two in a row are the same. */
  async stillPicture(): Promise<string> {
    const canvas = this.page.locator("main canvas").first();
    let [before, now] = ["", "-"];
    await until("the map is still", async () => {
      before = now;
      now = (await canvas.screenshot()).toString("base64");
      return now === before;
    });
    return now;
  }

  private async feelFor(what: "node" | "edge" | "box", stepX: number, stepY: number): Promise<Place> {
    const canvas = this.page.locator("main canvas").first();
    const box = await canvas.boundingBox();
    if (box === null) throw new Error("the map has no canvas");
    // The middle is where most is drawn, so it is felt first.
    const rows = Array.from({ length: Math.floor(box.height / stepY) }, (_, row) => row * stepY);
    rows.sort((one, other) => Math.abs(one - box.height / 2) - Math.abs(other - box.height / 2));
    for (const y of rows.map((row) => box.y + row)) {
      for (let x = box.x + stepX; x < box.x + box.width; x += stepX) {
        await this.page.mouse.move(x, y);
        const [under, cursor] = await canvas.evaluate((element) => [
          element.dataset.under,
          getComputedStyle(element).cursor,
        ]);
        if (under === what && cursor === "pointer") return { x, y };
      }
    }
    throw new Error(`no ${what} on the canvas answers to the pointer`);
  }

  /** How many colours the map shows: an empty one has few. */
  async colours(): Promise<number> {
    const picture = (await this.page.locator("main canvas").first().screenshot()).toString("base64");
    return this.onBlankPage(countColours, picture);
  }

  /** Runs a function in a page of its own, because the app's forbids pictures from elsewhere. */
  async onBlankPage<In, Out>(work: (given: In) => Promise<Out>, given: In): Promise<Out> {
    const blank = await this.context.newPage();
    try {
      return await blank.evaluate(work as (given: unknown) => Promise<Out>, given as unknown);
    } finally {
      await blank.close();
    }
  }
}

/** Runs in a page: the number of colours in a PNG. */
async function countColours(base64: string): Promise<number> {
  const image = new Image();
  image.src = `data:image/png;base64,${base64}`;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  const context = canvas.getContext("2d");
  if (context === null) return 0;
  context.drawImage(image, 0, 0);
  const pixels = context.getImageData(0, 0, image.width, image.height).data;
  return new Set(new Uint32Array(pixels.buffer)).size;
}
