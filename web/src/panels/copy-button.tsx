import { Check, Copy } from "lucide-react";
import { useMoment } from "../state/clock";
import { say } from "../text/text";
import { IconButton } from "../ui/button";

const COPIED_MS = 1200;

/** Puts a text on the clipboard and says that it did. */
export function CopyButton({ what, text }: { readonly what: string; readonly text: string }) {
  const [copied, mark] = useMoment(COPIED_MS);
  const copy = () => {
    // Absent on plain HTTP from another machine, where browsers give no clipboard.
    if (navigator.clipboard === undefined) return;
    navigator.clipboard.writeText(text).then(mark, () => undefined);
  };
  return (
    <IconButton
      label={copied ? say.details.copied : say.details.copy(what)}
      icon={copied ? Check : Copy}
      hintSide="left"
      small
      onClick={copy}
    />
  );
}
