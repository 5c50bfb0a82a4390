import { ArrowRight } from "lucide-react";
import { useState } from "react";
import type { EdgeDetail, EdgeEvidence, EdgeObservation, EdgeSocket, ParentLink } from "../api/types";
import { figuresText, sideWord, socketText, sourceWord } from "../domain/edge-words";
import { formatAgo, formatExact } from "../domain/time";
import { formatCount } from "../domain/units";
import { pushCard } from "../state/actions";
import { useNow } from "../state/clock";
import { say } from "../text/text";

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
    <section className="card-section" aria-label={say.edges.evidence}>
      <h3>
        {say.edges.evidence} <span className="muted figures">{formatCount(evidenceCount)}</span>
      </h3>
      <ol className="proofs">
        {shown.map((row) => (
          <Proof key={row.id} row={row} now={now} />
        ))}
      </ol>
      {!few && (
        <button type="button" className="more" aria-expanded={all} onClick={() => setAll(!all)}>
          {all ? say.details.less : say.details.more(evidence.length - SHOWN_AT_FIRST)}
        </button>
      )}
      {evidenceCount > evidence.length && (all || few) && (
        <p className="muted">
          {say.edges.seenLast(formatCount(evidence.length), formatCount(evidenceCount))}
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
        <ArrowRight size={14} aria-label={say.edges.to} />
        <Socket socket={row.server} />
      </div>
      {row.nat.map((step) => (
        <p key={step} className="proof-nat">
          <span className="muted">{say.edges.translated}</span> <span className="code">{step}</span>
        </p>
      ))}
      {row.sides.length === 0 ? (
        <p className="muted">{say.edges.measuredByNobody}</p>
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
      {socket.container !== null && <Holder link={socket.container} before={say.edges.inContainer} />}
      {socket.host !== null && <Holder link={socket.host} before={say.edges.onHost} />}
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
        {side.state !== "" && <span className={`state-word edge-${side.state}`}>{side.state}</span>}{" "}
        {say.edges.seen(side.observer, sideWord(side.side), sourceWord(side.source))}
      </p>
      <p className="muted figures">
        <Moment word={say.edges.first} at={side.firstSeen} now={now} />
        {side.firstSeen !== null && side.lastSeen !== null && ", "}
        <Moment word={say.edges.last} at={side.lastSeen} now={now} />
        {figures !== "" && `${side.firstSeen === null && side.lastSeen === null ? "" : "; "}${figures}`}
      </p>
    </li>
  );
}

function Moment({
  word,
  at,
  now,
}: {
  readonly word: (ago: string) => string;
  readonly at: number | null;
  readonly now: number;
}) {
  if (at === null) return null;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {word(formatAgo(at, now))}
    </time>
  );
}
