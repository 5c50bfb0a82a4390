import { Share } from "lucide-react";
import { useMode } from "../state/mode";
import { say } from "../text/text";
import { Popover } from "../ui/popover";
import { exportAs, exportsOf } from "./export-kinds";

/** What is shown, as a file. */
export function ExportMenu() {
  const mode = useMode();
  return (
    <Popover label={say.frame.export} icon={Share} iconOnly>
      {exportsOf(mode).map(({ kind, label, what }) => (
        <button key={kind} type="button" className="export-choice" onClick={() => void exportAs(kind)}>
          {label}
          <span className="muted">{what}</span>
        </button>
      ))}
    </Popover>
  );
}
