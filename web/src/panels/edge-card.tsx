import { ArrowRight, ArrowUpRight, CircleSlash } from "lucide-react";
import type { EdgeDetail, EdgeNode } from "../api/types";
import type { CardRef } from "../domain/address";
import { silenceText, spanText } from "../domain/edge-words";
import { HUES, stableHash } from "../domain/hue";
import { shapeOf } from "../domain/map-graph";
import { kindOf } from "../domain/views";
import { pushCard, showInView } from "../state/actions";
import { useEdge } from "../state/detail";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Glyph } from "../ui/glyph";
import { Nothing, Trouble, useViewName } from "./card-state";
import { Metrics } from "./details-metrics";
import { Evidence } from "./edge-evidence";
import "./edge.css";

interface EdgeCardProps {
  readonly view: string;
  readonly from: string;
  readonly to: string;
}

/** One edge, long, kept fresh while it is open. */
export function EdgeCard({ view, from, to }: EdgeCardProps) {
  const kept = useEdge(view, from, to);
  const { last: edge } = kept;
  if (edge === null) return <Nothing view={view} what="edge" kept={kept} />;
  return (
    <article className="card" aria-label={`${edge.from.label} → ${edge.to.label}`}>
      <Trouble kept={kept} />
      <EdgeHeader card={{ view, id: from, to }} edge={edge} />
      <Figures edge={edge} />
      <Evidence edge={edge} />
    </article>
  );
}

function EdgeHeader({ card, edge }: { readonly card: CardRef; readonly edge: EdgeDetail }) {
  const current = useScope((state) => state.address.view);
  const viewName = useViewName(card.view);
  return (
    <header className="card-head">
      <h2 className="edge-name">
        <span>{edge.from.label}</span>
        <ArrowRight size={16} aria-label={say.edges.to} />
        <span>{edge.to.label}</span>
      </h2>
      <ul className="edge-ends" aria-label={say.edges.ends}>
        <End view={card.view} node={edge.from} what={say.edges.client} />
        <End view={card.view} node={edge.to} what={say.edges.server} />
      </ul>
      {card.view !== current && (
        <button type="button" className="link show-in" onClick={() => showInView(card)}>
          {say.details.showIn(viewName)}
          <ArrowUpRight size={14} aria-hidden="true" />
        </button>
      )}
    </header>
  );
}

interface EndProps {
  readonly view: string;
  readonly node: EdgeNode;
  readonly what: string;
}

function End({ view, node, what }: EndProps) {
  const kind = useScope((state) => kindOf(state.views, view));
  const known = useScope((state) => state.hues.get(node.rank));
  const hue = node.pseudo ? -1 : (known ?? stableHash(node.rank) % HUES);
  return (
    <li>
      <button type="button" className="edge-end" onClick={() => pushCard({ view, id: node.id })}>
        <Glyph shape={shapeOf(node.shape)} hue={hue} />
        <span className="cut" title={node.label}>
          {node.label}
        </span>
        <span className="muted cut">
          {what}
          {node.labelMinor === "" ? ` · ${kind}` : ` · ${node.labelMinor}`}
        </span>
      </button>
    </li>
  );
}

/** What the edge carries, or why nobody knows. */
function Figures({ edge }: { readonly edge: EdgeDetail }) {
  if (edge.silence !== null) {
    const { title, text } = silenceText(edge.silence);
    return (
      <section className="edge-silence" aria-label={say.details.metrics}>
        <CircleSlash size={16} aria-hidden="true" />
        <h3>{title}</h3>
        <p className="muted">{text}</p>
      </section>
    );
  }
  const span = spanText(edge.metrics);
  return (
    <div className="edge-figures">
      <Metrics metrics={edge.metrics} />
      {span !== "" && <p className="muted">{span}</p>}
    </div>
  );
}
