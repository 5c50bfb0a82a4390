// A reader whose browser speaks German: every main screen says it in German, nothing is cut off, on a desk and on a
// phone, and axe is content there. English is one choice away, and stays.

import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { de } from "../../src/text/de";
import { en } from "../../src/text/en";
import { type App, openApp, until } from "./app";
import { Session } from "./session";

let app: App;

beforeAll(async () => {
  app = await openApp(true);
});

afterAll(async () => {
  await app?.stop();
});

const DESK = { width: 1440, height: 900 };
const PHONE = { width: 390, height: 844 };

/** Texts of a catalogue that are no functions. */
function plain(words: object): readonly string[] {
  return Object.values(words).flatMap((value): readonly string[] => {
    if (typeof value === "string") return [value];
    return typeof value === "object" && value !== null ? plain(value) : [];
  });
}

const GERMAN = new Set(plain(de).filter((words) => words !== ""));
const ENGLISH = plain(en).filter((words) => words !== "" && !GERMAN.has(words));

interface Said {
  readonly words: string;
  /** It is wider than its place, or outside the window. */
  readonly isCut: boolean;
}

/** Everything that the page says, to the eye or the ear. */
function everythingSaid(page: Page): Promise<readonly Said[]> {
  return page.evaluate(() => {
    const said: { words: string; isCut: boolean }[] = [];
    for (const element of document.querySelectorAll<HTMLElement>("body *")) {
      for (const name of ["aria-label", "title", "placeholder", "aria-description", "data-hint"]) {
        const words = element.getAttribute(name);
        if (words !== null) said.push({ words, isCut: false });
      }
      const own = [...element.childNodes].filter((node) => node.nodeType === Node.TEXT_NODE);
      const words = own.map((node) => node.textContent ?? "").join(" ");
      // What is clipped as a whole is for ears alone.
      const { clipPath, overflowX } = getComputedStyle(element);
      if (words.trim() === "" || !element.checkVisibility() || clipPath !== "none") continue;
      const { left, right, width } = element.getBoundingClientRect();
      const isOut = width > 1 && (left < -1 || right > window.innerWidth + 1);
      const scrolls = element.closest(".table, .page-table, .popover-panel, .rail, .status-bar") !== null;
      const isWide = overflowX !== "visible" && width > 1 && element.scrollWidth > element.clientWidth + 1;
      said.push({ words: words.trim().replace(/\s+/g, " "), isCut: isWide || (isOut && !scrolls) });
    }
    return said;
  });
}

/** What the app itself says, which stays as it is. */
async function appWords(): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  const gather = (value: unknown): void => {
    if (typeof value === "string") found.add(value);
    if (typeof value === "object" && value !== null) Object.values(value).forEach(gather);
  };
  for (const path of ["", "/containers", "/hosts"]) {
    const list = (await (await fetch(`${app.url}/api/topology${path}`)).json()) as { nodes?: object };
    gather(list);
    for (const id of Object.keys(list.nodes ?? {}).slice(0, 30)) {
      gather(await (await fetch(`${app.url}/api/topology${path}/${encodeURIComponent(id)}`)).json());
    }
  }
  return found;
}

async function check(session: Session, screen: string, apps: ReadonlySet<string>): Promise<void> {
  const said = await everythingSaid(session.page);
  const english = said.filter(({ words }) => ENGLISH.includes(words) && !apps.has(words));
  expect(
    english.map(({ words }) => words),
    `English on ${screen}`,
  ).toEqual([]);
  const cut = said.filter(({ words, isCut }) => isCut && GERMAN.has(words));
  expect(
    cut.map(({ words }) => words),
    `cut on ${screen}`,
  ).toEqual([]);
  // The narrow form has the most to go wrong; the wide one is looked at in English.
  if (session.page.viewportSize()?.width === PHONE.width) {
    expect(await session.axe(), `axe on ${screen}`).toEqual([]);
  }
}

const HINT = { name: de.frame.closeMenu };

test.each([
  ["desk", DESK],
  ["phone", PHONE],
] as const)("everything is German and fits on a %s", async (_, viewport) => {
  const session = await Session.openAs({ locale: "de-AT", viewport, hasTouch: viewport === PHONE });
  const { page } = session;
  const apps = await appWords();
  const visit = async (hash: string) => {
    await page.goto("about:blank");
    await page.goto(`${app.url}/${hash}`);
  };
  try {
    await visit("#/containers?mode=graph&edges=rtt");
    await page.getByRole("listbox", { name: de.map.nodes }).getByRole("option").nth(3).waitFor({
      state: "attached",
    });
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("de");
    await check(session, "the map", apps);
    if (viewport === PHONE) {
      await page.getByRole("button", { name: de.frame.menu }).click();
      await page.getByRole("button", HINT).waitFor();
      await check(session, "the menu", apps);
      await page.getByRole("button", HINT).click();
    }
    await page.keyboard.press("?");
    await page.getByRole("dialog", { name: de.help.title }).waitFor();
    await check(session, "the help", apps);
    await page.keyboard.press("Escape");
    await page.keyboard.press("h");
    await page.getByRole("slider", { name: de.time.track }).waitFor();
    await check(session, "the timeline", apps);
    await page.keyboard.press("Control+k");
    await page.getByRole("option", { name: de.palette.show.table }).waitFor();
    await check(session, "the palette", apps);
    await visit("#/containers?mode=table");
    await page.getByRole("grid", { name: de.pages.nodes }).getByRole("row").nth(1).click();
    await page.getByRole("complementary", { name: de.details.title }).getByRole("article").waitFor();
    await check(session, "table and details", apps);
    await visit("#/containers?mode=resources&metric=Memory");
    await page.getByRole("treeitem").nth(2).waitFor();
    await check(session, "the resources", apps);
    await visit("#/containers?page=trouble");
    await page.getByRole("heading", { name: de.pages.page }).waitFor();
    await check(session, "troubleshooting", apps);
    expect(session.faults).toEqual([]);
  } finally {
    await session.close();
  }
});

test("another language is chosen in the settings and stays", async () => {
  const session = await Session.openAs({ locale: "de-DE" });
  const { page } = session;
  const language = () => page.evaluate(() => document.documentElement.lang);
  try {
    await page.goto(`${app.url}/#/hosts`);
    await page.getByRole("button", { name: de.frame.settings }).click();
    await page.getByRole("radio", { name: "English" }).click();
    await page.getByRole("button", { name: en.frame.settings }).waitFor();
    expect(await language()).toBe("en");
    expect(page.url()).toContain("#/hosts");
    await page.reload();
    await until("it is still English", async () => (await language()) === "en");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("sprache");
    await page.getByRole("option", { name: en.palette.languageOfSystem }).click();
    await page.getByRole("button", { name: de.frame.settings }).waitFor();
    expect(await language()).toBe("de");
  } finally {
    await session.close();
  }
});
