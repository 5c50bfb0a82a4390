import { expect, test } from "vitest";
import { hasMoreAddresses, portLines } from "./ports";

function check(value: string, expected: readonly string[] | null) {
  const lines = portLines(value);
  const words = lines?.map(({ host, container, addresses }) => `${host}>${container} ${addresses}`) ?? null;
  expect(words, value).toEqual(expected);
}

test("a port published on many addresses is one line", () => {
  check("172.29.0.1:18080->8080/tcp, 192.0.2.2:18080->8080/tcp, :::18080->8080/tcp", ["18080>8080/tcp 3"]);
  check("10.0.0.1:80->8080/tcp, 10.0.0.1:81->8080/tcp", ["10.0.0.1:80>8080/tcp 1", "10.0.0.1:81>8080/tcp 1"]);
  check("0.0.0.0:53->53/udp,0.0.0.0:53->53/tcp, 9000/tcp", [
    "0.0.0.0:53>53/udp 1",
    "0.0.0.0:53>53/tcp 1",
    ">9000/tcp 0",
  ]);
  check("8000-8010->1/tcp", null);
  check("", []);
  check("anything, else", null);
  check("fe80::1:80->80/tcp, fe80::2:80->80/tcp", ["80>80/tcp 2"]);
});

test("only several addresses behind a line are worth a list", () => {
  expect(hasMoreAddresses(portLines("1.1.1.1:80->80/tcp, 2.2.2.2:80->80/tcp") ?? [])).toBe(true);
  expect(hasMoreAddresses(portLines("1.1.1.1:80->80/tcp, 9000/tcp") ?? [])).toBe(false);
});
