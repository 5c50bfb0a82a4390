import { ArrowUpRight } from "lucide-react";
import type { NodeDetail } from "../api/types";
import type { CardRef } from "../domain/address";
import { hueOf } from "../domain/hue";
import { shapeOf } from "../domain/map-graph";
import { nodeState, STATE_WORDS } from "../domain/node-state";
import { kindOf } from "../domain/views";
import { pushCard, showInView } from "../state/actions";
import { useDetail } from "../state/detail";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Glyph } from "../ui/glyph";
import { Nothing, Trouble, useViewName } from "./card-state";
import { ChangeNote } from "./change-note";
import { Controls } from "./controls";
import { CopyButton } from "./copy-button";
import { Facts } from "./details-facts";
import { ChildrenTable, ConnectionsSection } from "./details-links";
import { Metrics } from "./details-metrics";
import { FactTableSection } from "./details-tables";

/** One node, long, kept fresh while it is open. */
export function DetailsCard({ card }: { readonly card: CardRef }) {
  const detail = useDetail(card);
  const { last: node } = detail;
  if (node === null) return <Nothing view={card.view} what="node" kept={detail} />;
  return (
    <article className="card" aria-label={node.label}>
      <Trouble kept={detail} />
      <CardHeader card={card} node={node} />
      <ChangeNote node={node} />
      <Controls card={card} node={node} />
      <Metrics metrics={node.metrics} />
      <Facts rows={node.metadata} />
      {node.connections.map((table) => (
        <ConnectionsSection key={table.id} node={node.id} table={table} />
      ))}
      {node.children.map((group) => (
        <ChildrenTable key={group.viewId + group.label} group={group} />
      ))}
      {node.tables.map((table) => (
        <FactTableSection key={table.id} table={table} />
      ))}
    </article>
  );
}

function CardHeader({ card, node }: { readonly card: CardRef; readonly node: NodeDetail }) {
  const hue = useScope((state) => hueOf(node, state.hues));
  const current = useScope((state) => state.address.view);
  const viewName = useViewName(card.view);
  const kind = useScope((state) => kindOf(state.views, card.view));
  const isParent = node.parents.some((link) => link.label === node.labelMinor);
  const state = nodeState(node);
  return (
    <header className="card-head">
      <div className="card-name">
        <Glyph shape={shapeOf(node.shape)} hue={hue} size={24} />
        <h2 title={node.label}>{node.label}</h2>
        <CopyButton what={say.details.id} text={node.id} />
      </div>
      <p className="card-line muted">
        {state !== "plain" && <span className={`state-word ${state}`}>{STATE_WORDS[state]}</span>}
        <span>{kind}</span>
        {node.labelMinor !== "" && !isParent && <span className="cut">{node.labelMinor}</span>}
        {node.pseudo && <span>{say.things.isNotObserved}</span>}
      </p>
      {node.parents.length > 0 && <Parents node={node} />}
      {card.view !== current && (
        <button type="button" className="link show-in" onClick={() => showInView(card)}>
          {say.details.showIn(viewName)}
          <ArrowUpRight size={14} aria-hidden="true" />
        </button>
      )}
    </header>
  );
}

const PARENTS_MAX = 12;

function Parents({ node }: { readonly node: NodeDetail }) {
  const more = node.parents.length - PARENTS_MAX;
  return (
    <ul className="parents" aria-label={say.details.partOf}>
      {node.parents.slice(0, PARENTS_MAX).map((link) => (
        <li key={link.viewId + link.id}>
          <ParentChip view={link.viewId} id={link.id} label={link.label} />
        </li>
      ))}
      {more > 0 && <li className="muted">{say.acts.andMore(more)}</li>}
    </ul>
  );
}

function ParentChip({ view, id, label }: CardRef & { readonly label: string }) {
  const kind = useScope((state) => kindOf(state.views, view));
  return (
    <button type="button" className="parent-chip" onClick={() => pushCard({ view, id })}>
      <span className="cut">
        <span className="muted">{kind}</span> {label}
      </span>
    </button>
  );
}
