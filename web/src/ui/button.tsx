import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

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
      data-hint={shortcut === undefined ? label : `${label} · ${shortcut}`}
      data-hint-side={hintSide}
      onClick={onClick}
    >
      <Icon size={small ? 14 : 16} aria-hidden="true" />
    </button>
  );
}

export function Button({ children, onClick }: { children: ReactNode; onClick: () => void }) {
  return (
    <button type="button" className="button" onClick={onClick}>
      {children}
    </button>
  );
}

/** A keyboard key, drawn. */
export function Key({ children }: { children: ReactNode }) {
  return <kbd className="key">{children}</kbd>;
}
