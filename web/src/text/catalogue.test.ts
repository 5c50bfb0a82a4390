import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wordsOutside } from "../../tests/literals";
import { de } from "./de";
import { en } from "./en";
import { languageFor } from "./languages";

const SOURCE = join(__dirname, "..");

function sources(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sources(path);
    return /\.tsx?$/.test(name) && !name.includes(".test.") ? [path] : [];
  });
}

test("nothing is said to the reader but out of the catalogue", () => {
  const outside = sources(SOURCE)
    .filter((path) => !path.startsWith(join(SOURCE, "text")) && !path.endsWith("generated.ts"))
    .flatMap((path) => wordsOutside(path.slice(SOURCE.length + 1), readFileSync(path, "utf8")));
  expect(outside).toEqual([]);
});

test("what is said to the reader is found", () => {
  const found = (source: string) => wordsOutside("a.tsx", source).map(({ words }) => words);
  expect(found("const a = <p>Hello {name}, you</p>;")).toEqual(["Hello", ", you"]);
  expect(found('const a = <Box label="Zoom in" className="zoom in" />;')).toEqual(["Zoom in"]);
  expect(found('const a = <p aria-label={on ? "Pause" : say.play} />;')).toEqual(["Pause"]);
  expect(found(`const a = <p>{all ? "less" : \`more (\${count})\`}</p>;`)).toEqual(["less", "more (…)"]);
  expect(found('const why = "The app cannot be reached.";')).toEqual(["The app cannot be reached."]);
  expect(found(`const why = \`No more than \${max} can be open.\`;`)).toEqual([
    "No more than … can be open.",
  ]);
  expect(found('const item = { id: "a", label: "Nothing" };')).toEqual(["Nothing"]);
  expect(found('const a = <Key>k</Key>; if (event.key === "Enter") go("view link");')).toEqual([]);
  expect(found('throw new LayoutError("The graph is too large.");')).toEqual([]);
});

// The page waits for its language: a language that waited for a part of the page would wait for ever.
test("a language imports nothing but its own parts", () => {
  for (const path of sources(join(SOURCE, "text")).filter((name) => /\/de(\/|\.ts$)/.test(name))) {
    for (const [, kind, from] of readFileSync(path, "utf8").matchAll(/^import (type )?.* from "(.*)";$/gm)) {
      if (kind === undefined) expect(from, path).toMatch(/^\.\/(de\/)?[a-z]+$/);
    }
  }
});

/** Every text of a catalogue that is no function, by its place. */
function plain(words: object, place = ""): readonly (readonly [string, string])[] {
  return Object.entries(words).flatMap(([key, value]) => {
    if (typeof value === "string") return [[`${place}${key}`, value] as const];
    return typeof value === "object" && value !== null ? plain(value, `${place}${key}.`) : [];
  });
}

test("every text has its German, with the same parts and the same dots", () => {
  const german = new Map(plain(de));
  const parts = (words: string) => [...words.matchAll(/\{\w+\}/g)].map(String).sort();
  for (const [place, words] of plain(en)) {
    const other = german.get(place) ?? "";
    expect(other === "", place).toBe(words === "");
    expect(parts(other), place).toEqual(parts(words));
    expect(other.endsWith("…"), place).toBe(words.endsWith("…"));
    expect(/[.?]$/.test(other), place).toBe(/[.?]$/.test(words));
  }
});

test("numbers and plurals are those of the language", () => {
  expect([de.figures.hosts(1), de.figures.hosts(1700)]).toEqual(["1 Host", "1.700 Hosts"]);
  expect([en.figures.matches(1), en.figures.matches(0)]).toEqual(["1 match", "0 matches"]);
  expect(de.figures.things(2, de.things.nouns.processes)).toBe("2 Prozesse");
  expect(de.acts.denial("", ["Logs lesen", "Terminals öffnen"])).toMatch(
    /nicht Logs lesen oder Terminals öffnen\./,
  );
});

test("the language is the chosen one, else the first of the browser's that is spoken", () => {
  expect(languageFor("de", ["en-US"])).toBe("de");
  expect(languageFor("system", ["fr-CH", "de-CH", "en"])).toBe("de");
  expect(languageFor("system", ["fr"])).toBe("en");
  expect(languageFor("system", [])).toBe("en");
});
