import { ChevronDown, ChevronUp } from "lucide-react";
import { type ReactNode, useLayoutEffect, useMemo, useRef } from "react";
import { legendOf } from "../domain/legend";
import { shortName } from "../domain/map-graph";
import { STATE_WORDS } from "../domain/node-state";
import { formatCount, plural } from "../domain/units";
import { setPreferences } from "../state/actions";
import { useMapGraph, useMetric } from "../state/derived";
import { useScope } from "../state/store";
import { Glyph } from "../ui/glyph";

/** What the shapes, hues, fills and rings on the map stand for. */
export function GraphLegend({ onWidth }: { readonly onWidth: (width: number) => void }) {
  const element = useRef<HTMLElement>(null);
  const graph = useMapGraph();
  const nodes = useScope((state) => state.nodes);
  const open = useScope((state) => state.preferences.legendOpen);
  const metric = useMetric();
  const legend = useMemo(() => (graph === null ? null : legendOf(graph, nodes)), [graph, nodes]);
  useLayoutEffect(() => {
    const box = element.current;
    onWidth(box === null || !open ? 0 : box.offsetLeft + box.offsetWidth);
    return () => onWidth(0);
  }, [legend?.hues.length, legend?.shapes.length, open, onWidth]);
  if (legend === null || legend.shapes.length === 0) return null;
  const Chevron = open ? ChevronDown : ChevronUp;
  return (
    <section ref={element} className="legend" aria-label="Legend">
      <button
        type="button"
        className="legend-toggle"
        aria-expanded={open}
        onClick={() => setPreferences({ legendOpen: !open })}
      >
        Legend
        <Chevron size={14} aria-hidden="true" />
      </button>
      {open && (
        <ul className="legend-rows">
          {legend.shapes.map(({ shape, title, count }) => (
            <Row key={shape + title} mark={<Glyph shape={shape} hue={-1} />} title={title} count={count} />
          ))}
          {legend.hues.map(({ hue, title, count }) => (
            <Row
              key={title}
              mark={<span className="legend-hue" style={{ background: `var(--hue-${hue})` }} />}
              title={title}
              short={shortName(title)}
              count={count}
            />
          ))}
          {legend.moreHues > 0 && <li className="muted">{plural(legend.moreHues, "more group")}</li>}
          {metric !== null && (
            <li>
              <span className="legend-fill" aria-hidden="true" />
              <span className="cut">Fill: {metric.label}</span>
            </li>
          )}
          {legend.states.map(({ state, count }) => (
            <Row
              key={state}
              mark={<span className={`state-dot ${state}`} />}
              title={STATE_WORDS[state]}
              count={count}
            />
          ))}
        </ul>
      )}
    </section>
  );
}

interface RowProps {
  readonly mark: ReactNode;
  readonly title: string;
  readonly short?: string;
  readonly count: number;
}

function Row({ mark, title, short = title, count }: RowProps) {
  return (
    <li>
      {mark}
      <span className="cut" title={title}>
        {short}
      </span>
      <span className="muted figures">{formatCount(count)}</span>
    </li>
  );
}
