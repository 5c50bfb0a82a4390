import { expect, test } from "vitest";
import { fitting } from "./commands";

const WORDS = ["Dark theme", "State: both", "Fill by Memory", "Themes of the system"];

function check(typed: string, expected: readonly string[]) {
  expect(
    fitting(WORDS, (words) => words, typed),
    typed,
  ).toEqual(expected);
}

test("the beginning counts more than the beginning of a word, and that more than anything within", () => {
  check("theme", ["Themes of the system", "Dark theme"]);
  check("y", ["Fill by Memory", "Themes of the system"]);
  check("", WORDS);
});

test("every word that is typed has to be there, in any order", () => {
  check("both state", ["State: both"]);
  check("theme nowhere", []);
});
