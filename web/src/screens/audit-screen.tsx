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
import { setPage } from "../state/actions";
import { useAudit } from "../state/audit";
import { useNow } from "../state/clock";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { Segmented } from "../ui/choice";
import { Empty } from "../ui/empty";
import "./page.css";

// The player brings the terminal with it.
const CastPlayer = lazy(() =>
  import("../panels/cast-player").then((module) => ({ default: module.CastPlayer })),
);

const words = say.pages;
const KINDS = AUDIT_KINDS.map((value) => ({ value, label: KIND_WORDS[value] }));
/** Rows drawn at once; the filter reaches all. */
const ROWS_SHOWN = 500;

/** Who did what, newest first; recorded terminals can be played. */
export function AuditScreen() {
  const audit = useAudit();
  const [kind, setKind] = useState<AuditKind>("all");
  const [typed, setTyped] = useState("");
  const [played, setPlayed] = useState<AuditEntry | null>(null);
  const wanted = useDeferredValue(typed);
  const entries = audit.entries.filter((entry) => auditMatches(entry, kind, wanted));
  return (
    <div className="page">
      <header className="page-head">
        <h2>{words.audit}</h2>
        <span className="muted figures">{say.figures.entries(entries.length)}</span>
        <div className="page-tools">
          <Segmented
            label={words.auditKind}
            items={KINDS}
            chosen={[kind]}
            onChoose={(value) => setKind(value as AuditKind)}
          />
          <input
            type="search"
            className="page-filter"
            aria-label={words.auditFilter}
            placeholder={words.auditFilterHint}
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
          <Button onClick={() => setPage(null)}>{words.back}</Button>
        </div>
      </header>
      {audit.failure !== null && audit.isLoaded && (
        <p role="alert" className="card-trouble">
          {say.details.old(audit.failure)}
        </p>
      )}
      <Entries audit={audit} entries={entries} onPlay={setPlayed} />
      {played !== null && (
        <Suspense fallback={null}>
          <CastPlayer
            title={words.whoWhere(played.who, targetOf(played))}
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
    if (audit.failure === null) return <p role="status">{say.frame.loading}</p>;
    return (
      <Empty icon={ShieldAlert} title={words.noAudit}>
        {audit.failure}
      </Empty>
    );
  }
  if (entries.length === 0) {
    return (
      <Empty icon={ScrollText} title={audit.entries.length === 0 ? words.auditEmpty : words.auditNone}>
        {audit.entries.length === 0 ? words.auditEmptyWhy : words.auditNoneWhy}
      </Empty>
    );
  }
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section className="page-scroll" aria-label={words.auditEntries} tabIndex={0}>
      <table className="page-table">
        <thead>
          <tr>
            <th scope="col">{words.when}</th>
            <th scope="col">{words.who}</th>
            <th scope="col">{words.what}</th>
            <th scope="col">{words.on}</th>
            <th scope="col">{words.outcome}</th>
            <th scope="col">{words.from}</th>
            <th scope="col">{words.recording}</th>
          </tr>
        </thead>
        <tbody>
          {entries.slice(0, ROWS_SHOWN).map((entry) => (
            <EntryRow key={entry.number} entry={entry} onPlay={onPlay} />
          ))}
        </tbody>
      </table>
      {entries.length > ROWS_SHOWN && (
        <p className="muted page-more">{words.newest(ROWS_SHOWN, entries.length)}</p>
      )}
      {audit.hasMore && (
        <p className="page-more">
          <Button onClick={audit.more}>{words.older}</Button>
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
        {isOk ? words.ok : entry.outcome}
        {extent !== "" && <span className="muted"> · {extent}</span>}
      </td>
      <td className="figures">{entry.from}</td>
      <td>
        {entry.recording !== "" && (
          <button type="button" className="button" onClick={() => onPlay(entry)}>
            <Play size={14} aria-hidden="true" />
            {words.play}
          </button>
        )}
      </td>
    </tr>
  );
}
