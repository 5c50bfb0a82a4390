import { ArrowUpRight, ServerOff, Unplug } from "lucide-react";
import type { NodeDetail } from "../api/types";
import type { CardRef } from "../domain/address";
import { hueOf } from "../domain/hue";
import { shapeOf } from "../domain/map-graph";
import { nodeState, STATE_WORDS } from "../domain/node-state";
import { formatAgo, formatExact } from "../domain/time";
import { plural } from "../domain/units";
import { findView, kindOf } from "../domain/views";
import { pushCard, showInView } from "../state/actions";
import { useNow } from "../state/clock";
import { type DetailState, useDetail } from "../state/detail";
import { useScope } from "../state/store";
import { Empty } from "../ui/empty";
import { Glyph } from "../ui/glyph";
import { CopyButton } from "./copy-button";
import { Facts } from "./details-facts";
import { ChildrenTable, ConnectionsSection } from "./details-links";
import { Metrics } from "./details-metrics";
import { FactTableSection } from "./details-tables";

const SECOND_MS = 1000;

/** One node, long, kept fresh while it is open. */
export function DetailsCard({ card }: { readonly card: CardRef }) {
  const detail = useDetail(card);
  const { node } = detail;
  if (node === null) return <Nothing card={card} detail={detail} />;
  return (
    <article className="card" aria-label={node.label}>
      <Trouble detail={detail} />
      <CardHeader card={card} node={node} />
      <Metrics metrics={node.metrics} />
      <Facts rows={node.metadata} />
      {node.connections.map((table) => (
        <ConnectionsSection key={table.id} table={table} />
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

function useViewName(id: string): string {
  const views = useScope((state) => state.views);
  return findView(views, id)?.fullName ?? id;
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
        <CopyButton what="ID" text={node.id} />
      </div>
      <p className="card-line muted">
        {state !== "plain" && <span className={`state-word ${state}`}>{STATE_WORDS[state]}</span>}
        <span>{kind}</span>
        {node.labelMinor !== "" && !isParent && <span className="cut">{node.labelMinor}</span>}
        {node.pseudo && <span>not observed</span>}
      </p>
      {node.parents.length > 0 && <Parents node={node} />}
      {card.view !== current && (
        <button type="button" className="link show-in" onClick={() => showInView(card)}>
          Show in {viewName}
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
    <ul className="parents" aria-label="Part of">
      {node.parents.slice(0, PARENTS_MAX).map((link) => (
        <li key={link.viewId + link.id}>
          <ParentChip view={link.viewId} id={link.id} label={link.label} />
        </li>
      ))}
      {more > 0 && <li className="muted">and {plural(more, "more", "more")}</li>}
    </ul>
  );
}

function ParentChip({ view, id, label }: CardRef & { readonly label: string }) {
  const kind = useScope((state) => kindOf(state.views, view));
  return (
    <button type="button" className="chip" onClick={() => pushCard({ view, id })}>
      <span className="cut">
        <span className="muted">{kind}</span> {label}
      </span>
    </button>
  );
}

/** The node was there and is not any more, or cannot be asked for: say so, keep the last words. */
function Trouble({ detail }: { readonly detail: DetailState }) {
  const now = useNow(SECOND_MS);
  if (detail.missingSince !== null) {
    return (
      <p role="status" className="card-trouble" title={formatExact(detail.missingSince)}>
        Gone since {formatAgo(detail.missingSince, now)}. This is the last that was seen of it.
      </p>
    );
  }
  if (detail.failure === null) return null;
  return (
    <p role="status" className="card-trouble">
      {detail.failure} What follows may be old.
    </p>
  );
}

const SKELETON_WIDTHS = ["70%", "40%", "100%", "100%", "86%", "92%"] as const;

function Nothing({ card, detail }: { readonly card: CardRef; readonly detail: DetailState }) {
  const viewName = useViewName(card.view);
  if (detail.missingSince !== null) {
    return (
      <Empty icon={Unplug} title="Not here">
        No such node in {viewName.toLowerCase()} now. It may have ended, or the filters leave it out.
      </Empty>
    );
  }
  if (detail.failure !== null) {
    return (
      <Empty icon={ServerOff} title="No details">
        {detail.failure} It is tried again every few seconds.
      </Empty>
    );
  }
  return (
    <div className="card card-skeleton" role="status" aria-label="Loading details…">
      {SKELETON_WIDTHS.map((width) => (
        <span key={width} className="skeleton" style={{ width }} />
      ))}
    </div>
  );
}
