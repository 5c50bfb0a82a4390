import { expect, test } from "vitest";
import { PINS_MAX, readPicture, readPlaces, writePicture } from "./places";

test("places come back as they were, to a tenth", () => {
  const picture = {
    places: new Map([["a;<host>", [1.04, -2] as const]]),
    pins: new Map([["b", [3, 4] as const]]),
  };
  expect(readPicture(writePicture(picture))).toEqual({
    places: new Map([["a;<host>", [1, -2]]]),
    pins: new Map([["b", [3, 4]]]),
  });
});

test("what is no place is left out", () => {
  const check = (text: string | null) => expect(readPicture(text).pins.size, text ?? "nothing").toBe(0);
  for (const text of [
    null,
    "",
    "{",
    "[]",
    "7",
    '{"pins":7}',
    '{"pins":[["a",1],["b","1",2],[3,4,5],["c",1e9,0]]}',
  ]) {
    check(text);
  }
  const long = "x".repeat(501);
  expect(readPlaces([[long, 1, 2]], 5).size).toBe(0);
  expect(
    readPlaces(
      Array.from({ length: PINS_MAX + 9 }, (_, at) => [`${at}`, 0, 0]),
      PINS_MAX,
    ).size,
  ).toBe(PINS_MAX);
});
