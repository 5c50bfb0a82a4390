import { ChevronDown, type LucideIcon } from "lucide-react";
import { type KeyboardEvent, useEffect, useId, useRef, useState } from "react";

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly icon?: LucideIcon;
  readonly onChoose: () => void;
}

interface MenuButtonProps {
  readonly label: string;
  /** Smaller, beside the label. */
  readonly note?: string;
  readonly icon?: LucideIcon;
  /** The side of the button that the list keeps to. */
  readonly side?: "start" | "end";
  readonly items: readonly MenuItem[];
  /** Why it cannot be opened; blank when it can. */
  readonly reason?: string;
}

/** A button with a list of actions: arrows move, Enter chooses, Escape closes and gives the focus back. */
export function MenuButton(props: MenuButtonProps) {
  const { label, note = "", icon: Icon, side = "start", items, reason = "" } = props;
  const [isOpen, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const list = useId();
  const close = () => {
    setOpen(false);
    button.current?.focus();
  };
  useEffect(() => {
    if (!isOpen) return;
    box.current?.querySelector<HTMLElement>('[role="menuitem"]')?.focus();
    const away = (event: PointerEvent) => {
      if (event.target instanceof Node && box.current?.contains(event.target) === false) setOpen(false);
    };
    document.addEventListener("pointerdown", away);
    return () => document.removeEventListener("pointerdown", away);
  }, [isOpen]);

  const press = (event: KeyboardEvent<HTMLDivElement>) => {
    if (!isOpen) return;
    const entries = [...(box.current?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
    const focused = document.activeElement;
    const at = focused instanceof HTMLElement ? entries.indexOf(focused) : -1;
    const step = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: entries.length - 1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") close();
    else if (step !== undefined) entries[(step + entries.length) % entries.length]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the menu inside
    <div ref={box} className="menu" onKeyDown={press}>
      <button
        ref={button}
        type="button"
        className="button"
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? list : undefined}
        aria-disabled={reason !== ""}
        title={reason === "" ? undefined : reason}
        onClick={() => reason === "" && setOpen(!isOpen)}
      >
        {Icon && <Icon size={14} aria-hidden="true" />}
        <span className="menu-label">{label}</span>
        {note !== "" && <span className="muted menu-note">{note}</span>}
        <ChevronDown size={14} aria-hidden="true" />
      </button>
      {isOpen && (
        <div id={list} role="menu" aria-label={label} className={`menu-list ${side}`}>
          {items.map(({ id, label: text, icon: ItemIcon, onChoose }) => (
            <button
              key={id}
              type="button"
              role="menuitem"
              className="menu-item"
              onClick={() => {
                close();
                onChoose();
              }}
            >
              {ItemIcon && <ItemIcon size={14} aria-hidden="true" />}
              {text}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
