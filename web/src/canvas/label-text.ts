// How wide words are, and how long ones are shortened: an ellipsis in the middle keeps both ends, which is where the
// names of pods and containers differ.

/** Longer labels are cut before they are measured: nobody reads them, and they come from outside. */
export const TEXT_CHARACTERS_MAX = 200;
/** Remembered widths and shortenings; everything is forgotten when there are more. */
const REMEMBERED_MAX = 60_000;

export type MeasureText = (text: string, style: number) => number;

export interface ShortText {
  readonly text: string;
  readonly width: number;
}

const NOTHING: ShortText = { text: "", width: 0 };

/** Line breaks and tabs become blanks; control characters and excess length go. */
export function cleanText(text: string): string {
  const cut = text.length > TEXT_CHARACTERS_MAX * 2 ? text.slice(0, TEXT_CHARACTERS_MAX * 2) : text;
  const plain = cut.replace(/\p{C}/gu, " ").replace(/\s+/gu, " ").trim();
  if (plain.length <= TEXT_CHARACTERS_MAX) {
    return plain;
  }
  const characters = [...plain];
  return middleCut(characters, TEXT_CHARACTERS_MAX);
}

/** `keep` characters of both ends with an ellipsis between; the beginning gets the odd one. */
function middleCut(characters: readonly string[], keep: number): string {
  if (keep >= characters.length) {
    return characters.join("");
  }
  const head = Math.ceil(keep / 2);
  const tail = keep - head;
  const end = tail > 0 ? characters.slice(-tail).join("").trimStart() : "";
  return `${characters.slice(0, head).join("").trimEnd()}…${end}`;
}

/** The longest form of `text` that is at most `widthMax` px wide; blank when not even two letters fit. */
export function shortened(text: string, style: number, widthMax: number, measure: MeasureText): ShortText {
  const clean = cleanText(text);
  if (clean === "") {
    return NOTHING;
  }
  const width = measure(clean, style);
  if (width <= widthMax) {
    return { text: clean, width };
  }
  const characters = [...clean];
  let [low, high] = [0, characters.length - 1];
  let best = NOTHING;
  while (low < high) {
    const keep = Math.ceil((low + high) / 2);
    const candidate = middleCut(characters, keep);
    const candidateWidth = measure(candidate, style);
    if (candidateWidth <= widthMax) {
      best = { text: candidate, width: candidateWidth };
      low = keep;
    } else {
      high = keep - 1;
    }
  }
  return low >= 2 ? best : NOTHING;
}

/** Shortening with a memory and a budget, so that ten thousand new names do not stop one frame. */
export class TextMemory {
  private readonly known = new Map<string, ShortText>();
  private left = 0;

  constructor(private readonly measure: MeasureText) {}

  /** Allows this many new texts until the next call. */
  allow(count: number): void {
    this.left = count;
  }

  /** Null when the budget is spent: ask again in the next frame. */
  get(text: string, style: number, widthMax: number): ShortText | null {
    const key = `${style}|${widthMax}|${text}`;
    const found = this.known.get(key);
    if (found) {
      return found;
    }
    if (this.left <= 0) {
      return null;
    }
    this.left--;
    if (this.known.size >= REMEMBERED_MAX) {
      this.known.clear();
    }
    const short = shortened(text, style, widthMax, this.measure);
    this.known.set(key, short);
    return short;
  }

  forget(): void {
    this.known.clear();
  }
}
