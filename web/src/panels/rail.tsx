import { X } from "lucide-react";
import { type MouseEvent, useMemo } from "react";
import type { View } from "../api/types";
import { formatHash } from "../domain/address";
import { EDGE_SHOWS, type EdgeShow } from "../domain/edge-show";
import { SHOW_WORDS } from "../domain/edge-words";
import { networksOf } from "../domain/networks";
import { formatCount } from "../domain/units";
import { chosenValues, groupTitle, placedViews, shownViews } from "../domain/views";
import {
  chooseEdges,
  chooseMetric,
  chooseOption,
  openView,
  setPreferences,
  setRailOpen,
} from "../state/actions";
import {
  choicesOf,
  optionGroupsOf,
  useChoices,
  useMatches,
  useMetric,
  useMetricChoices,
  usePlacedView,
} from "../state/derived";
import { useMode } from "../state/mode";
import { exchangePin } from "../state/palette-actions";
import { RAIL_PX } from "../state/preferences";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { ChoiceList } from "../ui/choice";
import { Resizer } from "../ui/resizer";
import "./rail.css";

/** The left rail: which view, and what is left out of it. */
export function Rail({ narrow }: { readonly narrow: boolean }) {
  const width = useScope((state) => state.preferences.railWidth);
  const mode = useMode();
  return (
    <aside aria-label={say.frame.rail} className="rail" style={narrow ? undefined : { width }}>
      {narrow && (
        <div className="rail-head">
          <span>{say.frame.menu}</span>
          <IconButton label={say.frame.closeMenu} icon={X} onClick={() => setRailOpen(false)} />
        </div>
      )}
      <div className="rail-scroll">
        <Views />
        {mode !== "resources" && <Options />}
        {mode !== "resources" && <Networks />}
        <Metrics />
        <Edges />
      </div>
      {!narrow && (
        <Resizer
          label={say.frame.railWidth}
          side="right"
          size={width}
          min={RAIL_PX.min}
          max={RAIL_PX.max}
          onResize={(railWidth) => setPreferences({ railWidth })}
        />
      )}
    </aside>
  );
}

const SKELETON_WIDTHS = ["62%", "48%", "74%", "56%"] as const;

function Views() {
  const views = useScope((state) => state.views);
  const current = useScope((state) => state.address.view);
  if (views.length === 0) {
    return (
      <nav aria-label={say.frame.views} aria-busy="true" className="rail-skeleton">
        {SKELETON_WIDTHS.map((width) => (
          <span key={width} className="skeleton" style={{ width }} />
        ))}
      </nav>
    );
  }
  const shown = placedViews(shownViews(views, current));
  return (
    <nav aria-label={say.frame.views}>
      <ul>
        {shown.map(({ view, top, fullName }) => (
          <li key={view.id}>
            <ViewLink view={view} name={fullName} isChild={view !== top} />
          </li>
        ))}
      </ul>
    </nav>
  );
}

function ViewLink({ view, name, isChild }: { view: View; name: string; isChild: boolean }) {
  const address = useScope((state) => state.address);
  const views = useScope((state) => state.views);
  const isCurrent = address.view === view.id;
  const target = { ...address, view: view.id, cards: [], sorting: null };
  const { stats } = view;
  const hidden = name.endsWith(view.name) ? name.slice(0, name.length - view.name.length) : "";
  const left = stats.filtered > 0 ? `, ${say.frame.filtered(formatCount(stats.filtered))}` : "";
  const click = (event: MouseEvent) => {
    // Let the browser open a new tab when asked to.
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    openView(view.id);
  };
  return (
    <a
      href={formatHash(target, choicesOf(views, target))}
      className={isChild ? "view-link child" : "view-link"}
      aria-current={isCurrent ? "page" : undefined}
      title={`${say.figures.nodes(stats.nodes)}${left}, ${say.figures.edges(stats.edges)}`}
      onClick={click}
    >
      <span className="cut">
        {/* Read alone, `by image` says too little. */}
        {hidden !== "" && <span className="unseen">{hidden}</span>}
        {view.name}
      </span>
      <span className="view-figures figures" aria-hidden="true">
        {isCurrent ? <Matches /> : <MatchesElsewhere view={view.id} />}
        {formatCount(stats.nodes)}
      </span>
    </a>
  );
}

/** What the search finds in a view that is not shown. */
function MatchesElsewhere({ view }: { readonly view: string }) {
  const query = useScope((state) => state.address.query);
  const count = useScope(({ found }) =>
    found?.text === query ? (found.views.find((row) => row.view === view)?.count ?? 0) : 0,
  );
  if (count === 0) return null;
  return <span className="matches figures">{say.figures.matches(count)}</span>;
}

function Matches() {
  const matches = useMatches();
  if (matches === null) return null;
  return <span className="matches figures">{say.figures.matches(matches.size)}</span>;
}

function Options() {
  const placed = usePlacedView();
  const choices = useChoices();
  if (placed === null) return null;
  const groups = optionGroupsOf(placed).filter((group) => group.options.length > 0);
  const seen = new Set<string>();
  const distinct = groups.filter((group) => !seen.has(group.id) && seen.add(group.id));
  if (distinct.length === 0) return null;
  return (
    <section className="rail-section" aria-label={say.frame.filters}>
      {distinct.map((group) => {
        const chosen = chosenValues(group, choices);
        const none = group.several ? [{ value: "", label: group.noneLabel || say.frame.all }] : [];
        return (
          <div key={group.id}>
            <h2>{groupTitle(group)}</h2>
            <ChoiceList
              label={groupTitle(group)}
              several={group.several}
              items={[...none, ...group.options]}
              chosen={group.several && chosen.length === 0 ? [""] : chosen}
              onChoose={(value) => chooseOption(group, value)}
            />
          </div>
        );
      })}
    </section>
  );
}

/** The networks of the nodes shown; one of them leaves out what is not in it. */
function Networks() {
  const nodes = useScope((state) => state.nodes);
  const pins = useScope((state) => state.address.pins);
  const networks = useMemo(() => networksOf(nodes), [nodes]);
  if (networks.length === 0) return null;
  const terms = networks.map(({ term }) => term);
  return (
    <section className="rail-section" aria-label={say.frame.networks}>
      <div>
        <h2>{say.frame.network}</h2>
        <ChoiceList
          label={say.frame.network}
          several={false}
          items={[
            { value: "", label: say.frame.all },
            ...networks.map(({ name, term, nodes }) => ({ value: term, label: `${name} (${nodes})` })),
          ]}
          chosen={[terms.find((term) => pins.includes(term)) ?? ""]}
          onChoose={(term) => exchangePin(terms, term)}
        />
      </div>
    </section>
  );
}

function Metrics() {
  const mode = useMode();
  const choices = useMetricChoices();
  const metric = useMetric();
  if (mode !== "graph" || choices.length === 0) return null;
  const items = choices.map(({ label }) => ({ value: label, label }));
  return (
    <section className="rail-section" aria-label={say.frame.metric}>
      <div>
        <h2>{say.frame.fillBy}</h2>
        <ChoiceList
          label={say.frame.metric}
          several={false}
          items={[...items, { value: "", label: say.frame.none }]}
          chosen={[metric?.label ?? ""]}
          onChoose={chooseMetric}
        />
      </div>
    </section>
  );
}

function Edges() {
  const mode = useMode();
  const chosen = useScope((state) => state.address.edges);
  const hasEdges = (usePlacedView()?.view.stats.edges ?? 0) > 0;
  if (mode !== "graph" || (!hasEdges && chosen === "nothing")) return null;
  return (
    <section className="rail-section" aria-label={say.frame.edges}>
      <div>
        <h2>{say.frame.edgesShow}</h2>
        <ChoiceList
          label={say.frame.edgesShow}
          several={false}
          items={EDGE_SHOWS.map((value) => ({ value, label: SHOW_WORDS[value] }))}
          chosen={[chosen]}
          onChoose={(value) => chooseEdges(value as EdgeShow)}
        />
      </div>
    </section>
  );
}
