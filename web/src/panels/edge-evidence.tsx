import { ArrowRight } from "lucide-react";
import { useState } from "react";
import type { EdgeDetail, EdgeEvidence, EdgeObservation, EdgeSocket, ParentLink } from "../api/types";
import { figuresText, socketText, sourceWord } from "../domain/edge-words";
import { formatAgo, formatExact } from "../domain/time";
import { formatCount } from "../domain/units";
import { pushCard } from "../state/actions";
import { useNow } from "../state/clock";

const SECOND_MS = 1000;
const SHOWN_AT_FIRST = 4;

/** The connections an edge is drawn for, and who saw them. */
export function Evidence({ edge }: { readonly edge: EdgeDetail }) {
  const [all, setAll] = useState(false);
  const now = useNow(SECOND_MS);
  const { evidence, evidenceCount } = edge;
  const few = evidence.length <= SHOWN_AT_FIRST + 1;
  const shown = all || few ? evidence : evidence.slice(0, SHOWN_AT_FIRST);
  return (
    <section className="card-section" aria-label="Evidence">
      <h3>
        Evidence <span className="muted figures">{formatCount(evidenceCount)}</span>
      </h3>
      <ol className="proofs">
        {shown.map((row) => (
          <Proof key={row.id} row={row} now={now} />
        ))}
      </ol>
      {!few && (
        <button type="button" className="more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? "Less" : `More (${evidence.length - SHOWN_AT_FIRST})`}
        </button>
      )}
      {evidenceCount > evidence.length && (all || few) && (
        <p className="muted">
          {formatCount(evidence.length)} of {formatCount(evidenceCount)} connections, those seen last.
        </p>
      )}
    </section>
  );
}

interface ProofProps {
  readonly row: EdgeEvidence;
  readonly now: number;
}

function Proof({ row, now }: ProofProps) {
  return (
    <li className="proof">
      <div className="proof-ends">
        <Socket socket={row.client} />
        <ArrowRight size={14} aria-label="to" />
        <Socket socket={row.server} />
      </div>
      {row.nat.map((step) => (
        <p key={step} className="proof-nat">
          <span className="muted">Translated</span> <span className="code">{step}</span>
        </p>
      ))}
      {row.sides.length === 0 ? (
        <p className="muted">No probe measured it.</p>
      ) : (
        <ul className="proof-sides">
          {row.sides.map((side) => (
            <Side key={`${side.observer} ${side.side}`} side={side} now={now} />
          ))}
        </ul>
      )}
    </li>
  );
}

function Socket({ socket }: { readonly socket: EdgeSocket }) {
  const text = socketText(socket);
  return (
    <div className="proof-socket">
      <span className="code" title={socket.name === "" ? text : `${text} (${socket.name})`}>
        {text}
      </span>
      {socket.name !== "" && <span className="muted">{socket.name}</span>}
      {socket.process !== null && <Holder link={socket.process} after={socket.pid} />}
      {socket.container !== null && <Holder link={socket.container} before="in" />}
      {socket.host !== null && <Holder link={socket.host} before="on" />}
    </div>
  );
}

interface HolderProps {
  readonly link: ParentLink;
  readonly before?: string;
  readonly after?: string;
}

function Holder({ link, before = "", after = "" }: HolderProps) {
  return (
    <span className="proof-holder">
      {before !== "" && <span className="muted">{before} </span>}
      <button type="button" className="link" onClick={() => pushCard({ view: link.viewId, id: link.id })}>
        {link.label}
      </button>
      {after !== "" && <span className="muted figures"> {after}</span>}
    </span>
  );
}

/** `web-1 as client, from its sockets`: who saw it, since when, and what it measured. */
function Side({ side, now }: { readonly side: EdgeObservation; readonly now: number }) {
  const figures = figuresText(side);
  return (
    <li>
      <p>
        {side.state !== "" && <span className={`state-word edge-${side.state}`}>{side.state}</span>} Seen on{" "}
        {side.observer} as {side.side}, from {sourceWord(side.source)}
      </p>
      <p className="muted figures">
        <Moment label="first" at={side.firstSeen} now={now} />
        {side.firstSeen !== null && side.lastSeen !== null && ", "}
        <Moment label="last" at={side.lastSeen} now={now} />
        {figures !== "" && `${side.firstSeen === null && side.lastSeen === null ? "" : "; "}${figures}`}
      </p>
    </li>
  );
}

function Moment({
  label,
  at,
  now,
}: {
  readonly label: string;
  readonly at: number | null;
  readonly now: number;
}) {
  if (at === null) return null;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {label} {formatAgo(at, now)}
    </time>
  );
}
