import { ChevronLeft, X } from "lucide-react";
import { useEffect, useRef } from "react";
import type { CardRef } from "../domain/address";
import { closeCards, popCard, setPreferences } from "../state/actions";
import { DOCK_PX } from "../state/preferences";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { Resizer } from "../ui/resizer";
import { DetailsCard } from "./details-card";
import { EdgeCard } from "./edge-card";
import "./details.css";

/** The right dock: a stack of nodes and edges, the top one shown. */
export function DetailsDock({ narrow }: { readonly narrow: boolean }) {
  const cards = useScope((state) => state.address.cards);
  const width = useScope((state) => state.preferences.dockWidth);
  const top = cards[cards.length - 1];
  if (top === undefined) return null;
  return (
    <aside aria-label={say.details.title} className="dock" style={narrow ? undefined : { width }}>
      {!narrow && (
        <Resizer
          label={say.details.width}
          side="left"
          size={width}
          min={DOCK_PX.min}
          max={DOCK_PX.max}
          onResize={(dockWidth) => setPreferences({ dockWidth })}
        />
      )}
      <DockBar cards={cards} />
      <CardScroll key={`${top.view} ${top.id} ${top.to ?? ""}`} card={top} />
    </aside>
  );
}

function DockBar({ cards }: { readonly cards: readonly CardRef[] }) {
  const depth = cards.length;
  return (
    <div className="dock-bar">
      {depth > 1 ? (
        <button type="button" className="dock-back" onClick={popCard}>
          <ChevronLeft size={16} aria-hidden="true" />
          {say.details.back}
          <span className="muted figures">{say.figures.of(String(depth - 1), String(depth))}</span>
        </button>
      ) : (
        <span className="dock-title">{say.details.title}</span>
      )}
      <IconButton label={say.details.close} icon={X} shortcut="esc" onClick={closeCards} />
    </div>
  );
}

function CardScroll({ card }: { readonly card: CardRef }) {
  const scroll = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (scroll.current !== null) scroll.current.scrollTop = 0;
  }, []);
  return (
    <div ref={scroll} className="dock-scroll">
      {card.to === undefined ? (
        <DetailsCard card={card} />
      ) : (
        <EdgeCard view={card.view} from={card.id} to={card.to} />
      )}
    </div>
  );
}
