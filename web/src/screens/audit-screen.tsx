import { Play, ScrollText, ShieldAlert } from "lucide-react";
import { lazy, Suspense, useDeferredValue, useState } from "react";
import type { AuditEntry } from "../api/audit";
import {
  AUDIT_KINDS,
  type AuditKind,
  auditMatches,
  deedOf,
  extentOf,
  KIND_WORDS,
  targetOf,
} from "../domain/audit-words";
import { formatAgo, formatExact } from "../domain/time";
import { plural } from "../domain/units";
import { setPage } from "../state/actions";
import { useAudit } from "../state/audit";
import { useNow } from "../state/clock";
import { Button } from "../ui/button";
import { Segmented } from "../ui/choice";
import { Empty } from "../ui/empty";
import "./page.css";

// The player brings the terminal with it.
const CastPlayer = lazy(() =>
  import("../panels/cast-player").then((module) => ({ default: module.CastPlayer })),
);

const KINDS = AUDIT_KINDS.map((value) => ({ value, label: KIND_WORDS[value] }));
/** Rows drawn at once; the filter reaches all. */
const ROWS_SHOWN = 500;

/** Who did what, newest first; recorded terminals can be played. */
export function AuditScreen() {
  const audit = useAudit();
  const [kind, setKind] = useState<AuditKind>("all");
  const [words, setWords] = useState("");
  const [played, setPlayed] = useState<AuditEntry | null>(null);
  const wanted = useDeferredValue(words);
  const entries = audit.entries.filter((entry) => auditMatches(entry, kind, wanted));
  return (
    <div className="page">
      <header className="page-head">
        <h2>Audit log</h2>
        <span className="muted figures">{plural(entries.length, "entry", "entries")}</span>
        <div className="page-tools">
          <Segmented
            label="Kind of entry"
            items={KINDS}
            chosen={[kind]}
            onChoose={(value) => setKind(value as AuditKind)}
          />
          <input
            type="search"
            className="page-filter"
            aria-label="Filter the audit log"
            placeholder="Filter: name, node, address…"
            value={words}
            onChange={(event) => setWords(event.target.value)}
          />
          <Button onClick={() => setPage(null)}>Back to the map</Button>
        </div>
      </header>
      {audit.failure !== null && audit.isLoaded && (
        <p role="alert" className="card-trouble">
          {audit.failure} What follows may be old.
        </p>
      )}
      <Entries audit={audit} entries={entries} onPlay={setPlayed} />
      {played !== null && (
        <Suspense fallback={null}>
          <CastPlayer
            title={`${played.who} in ${targetOf(played) || "a terminal"}`}
            recording={played.recording}
            onClose={() => setPlayed(null)}
          />
        </Suspense>
      )}
    </div>
  );
}

interface EntriesProps {
  readonly audit: ReturnType<typeof useAudit>;
  readonly entries: readonly AuditEntry[];
  readonly onPlay: (entry: AuditEntry) => void;
}

function Entries({ audit, entries, onPlay }: EntriesProps) {
  if (!audit.isLoaded) {
    if (audit.failure === null) return <p role="status">Loading…</p>;
    return (
      <Empty icon={ShieldAlert} title="No audit log">
        {audit.failure}
      </Empty>
    );
  }
  if (entries.length === 0) {
    return (
      <Empty icon={ScrollText} title={audit.entries.length === 0 ? "Nothing yet" : "No such entry"}>
        {audit.entries.length === 0
          ? "Sign-ins, actions and terminals will be listed here, newest first."
          : "No entry that is loaded has these words. Older ones may: load them, or choose another filter."}
      </Empty>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="page-scroll" aria-label="Entries" tabIndex={0}>
      <table className="page-table">
        <thead>
          <tr>
            <th scope="col">When</th>
            <th scope="col">Who</th>
            <th scope="col">What</th>
            <th scope="col">On</th>
            <th scope="col">Outcome</th>
            <th scope="col">From</th>
            <th scope="col">Recording</th>
          </tr>
        </thead>
        <tbody>
          {entries.slice(0, ROWS_SHOWN).map((entry) => (
            <EntryRow key={entry.number} entry={entry} onPlay={onPlay} />
          ))}
        </tbody>
      </table>
      {entries.length > ROWS_SHOWN && (
        <p className="muted page-more">
          The newest {ROWS_SHOWN} of {plural(entries.length, "entry", "entries")} are listed; filter to see
          others.
        </p>
      )}
      {audit.hasMore && (
        <p className="page-more">
          <Button onClick={audit.more}>Load older entries</Button>
        </p>
      )}
    </section>
  );
}

const SECOND_MS = 1000;

interface EntryRowProps {
  readonly entry: AuditEntry;
  readonly onPlay: (entry: AuditEntry) => void;
}

function EntryRow({ entry, onPlay }: EntryRowProps) {
  const now = useNow(SECOND_MS * 10);
  const isOk = entry.outcome === "ok" || entry.outcome === "";
  const extent = extentOf(entry);
  return (
    <tr>
      <td title={formatExact(entry.at)} className="figures">
        <time dateTime={new Date(entry.at).toISOString()}>{formatAgo(entry.at, now)}</time>
      </td>
      <td>
        {entry.who}
        {entry.method !== entry.who && <span className="muted"> {entry.method}</span>}
      </td>
      <td title={entry.control}>{deedOf(entry)}</td>
      <td className="page-wide" title={entry.node}>
        {targetOf(entry)}
      </td>
      <td className={isOk ? "page-wide" : "page-wide page-bad"}>
        {isOk ? "ok" : entry.outcome}
        {extent !== "" && <span className="muted"> · {extent}</span>}
      </td>
      <td className="figures">{entry.from}</td>
      <td>
        {entry.recording !== "" && (
          <button type="button" className="button" onClick={() => onPlay(entry)}>
            <Play size={14} aria-hidden="true" />
            Play
          </button>
        )}
      </td>
    </tr>
  );
}
