import type { LucideIcon } from "lucide-react";
import type { ReactNode, Ref } from "react";
import { say } from "../text/text";

interface IconButtonProps {
  /** The accessible name, shown as a hint. */
  readonly label: string;
  readonly icon: LucideIcon;
  readonly onClick: () => void;
  readonly hintSide?: "below" | "left";
  readonly pressed?: boolean;
  readonly small?: boolean;
  /** The key that does the same. */
  readonly shortcut?: string;
}

export function IconButton(props: IconButtonProps) {
  const { label, icon: Icon, onClick, hintSide = "below", pressed, small = false, shortcut } = props;
  return (
    <button
      type="button"
      className={small ? "icon-button small" : "icon-button"}
      aria-label={label}
      aria-pressed={pressed}
      aria-keyshortcuts={shortcut}
      data-hint={shortcut === undefined ? label : `${label} · ${keyWords(shortcut)}`}
      data-hint-side={hintSide}
      onClick={onClick}
    >
      <Icon size={small ? 14 : 16} aria-hidden="true" />
    </button>
  );
}

interface ButtonProps {
  readonly children: ReactNode;
  readonly onClick: () => void;
  /** It cannot be undone. */
  readonly danger?: boolean;
  readonly innerRef?: Ref<HTMLButtonElement>;
}

export function Button({ children, onClick, danger = false, innerRef }: ButtonProps) {
  return (
    <button ref={innerRef} type="button" className={danger ? "button danger" : "button"} onClick={onClick}>
      {children}
    </button>
  );
}

const KEY_NAMES: ReadonlyMap<string, string> = new Map(Object.entries(say.help.keyNames));

/** A shortcut as the reader's keyboard has it: `ctrl-z` is `Strg-z` in German. */
export function keyWords(shortcut: string): string {
  return shortcut
    .split("-")
    .map((key) => KEY_NAMES.get(key) ?? key)
    .join("-");
}

/** A keyboard key, drawn. */
export function Key({ children }: { children: ReactNode }) {
  return <kbd className="key">{children}</kbd>;
}
