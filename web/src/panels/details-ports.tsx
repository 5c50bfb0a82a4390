import { useState } from "react";
import { hasMoreAddresses, type PortLine } from "../domain/ports";
import { say } from "../text/text";

/** Shown at once; the rest on request. */
const LINES_SHOWN = 6;

interface PortsProps {
  readonly lines: readonly PortLine[];
  /** The whole list as the probe gave it. */
  readonly value: string;
}

/** Published ports, each once, with every address behind it on request. */
export function Ports({ lines, value }: PortsProps) {
  const [all, setAll] = useState(false);
  const isShort = !hasMoreAddresses(lines) && lines.length <= LINES_SHOWN;
  return (
    <>
      {all
        ? value.split(",").map((entry) => <div key={entry}>{entry.trim()}</div>)
        : lines
            .slice(0, LINES_SHOWN)
            .map((line) => <PortWords key={`${line.host}>${line.container}`} line={line} />)}
      {!isShort && (
        <button type="button" className="link clamp-toggle" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? say.details.showLess : say.details.showAll}
        </button>
      )}
    </>
  );
}

function PortWords({ line }: { readonly line: PortLine }) {
  return (
    <div>
      {line.host === "" ? line.container : `${line.host} → ${line.container}`}
      {line.addresses > 1 && <span className="port-note"> {say.edges.addresses(line.addresses)}</span>}
    </div>
  );
}
