// The only writer of the store. What changes the picture also changes the address, so that back,
// reload and a sent link all lead to the same picture.

import type { OwnGroups } from "../api/groups";
import type { AppDetails, Diff, OptionGroup, View } from "../api/types";
import type { StreamState } from "../api/view-socket";
import {
  type Address,
  CARDS_MAX,
  type CardRef,
  formatHash,
  type Mode,
  type Page,
  parseHash,
  type Sorting,
  START,
  sameCard,
} from "../domain/address";
import { recentChanges } from "../domain/changes";
import { applyDiff, NO_NODES, type Nodes } from "../domain/diff";
import type { EdgeShow } from "../domain/edge-show";
import { isCrowded, NO_FOLDS, toggled } from "../domain/folds";
import { type GroupBy, setOwnWays } from "../domain/group-keys";
import { assignHues } from "../domain/hue";
import { QUERY_CHARS_MAX } from "../domain/search";
import { defaultView, findView, toggleChoice } from "../domain/views";
import { choicesOf } from "./derived";
import { usualMode } from "./mode";
import { type Preferences, savePreferences } from "./preferences";
import { useScope } from "./store";

const { getState, setState } = useScope;

/** `replace` where going back to the former picture would only annoy. */
export type Step = "push" | "replace";

function go(patch: Partial<Address>, step: Step = "push"): void {
  const address = { ...getState().address, ...patch };
  setState({ address });
  const hash = formatHash(address, choicesOf(getState().views, address));
  if (hash === window.location.hash) return;
  if (step === "push") window.history.pushState(null, "", hash);
  else window.history.replaceState(null, "", hash);
}

/** Changes the picture; for the parts of the address that have no action of their own. */
export function patchAddress(patch: Partial<Address>): void {
  go(patch);
}

/** Goes to a link of the client's own. */
export function openHash(hash: string): void {
  if (hash === window.location.hash) return;
  window.history.pushState(null, "", hash);
  followHash();
}

/** Takes over the location's hash: at start, on back and forward, on a pasted link. */
export function followHash(): void {
  const parsed = parseHash(window.location.hash || getState().preferences.start);
  const { address, views } = getState();
  const placed = findView(views, parsed.view);
  // The link says all about its own view; choices made in other views are kept.
  const { [placed?.top.id ?? ""]: _top, [parsed.view ?? ""]: _own, ...others } = address.options;
  const next = { ...parsed, options: { ...others, ...parsed.options } };
  if (views.length > 0 && placed === null) next.view = defaultView(views);
  setState({ address: next });
}

export function receiveViews(answer: readonly View[]): void {
  const { address, views: before } = getState();
  // Every few seconds the same list comes again; what depends on it should not notice.
  const views = JSON.stringify(answer) === JSON.stringify(before) ? before : answer;
  setState({ views, viewsFailure: null });
  if (views.length === 0) return;
  const view = findView(views, address.view) === null ? defaultView(views) : address.view;
  go({ view }, "replace");
}

export function receiveViewsFailure(sentence: string): void {
  setState({ viewsFailure: sentence });
}

/** The operator's ways to group, as the app tells them. */
export function receiveGroups({ ways, fault }: OwnGroups): void {
  const before = getState().ownGroups;
  if (JSON.stringify(before) === JSON.stringify({ ways, fault })) return;
  setOwnWays(ways);
  const { address } = getState();
  // Whoever looks at boxes sees them made anew.
  const folds = { ...address.folds };
  setState({ ownGroups: { ways, fault }, kinds: {}, address: { ...address, folds } });
}

export function receiveApp(app: AppDetails): void {
  setState({ app });
}

export function receiveStream(stream: StreamState): void {
  // A live stream reports itself with every frame; only a change is news.
  if (stream.kind === "live" && getState().stream.kind === "live") return;
  setState({ stream });
}

function huesOf(nodes: Nodes, before: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const node of nodes.values()) {
    if (!node.pseudo) counts.set(node.rank, (counts.get(node.rank) ?? 0) + 1);
  }
  return [...counts.keys()].every((rank) => before.has(rank)) ? before : assignHues(counts, before);
}

export function receiveDiff(view: string, diff: Diff, now: number): void {
  const { nodes: before, nodesView, hues: huesBefore } = getState();
  const nodes = applyDiff(diff, nodesView === view ? before : NO_NODES);
  if (nodes === before && nodesView === view) {
    setState({ frameAt: now, changes: recentChanges(before, nodes, getState().changes, now) });
    return;
  }
  const isFiguresOnly =
    nodesView === view && !diff.reset && diff.add.length + diff.update.length + diff.remove.length === 0;
  const hues = isFiguresOnly ? huesBefore : huesOf(nodes, huesBefore);
  const kinds = isFiguresOnly ? getState().kinds : {};
  const crowded = isCrowded(nodes.size, nodesView === view && getState().crowded);
  const changes = recentChanges(nodesView === view ? before : NO_NODES, nodes, getState().changes, now);
  setState({ nodes, nodesView: view, frameAt: now, hues, kinds, crowded, changes });
}

/** Another view: its nodes are others, so nothing stays selected; the search stays. */
export function openView(view: string): void {
  const { address } = getState();
  setState({ railOpen: false, picked: [], pathShown: false });
  // The resources are of all views: to go to one of them is to leave them.
  const mode = address.mode === "resources" ? null : address.mode;
  if (address.view === view) go({ mode, page: null });
  else go({ view, mode, cards: [], sorting: null, page: null, folds: NO_FOLDS });
}

export function chooseOption(group: OptionGroup, value: string): void {
  const { address, views } = getState();
  const placed = findView(views, address.view);
  if (placed === null) return;
  const choices = toggleChoice(group, choicesOf(views, address), value);
  const { [placed.view.id]: _, ...others } = address.options;
  go({ options: { ...others, [placed.top.id]: choices } });
}

export function setMode(mode: Mode): void {
  // What suits the window anyway is not kept, so that links stay short.
  go({ mode: mode === usualMode() ? null : mode, page: null });
}

/** A page in the place of the picture; null leads back to it. */
export function setPage(page: Page | null): void {
  setState({ railOpen: false, helpOpen: false });
  go({ page });
}

export function setQuery(query: string): void {
  go({ query: query.slice(0, QUERY_CHARS_MAX) }, "replace");
}

export function chooseMetric(metric: string): void {
  go({ metric });
}

export function chooseEdges(edges: EdgeShow): void {
  go({ edges });
}

/** What boxes stand for, the outer ones first; null for what suits the nodes. */
export function chooseGroups(groupBy: readonly GroupBy[] | null): void {
  go({ groupBy, folds: NO_FOLDS });
}

/** Opens a closed box, closes an open one. */
export function toggleBox(id: string): void {
  go({ folds: toggled(getState().address.folds, id) });
}

export function setBoxesClosed(closed: boolean): void {
  go({ folds: { closed, except: [] } });
}

/** Another moment, null for the present, and the one it is compared with. */
export function setMoment(at: number | null, step: Step = "push", versus = getState().address.versus): void {
  go({ at, versus }, step);
}

export function setSorting(sorting: Sorting): void {
  go({ sorting }, "replace");
}

/** A node of the map or table: replaces whatever is open; the same node again closes it. */
export function selectNode(id: string | null): void {
  const { address } = getState();
  if (id === null || address.view === null) {
    if (address.cards.length > 0) go({ cards: [] });
    return;
  }
  openOnly({ view: address.view, id });
}

/** An edge of the map: as with a node. */
export function selectEdge(from: string, to: string): void {
  const { view } = getState().address;
  if (view !== null) openOnly({ view, id: from, to });
}

function openOnly(card: CardRef): void {
  const [only, ...rest] = getState().address.cards;
  const same = only !== undefined && sameCard(only, card) && rest.length === 0;
  go({ cards: same ? [] : [card] });
}

/** A link in the details: on top, or back to the card that is already in the stack. */
export function pushCard(card: CardRef): void {
  const { cards } = getState().address;
  const at = cards.findIndex((item) => sameCard(item, card));
  if (at >= 0) go({ cards: cards.slice(0, at + 1) });
  else go({ cards: [...cards, card].slice(-CARDS_MAX) });
}

export function popCard(): void {
  const { cards } = getState().address;
  if (cards.length > 0) go({ cards: cards.slice(0, -1) });
}

export function closeCards(): void {
  go({ cards: [] });
}

/** Leaves the view for the one a card's node is in, and selects it there. */
export function showInView(card: CardRef): void {
  go({ view: card.view, cards: [card], sorting: null, page: null, folds: NO_FOLDS });
}

export function clearFilters(): void {
  const { address } = getState();
  go({ options: {}, query: START.query, pins: START.pins, view: address.view });
}

export function setPreferences(patch: Partial<Preferences>): void {
  const preferences = { ...getState().preferences, ...patch };
  setState({ preferences });
  savePreferences(preferences);
}

export function setRailOpen(railOpen: boolean): void {
  setState({ railOpen });
}

export function setHelpOpen(helpOpen: boolean): void {
  setState({ helpOpen });
}
