import { useState } from "react";
import type { MetadataRow } from "../api/types";
import { factText, safeLink } from "../domain/facts";
import { portLines } from "../domain/ports";
import { useNow } from "../state/clock";
import { say } from "../text/text";
import { CopyButton } from "./copy-button";
import { Ports } from "./details-ports";

/** Below this priority a fact is shown at once. */
const PRIME_PRIORITY = 10;
const SECOND_MS = 1000;
const PORTS_ID = "docker_container_ports";

/** What is known of the node, the important first, the rest on request. */
export function Facts({ rows }: { readonly rows: readonly MetadataRow[] }) {
  const [all, setAll] = useState(false);
  const now = useNow(SECOND_MS);
  const filled = rows.filter((row) => row.value !== "");
  const prime = filled.filter((row) => row.priority < PRIME_PRIORITY);
  const rest = filled.length - prime.length;
  if (filled.length === 0) return null;
  return (
    <section className="card-section" aria-label={say.details.facts}>
      <dl className="facts">
        {(all || prime.length === 0 ? filled : prime).map((row) => (
          <Fact key={row.id} row={row} now={now} />
        ))}
      </dl>
      {rest > 0 && prime.length > 0 && (
        <button type="button" className="more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? say.details.less : say.details.more(rest)}
        </button>
      )}
    </section>
  );
}

/** Values that are code: addresses, hashes, commands. */
function isCode(row: MetadataRow): boolean {
  return row.dataType === "ip" || /(^|_)(id|ids|ip|ips|command|cmdline|ports|networks)$/.test(row.id);
}

function Fact({ row, now }: { readonly row: MetadataRow; readonly now: number }) {
  const { text, full } = factText(row, now);
  const link = row.dataType === "link" ? safeLink(row.value) : null;
  const ports = row.id === PORTS_ID ? portLines(row.value) : null;
  return (
    <div className="fact">
      <dt className="muted">{row.label}</dt>
      <dd>
        <div className={isCode(row) ? "code" : ""} title={full === "" ? undefined : full}>
          {ports !== null ? (
            <Ports lines={ports} value={row.value} />
          ) : link === null ? (
            <Clamped text={text} />
          ) : (
            <a className="link" href={link} target="_blank" rel="noreferrer">
              {text}
            </a>
          )}
        </div>
        <CopyButton what={row.label} text={row.value} />
      </dd>
    </div>
  );
}

const CLAMP_CHARS = 140;

/** A long value by its beginning, whole on request. */
export function Clamped({ text }: { readonly text: string }) {
  const [open, setOpen] = useState(false);
  if (text.length <= CLAMP_CHARS) return text;
  return (
    <>
      <span className={open ? "" : "clamped"}>{text}</span>
      <button type="button" className="link clamp-toggle" onClick={() => setOpen(!open)}>
        {open ? say.details.showLess : say.details.showAll}
      </button>
    </>
  );
}
