// Lines of a log with the colours their programs gave them (ECMA-48, SGR), as runs of plain text.
// Every other control sequence is left out: it could move the cursor or rewrite what was said.

/** 0 to 15 of the theme, or a colour of its own as `#rrggbb`. */
export type AnsiColour = number | string;

export interface AnsiStyle {
  readonly colour: AnsiColour | null;
  readonly ground: AnsiColour | null;
  readonly bold: boolean;
  readonly dim: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly inverse: boolean;
}

export interface AnsiRun {
  readonly text: string;
  readonly style: AnsiStyle;
}

export const PLAIN: AnsiStyle = {
  colour: null,
  ground: null,
  bold: false,
  dim: false,
  italic: false,
  underline: false,
  inverse: false,
};

/** Sequences with parameters (CSI), strings for the terminal (OSC, DCS, PM, APC, SOS), two characters. */
const SEQUENCE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b[\]P^_X][^\x07\x1b]{0,4096}(?:\x07|\x1b\\)?|\x1b[ -/]*[0-~]|[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** The runs of one line that starts in `before`. */
export function ansiRuns(line: string, before: AnsiStyle = PLAIN): readonly AnsiRun[] {
  const runs: AnsiRun[] = [];
  let style = before;
  let at = 0;
  const put = (text: string) => {
    if (text !== "") runs.push({ text, style });
  };
  for (const found of line.matchAll(SEQUENCE)) {
    put(line.slice(at, found.index));
    at = found.index + found[0].length;
    if (found[2] === "m") style = restyled(style, found[1] ?? "");
  }
  put(line.slice(at));
  return runs;
}

/** The text of a line without any sequence: what is searched, and saved. */
export function plainText(line: string): string {
  return line.replace(SEQUENCE, "");
}

function restyled(before: AnsiStyle, parameters: string): AnsiStyle {
  const codes = parameters.split(/[;:]/).map((code) => (code === "" ? 0 : Number(code)));
  let style = before;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    if (code === 38 || code === 48) {
      const [colour, taken] = extended(codes.slice(at + 1));
      at += taken;
      if (colour !== null) style = code === 38 ? { ...style, colour } : { ...style, ground: colour };
      continue;
    }
    style = single(style, code);
  }
  return style;
}

function single(style: AnsiStyle, code: number): AnsiStyle {
  if (code >= 30 && code <= 37) return { ...style, colour: code - 30 };
  if (code >= 40 && code <= 47) return { ...style, ground: code - 40 };
  if (code >= 90 && code <= 97) return { ...style, colour: code - 90 + 8 };
  if (code >= 100 && code <= 107) return { ...style, ground: code - 100 + 8 };
  switch (code) {
    case 0:
      return PLAIN;
    case 1:
      return { ...style, bold: true };
    case 2:
      return { ...style, dim: true };
    case 3:
      return { ...style, italic: true };
    case 4:
      return { ...style, underline: true };
    case 7:
      return { ...style, inverse: true };
    case 22:
      return { ...style, bold: false, dim: false };
    case 23:
      return { ...style, italic: false };
    case 24:
      return { ...style, underline: false };
    case 27:
      return { ...style, inverse: false };
    case 39:
      return { ...style, colour: null };
    case 49:
      return { ...style, ground: null };
    default:
      return style;
  }
}

const CUBE = [0, 95, 135, 175, 215, 255] as const;

/** The colour after 38 or 48, and how many codes it took. */
function extended(codes: readonly number[]): readonly [AnsiColour | null, number] {
  const [kind, one = 0, two = 0, three = 0] = codes;
  if (kind === 5) return [indexed(one), 2];
  if (kind === 2) return [hex(one, two, three), 4];
  return [null, 0];
}

function indexed(index: number): AnsiColour | null {
  if (!(index >= 0 && index <= 255)) return null;
  if (index < 16) return index;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return hex(grey, grey, grey);
  }
  const place = index - 16;
  const part = (size: number) => CUBE[Math.floor(place / size) % 6] ?? 0;
  return hex(part(36), part(6), part(1));
}

function hex(...parts: readonly number[]): string {
  const within = parts.map((part) => Math.min(255, Math.max(0, Math.round(part) || 0)));
  return `#${within.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
