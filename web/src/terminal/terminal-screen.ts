// The screen of a terminal: xterm with what it takes to fit, search, follow links and be kept over
// a reload. It knows no pipe and no page; bytes come in, keys go out.

import { FitAddon } from "@xterm/addon-fit";
import { SearchAddon } from "@xterm/addon-search";
import { SerializeAddon } from "@xterm/addon-serialize";
import { Unicode11Addon } from "@xterm/addon-unicode11";
import { WebLinksAddon } from "@xterm/addon-web-links";
import { type IDisposable, Terminal } from "@xterm/xterm";
import type { TerminalTheme } from "../domain/terminal-theme";
import { Feed } from "./feed";
import { withStyleDoor } from "./style-door";
import "@xterm/xterm/css/xterm.css";

/** Lines that can be scrolled back to. */
const SCROLLBACK_LINES = 10_000;
/** Bytes not drawn yet above which no more are taken, and below which they are again. */
const PENDING_BYTES_HIGH = 4 << 20;
const PENDING_BYTES_LOW = 2 << 20;
/** Lines kept over a reload, and characters of them. */
const KEPT_LINES = 1000;
const KEPT_CHARS_MAX = 400_000;

export interface TerminalHandlers {
  onInput(bytes: Uint8Array): void;
  onSize(columns: number, rows: number): void;
  /** The keyboard wants to leave the terminal. */
  onLeave(): void;
}

export interface FoundPlace {
  /** From 0, -1 when nothing is found. */
  readonly index: number;
  readonly count: number;
}

const encoder = new TextEncoder();

export class TerminalScreen {
  /** To be put where the terminal is to be seen. */
  readonly host = document.createElement("div");
  readonly #terminal: Terminal;
  readonly #fit = new FitAddon();
  readonly #search = new SearchAddon({ highlightLimit: 500 });
  readonly #serialize = new SerializeAddon();
  readonly #handlers: TerminalHandlers;
  readonly #disposables: IDisposable[] = [];
  #theme: TerminalTheme;
  readonly #feed = new Feed((piece, done) => this.#terminal.write(piece, done));
  #onDrained: (() => void)[] = [];
  #isOpen = false;

  constructor(isRaw: boolean, theme: TerminalTheme, handlers: TerminalHandlers) {
    this.host.className = "terminal-host";
    this.#handlers = handlers;
    this.#theme = theme;
    this.#terminal = new Terminal({
      allowProposedApi: true,
      convertEol: !isRaw,
      cursorBlink: !theme.reducedMotion,
      fontFamily: theme.fontFamily,
      fontSize: theme.fontSize,
      lineHeight: 1.2,
      minimumContrastRatio: 4.5,
      scrollback: SCROLLBACK_LINES,
      linkHandler: { activate: (_event, address) => follow(address) },
      smoothScrollDuration: 0,
      theme: theme.colours,
    });
    const terminal = this.#terminal;
    terminal.loadAddon(this.#fit);
    terminal.loadAddon(this.#search);
    terminal.loadAddon(this.#serialize);
    terminal.loadAddon(new Unicode11Addon());
    terminal.unicode.activeVersion = "11";
    terminal.loadAddon(new WebLinksAddon((_event, address) => follow(address)));
    terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    this.#disposables.push(
      terminal.onData((text) => handlers.onInput(encoder.encode(text))),
      terminal.onBinary((text) => handlers.onInput(Uint8Array.from(text, (char) => char.charCodeAt(0)))),
      terminal.onResize(({ cols, rows }) => handlers.onSize(cols, rows)),
    );
  }

  get columns(): number {
    return this.#terminal.cols;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  /** A program that has the whole screen (an editor, a pager) runs. */
  get isFullScreen(): boolean {
    return this.#terminal.buffer.active.type === "alternate";
  }

  /** To be called when the host is in the document and has a size; draws, or fits again. */
  show(): void {
    if (!this.#isOpen) {
      withStyleDoor(() => this.#terminal.open(this.host));
      this.#isOpen = true;
    }
    this.#fit.fit();
  }

  /** Tells its size again, for a far end that was not there before. */
  tellSize(): void {
    if (this.#isOpen) this.#handlers.onSize(this.columns, this.rows);
  }

  focus(): void {
    this.#terminal.focus();
  }

  /** Takes output; the promise is kept when most of what waits is drawn, null for at once. */
  write(bytes: Uint8Array): Promise<void> | null {
    this.#feed.push(bytes, () => {
      if (this.#feed.pending <= PENDING_BYTES_LOW) this.#release();
    });
    if (this.#feed.pending < PENDING_BYTES_HIGH) return null;
    return new Promise((resolve) => this.#onDrained.push(resolve));
  }

  /** A line of the page's own between the program's. */
  say(sentence: string): void {
    this.write(encoder.encode(`\r\n\x1b[0;2m${sentence}\x1b[0m\r\n`));
  }

  /** The next or former place; marks all of them. */
  find(text: string, backwards: boolean, onFound: (place: FoundPlace) => void): void {
    const { match, matchActive } = this.#theme;
    const decorations = {
      matchBackground: match,
      matchOverviewRuler: match,
      activeMatchBackground: matchActive,
      activeMatchColorOverviewRuler: matchActive,
    };
    const listening = this.#search.onDidChangeResults(({ resultIndex, resultCount }) =>
      onFound({ index: resultIndex, count: resultCount }),
    );
    if (text === "") {
      this.#search.clearDecorations();
      onFound({ index: -1, count: 0 });
    } else if (backwards) this.#search.findPrevious(text, { decorations });
    else this.#search.findNext(text, { decorations, incremental: false });
    listening.dispose();
  }

  setTheme(theme: TerminalTheme): void {
    this.#theme = theme;
    this.#terminal.options.theme = theme.colours;
    this.#terminal.options.cursorBlink = !theme.reducedMotion;
  }

  /** What stands on it, as what would draw it again; blank when that is too much. */
  kept(): string {
    const text = this.#serialize.serialize({ scrollback: KEPT_LINES });
    return text.length > KEPT_CHARS_MAX ? "" : text;
  }

  restore(kept: string): void {
    this.#terminal.write(kept);
  }

  /** All of it as text, for a file. */
  text(): string {
    const { normal } = this.#terminal.buffer;
    const lines: string[] = [];
    for (let at = 0; at < normal.length; at += 1) {
      const line = normal.getLine(at);
      const words = line?.translateToString(true) ?? "";
      if (line?.isWrapped && lines.length > 0) lines[lines.length - 1] += words;
      else lines.push(words);
    }
    return `${lines.join("\n").trimEnd()}\n`;
  }

  /** For what is only looked at: the size is that of the recording, and keys go nowhere. */
  showStill(columns: number, rows: number): void {
    this.#terminal.options.disableStdin = true;
    this.#terminal.options.cursorBlink = false;
    this.#terminal.resize(columns, rows);
    if (this.#isOpen) return;
    withStyleDoor(() => this.#terminal.open(this.host));
    this.#isOpen = true;
  }

  draw(text: string): void {
    this.#terminal.write(text);
  }

  reset(): void {
    this.#terminal.reset();
  }

  dispose(): void {
    for (const each of this.#disposables) each.dispose();
    this.#feed.close();
    this.#terminal.dispose();
    this.host.remove();
    this.#release();
  }

  #release(): void {
    const waiting = this.#onDrained;
    this.#onDrained = [];
    for (const go of waiting) go();
  }

  /** The keys that are the page's, not the program's; false for those. */
  #key(event: KeyboardEvent): boolean {
    if (event.type !== "keydown") return true;
    if (event.ctrlKey && event.key === "F6") {
      event.preventDefault();
      this.#handlers.onLeave();
      return false;
    }
    const copies = event.ctrlKey && !event.altKey && (event.key === "C" || event.key === "c");
    if (copies && (event.shiftKey || this.#terminal.hasSelection())) {
      event.preventDefault();
      this.#copy();
      return false;
    }
    // The browser itself pastes.
    const pastes = (event.ctrlKey && event.shiftKey && event.key === "V") || event.key === "F11";
    return !pastes;
  }

  #copy(): void {
    const text = this.#terminal.getSelection();
    if (text === "") return;
    this.#terminal.clearSelection();
    // Absent on plain HTTP from another machine; there the selection is copied by the old command.
    if (navigator.clipboard !== undefined) navigator.clipboard.writeText(text).catch(() => copyOldWay(text));
    else copyOldWay(text);
  }
}

function copyOldWay(text: string): void {
  const put = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
  };
  document.addEventListener("copy", put, { once: true });
  document.execCommand("copy");
  document.removeEventListener("copy", put);
}

/** Opens what a program printed as an address, which gets no hold of this page. */
function follow(address: string): void {
  if (/^https?:\/\//i.test(address)) window.open(address, "_blank", "noopener,noreferrer");
}
