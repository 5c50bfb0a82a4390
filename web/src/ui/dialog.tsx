import { X } from "lucide-react";
import { type ReactNode, useId, useLayoutEffect, useRef } from "react";
import { say } from "../text/text";
import { IconButton } from "./button";

interface DialogProps {
  readonly title: string;
  /** Absent for a question that must be answered. */
  readonly onClose?: () => void;
  /** As wide as the window allows. */
  readonly wide?: boolean;
  readonly children: ReactNode;
}

/** The platform's own dialog: it keeps the focus inside and Escape closes it. */
export function Dialog({ title, onClose, wide = false, children }: DialogProps) {
  const element = useRef<HTMLDialogElement>(null);
  const heading = useId();
  const mustStay = onClose === undefined;
  // Before the element is taken away, so that closing it gives the focus back to where it was.
  useLayoutEffect(() => {
    const dialog = element.current;
    if (mustStay) dialog?.setAttribute("closedby", "none");
    dialog?.showModal();
    // On the dialog itself: a focused close button would open the dialog with a hint over it.
    dialog?.focus();
    return () => dialog?.close();
  }, [mustStay]);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the keyboard closes it with Escape
    <dialog
      ref={element}
      className={wide ? "dialog wide" : "dialog"}
      tabIndex={-1}
      aria-labelledby={heading}
      onClose={() => {
        // Browsers that do not know `closedby` close any dialog when asked to twice.
        if (onClose === undefined) element.current?.showModal();
        else onClose();
      }}
      onClick={(event) => {
        if (event.target === event.currentTarget) onClose?.();
      }}
    >
      <header>
        <h2 id={heading}>{title}</h2>
        {onClose !== undefined && <IconButton label={say.frame.close} icon={X} onClick={onClose} />}
      </header>
      <div className="dialog-body">{children}</div>
    </dialog>
  );
}
