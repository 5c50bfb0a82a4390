import type { LucideIcon } from "lucide-react";
import { type FocusEvent, type KeyboardEvent, type ReactNode, useId, useRef, useState } from "react";

interface PopoverProps {
  readonly label: string;
  readonly icon: LucideIcon;
  readonly children: ReactNode;
  /** The words are a hint then. */
  readonly iconOnly?: boolean;
}

/** A button with a panel of choices below it; Escape, and the focus leaving, close it. */
export function Popover({ label, icon: Icon, children, iconOnly = false }: PopoverProps) {
  const [open, setOpen] = useState(false);
  const button = useRef<HTMLButtonElement>(null);
  const panel = useId();
  const leave = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setOpen(false);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key !== "Escape" || !open) return;
    event.stopPropagation();
    setOpen(false);
    button.current?.focus();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: it only listens to what its button and choices do
    <div className="popover" onBlur={leave} onKeyDown={press}>
      <button
        ref={button}
        type="button"
        className={iconOnly ? "icon-button" : "button"}
        aria-label={iconOnly ? label : undefined}
        data-hint={iconOnly && !open ? label : undefined}
        data-hint-side="below"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
      >
        <Icon size={iconOnly ? 16 : 14} aria-hidden="true" />
        {!iconOnly && label}
      </button>
      {open && (
        <fieldset id={panel} aria-label={label} tabIndex={-1} className="popover-panel">
          {children}
        </fieldset>
      )}
    </div>
  );
}
