// The colours and letters of a terminal, read from the page's tokens.

export interface TerminalColours {
  readonly background: string;
  readonly foreground: string;
  readonly cursor: string;
  readonly cursorAccent: string;
  readonly selectionBackground: string;
  readonly black: string;
  readonly red: string;
  readonly green: string;
  readonly yellow: string;
  readonly blue: string;
  readonly magenta: string;
  readonly cyan: string;
  readonly white: string;
  readonly brightBlack: string;
  readonly brightRed: string;
  readonly brightGreen: string;
  readonly brightYellow: string;
  readonly brightBlue: string;
  readonly brightMagenta: string;
  readonly brightCyan: string;
  readonly brightWhite: string;
}

export interface TerminalTheme {
  readonly colours: TerminalColours;
  /** Found places, and the one in hand; `#rrggbb`. */
  readonly match: string;
  readonly matchActive: string;
  readonly fontFamily: string;
  /** px */
  readonly fontSize: number;
  readonly reducedMotion: boolean;
}
