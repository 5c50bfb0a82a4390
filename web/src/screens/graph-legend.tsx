import { ChevronDown, ChevronUp, Lock } from "lucide-react";
import { type ReactNode, type RefCallback, useEffect, useMemo, useState } from "react";
import { type EdgeShow, trafficWidth } from "../domain/edge-show";
import { SHOW_WORDS, TONE_ROWS, WIDTH_SAMPLES } from "../domain/edge-words";
import { legendOf } from "../domain/legend";
import { middleCut, shortName } from "../domain/map-graph";
import { STATE_WORDS } from "../domain/node-state";
import { formatCount, formatRate } from "../domain/units";
import { setPreferences } from "../state/actions";
import { useMetric } from "../state/derived";
import { useGroups, useWholeGraph } from "../state/picture";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Glyph } from "../ui/glyph";

/** What a row of the legend has room for. */
const TITLE_CHARS_MAX = 16;

interface GraphLegendProps {
  /** The map has little room: only the header stays, unless the reader opens it here. */
  readonly tight: boolean;
  readonly panel: RefCallback<HTMLElement>;
}

/** What the shapes, hues, fills and rings on the map stand for. */
export function GraphLegend({ tight, panel }: GraphLegendProps) {
  const graph = useWholeGraph();
  const liked = useScope((state) => state.preferences.legendOpen);
  const [openedTight, setOpenedTight] = useState(false);
  const open = tight ? openedTight : liked;
  const metric = useMetric();
  const show = useScope((state) => state.address.edges);
  const changed = useScope((state) => state.changes.size);
  const pinned = useScope((state) => state.pins.size);
  const isComparing = useScope((state) => state.address.versus !== null);
  const faces = graph?.faces ?? graph;
  const by = useGroups();
  // Figures change every second, and the legend not with them.
  const legend = useMemo(
    () => (graph === null ? null : legendOf(graph, useScope.getState().nodes, by)),
    [faces, by],
  );
  // Opened over a small map it is looked at once; the next small map starts with it folded again.
  useEffect(() => {
    if (!tight) setOpenedTight(false);
  }, [tight]);
  if (legend === null || legend.shapes.length === 0) return null;
  const Chevron = open ? ChevronDown : ChevronUp;
  return (
    <section ref={panel} className="legend" aria-label={say.map.legend}>
      <button
        type="button"
        className="legend-toggle"
        aria-expanded={open}
        onClick={() => (tight ? setOpenedTight(!open) : setPreferences({ legendOpen: !open }))}
      >
        {say.map.legend}
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
              short={middleCut(shortName(title), TITLE_CHARS_MAX)}
              count={count}
            />
          ))}
          {legend.moreHues > 0 && <li className="muted">{say.map.moreGroups(legend.moreHues)}</li>}
          {metric !== null && (
            <li>
              <span className="legend-fill" aria-hidden="true" />
              <span className="cut">{say.map.fill(metric.label)}</span>
            </li>
          )}
          <EdgeRows show={show} />
          {changed > 0 && (
            <Row mark={<span className="legend-changed" />} title={say.map.justChanged} count={changed} />
          )}
          {isComparing && (
            <>
              <li>
                <span className="legend-came" aria-hidden="true" />
                <span className="cut">{say.time.newMark}</span>
              </li>
              <li>
                <span className="legend-other" aria-hidden="true" />
                <span className="cut">{say.time.changedMark}</span>
              </li>
            </>
          )}
          {pinned > 0 && (
            <Row mark={<Lock size={12} aria-hidden="true" />} title={say.map.putHere} count={pinned} />
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

/** What widths and colours of edges stand for, while they do. */
function EdgeRows({ show }: { readonly show: EdgeShow }) {
  if (show === "nothing") return null;
  return (
    <>
      <li className="legend-part">{say.map.edges(SHOW_WORDS[show])}</li>
      {TONE_ROWS[show].map(({ tone, title }) => (
        <li key={tone}>
          <span className="legend-edge" style={{ background: `var(--edge-${tone})` }} aria-hidden="true" />
          <span className="cut">{title}</span>
        </li>
      ))}
      {WIDTH_SAMPLES.map((bytes) => (
        <li key={bytes}>
          <span
            className="legend-edge"
            style={{ height: `calc(var(--ring) * ${1.5 * trafficWidth(bytes)})` }}
            aria-hidden="true"
          />
          <span className="cut">{formatRate(bytes)}</span>
        </li>
      ))}
    </>
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
