// A log as lines: bytes in, numbered lines out, the oldest let go when there are too many.

import { plainText } from "./ansi";

/** Lines kept, and characters of one line and of all. */
export const LINES_MAX = 50_000;
export const LINE_CHARS_MAX = 16_384;
export const CHARS_MAX = 24 << 20;
/** Lines beyond that are let go together, because letting go costs as much as there are lines. */
const SLACK_LINES = 2000;

export interface LogLine {
  /** As the engine wrote it (RFC 3339); blank where there is none. */
  readonly time: string;
  /** With the program's own colours in it. */
  readonly text: string;
  /** Of the output that programs complain on, as far as the probe tells. */
  readonly isError: boolean;
}

/** What a probe puts before a line of that output. */
const ERROR_MARK = "\x1e";

/** What stands before each line when times were asked for. */
const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

export class LogBuffer {
  readonly #decoder = new TextDecoder();
  #lines: LogLine[] = [];
  #first = 0;
  #chars = 0;
  /** The line that has not ended yet. */
  #rest = "";

  /** The number of the first line kept; numbers never change. */
  get first(): number {
    return this.#first;
  }

  /** The number after the last line. */
  get end(): number {
    return this.#first + this.#lines.length;
  }

  line(number: number): LogLine | null {
    return this.#lines[number - this.#first] ?? null;
  }

  append(bytes: Uint8Array): void {
    const pieces = (this.#rest + this.#decoder.decode(bytes, { stream: true })).split("\n");
    this.#rest = pieces.pop() ?? "";
    for (const piece of pieces) this.#put(piece);
    while (this.#rest.length > LINE_CHARS_MAX) {
      this.#put(this.#rest.slice(0, LINE_CHARS_MAX));
      this.#rest = this.#rest.slice(LINE_CHARS_MAX);
    }
    this.#trim();
  }

  /** The log is over: what is left is a line too. */
  finish(): void {
    this.#rest += this.#decoder.decode();
    if (this.#rest !== "") this.#put(this.#rest);
    this.#rest = "";
    this.#trim();
  }

  clear(): void {
    this.#first = this.end;
    this.#lines = [];
    this.#chars = 0;
  }

  /** All of it as a text file, without control sequences. */
  *saved(withTimes: boolean): Generator<string> {
    for (const { time, text } of this.#lines) {
      yield `${withTimes && time !== "" ? `${time} ` : ""}${plainText(text)}\n`;
    }
  }

  #put(marked: string): void {
    const isError = marked.startsWith(ERROR_MARK);
    const raw = isError ? marked.slice(ERROR_MARK.length) : marked;
    for (let at = 0; at === 0 || at < raw.length; at += LINE_CHARS_MAX) {
      const piece = raw.slice(at, at + LINE_CHARS_MAX);
      const time = at === 0 ? (TIME.exec(piece)?.[0] ?? "") : "";
      const body = piece.slice(time.length).replace(/\r$/, "");
      // A progress bar writes over itself: what it said last is what it says.
      const text = body.slice(body.lastIndexOf("\r") + 1);
      this.#lines.push({ time: time.trimEnd(), text, isError });
      this.#chars += text.length;
    }
  }

  #trim(): void {
    if (this.#lines.length < LINES_MAX + SLACK_LINES && this.#chars <= CHARS_MAX) return;
    let gone = Math.max(0, this.#lines.length - LINES_MAX);
    let chars = this.#chars;
    for (let at = 0; at < gone; at += 1) chars -= this.#lines[at]?.text.length ?? 0;
    while (chars > CHARS_MAX && gone < this.#lines.length) {
      chars -= this.#lines[gone]?.text.length ?? 0;
      gone += 1;
    }
    if (gone === 0) return;
    this.#lines.splice(0, gone);
    this.#first += gone;
    this.#chars = chars;
  }
}

/** The lines that hold a text, kept up as lines come and go. */
export class LogSearch {
  readonly query: string;
  #found: number[] = [];
  #seen = 0;

  constructor(query: string) {
    this.query = query.toLowerCase();
  }

  /** The numbers of the lines that match, ascending. */
  over(buffer: LogBuffer): readonly number[] {
    if (this.query === "") return [];
    let gone = 0;
    while (gone < this.#found.length && (this.#found[gone] ?? 0) < buffer.first) gone += 1;
    const added: number[] = [];
    for (let number = Math.max(this.#seen, buffer.first); number < buffer.end; number += 1) {
      const line = buffer.line(number);
      if (line !== null && plainText(line.text).toLowerCase().includes(this.query)) added.push(number);
    }
    this.#seen = buffer.end;
    if (gone > 0 || added.length > 0) this.#found = [...this.#found.slice(gone), ...added];
    return this.#found;
  }
}

/** Runs of a text, marked where they hold the query. */
export function marked(text: string, query: string): readonly { text: string; hit: boolean }[] {
  if (query === "") return [{ text, hit: false }];
  const low = text.toLowerCase();
  const parts: { text: string; hit: boolean }[] = [];
  let at = 0;
  // Lower case may be longer than the text (İ); then places would not fit, and nothing is marked.
  if (low.length !== text.length) return [{ text, hit: false }];
  for (let hit = low.indexOf(query); hit >= 0; hit = low.indexOf(query, at)) {
    if (hit > at) parts.push({ text: text.slice(at, hit), hit: false });
    at = hit + query.length;
    parts.push({ text: text.slice(hit, at), hit: true });
  }
  if (at < text.length) parts.push({ text: text.slice(at), hit: false });
  return parts;
}
