import { expect, test } from "vitest";
import { en } from "../text/en";
import {
  MAP_SHORTCUTS,
  OTHER_SHORTCUTS,
  PAGE_SHORTCUTS,
  type Shortcut,
  shortcutOf,
  TABLE_SHORTCUTS,
  TIMELINE_SHORTCUTS,
} from "./shortcuts";

const PLACES: readonly (readonly Shortcut[])[] = [
  PAGE_SHORTCUTS,
  MAP_SHORTCUTS,
  TABLE_SHORTCUTS,
  TIMELINE_SHORTCUTS,
  OTHER_SHORTCUTS,
];

test("a press means what the table says", () => {
  const press = (key: string, held: Partial<KeyboardEvent> = {}) =>
    shortcutOf(PAGE_SHORTCUTS, { key, ctrlKey: false, metaKey: false, altKey: false, ...held });
  expect(press("/")).toBe("search");
  expect(press("7")).toBe("view");
  expect(press("G")).toBe("graph");
  expect(press("k", { ctrlKey: true })).toBe("palette");
  expect(press("z", { metaKey: true })).toBe("undo");
  expect([press("z"), press("k"), press("g", { ctrlKey: true }), press("g", { altKey: true })]).toEqual([
    null,
    null,
    null,
    null,
  ]);
  expect(shortcutOf(TABLE_SHORTCUTS, { key: "c", ctrlKey: true, metaKey: false })).toBe("copy");
  expect(shortcutOf(MAP_SHORTCUTS, { key: "PageUp", ctrlKey: false, metaKey: false })).toBe("listed");
});

test("no two shortcuts of a place share a key", () => {
  for (const shortcuts of PLACES) {
    const pressed = shortcuts.flatMap(({ keys, ctrl = false }) => keys.map((key) => `${ctrl} ${key}`));
    expect(new Set(pressed).size).toBe(pressed.length);
  }
});

test("what the help explains is there, and what is there is explained", () => {
  expect(new Set(PLACES.flat().map(({ id }) => id))).toEqual(new Set(Object.keys(en.help.shortcuts)));
});
