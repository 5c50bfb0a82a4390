// The address holds the picture: a short form of our own (`#/containers?stopped=both&sel=…`) that
// links are written in, and the original's `#!/state/{json}`, which old links carry.

import { EDGE_SHOWS, type EdgeShow } from "./edge-show";
import { EXCEPTIONS_MAX, type Folds, GROUP_LEVELS_MAX, NO_FOLDS } from "./folds";
import type { GroupBy } from "./group-keys";
import type { ResourceScale } from "./resource-layout";
import { QUERY_CHARS_MAX } from "./search";
import type { Choices } from "./views";

export type Mode = "graph" | "table" | "resources";

/** A page of its own in the place of the picture. */
export type Page = "audit" | "trouble";

const PAGES: readonly Page[] = ["audit", "trouble"];

/** A details card: a node in the view it is looked up in, or an edge from it. */
export interface CardRef {
  readonly view: string;
  readonly id: string;
  /** The node the edge leads to; absent for the node itself. */
  readonly to?: string;
}

export function sameCard(one: CardRef, other: CardRef): boolean {
  return one.view === other.view && one.id === other.id && one.to === other.to;
}

export interface Sorting {
  readonly column: string;
  readonly descending: boolean;
}

export interface Address {
  /** Null for "where it is best to start". */
  readonly view: string | null;
  /** By view, as the original stores them. */
  readonly options: Readonly<Record<string, Choices>>;
  readonly cards: readonly CardRef[];
  readonly query: string;
  /** Searches that are kept: what matches none of them is left out. */
  readonly pins: readonly string[];
  /** Null for what suits the window. */
  readonly mode: Mode | null;
  /** The label of the metric, blank for none, null for the view's first. */
  readonly metric: string | null;
  readonly sorting: Sorting | null;
  /** What the areas of the resources stand for. */
  readonly scale: ResourceScale;
  /** What the map's edges show. */
  readonly edges: EdgeShow;
  /** Null for the picture itself. */
  readonly page: Page | null;
  /** What the map's boxes stand for, the outer ones first; empty for no boxes, null for what suits the nodes. */
  readonly groupBy: readonly GroupBy[] | null;
  /** Which boxes are open. */
  readonly folds: Folds;
  /** The moment looked at, Unix milliseconds; null for the present. */
  readonly at: number | null;
  /** The moment that one is compared with; null for none. */
  readonly versus: number | null;
}

export const CARDS_MAX = 8;
export const PINS_MAX = 8;

export const START: Address = {
  view: null,
  options: {},
  cards: [],
  query: "",
  pins: [],
  mode: null,
  metric: null,
  sorting: null,
  scale: "used",
  edges: "nothing",
  page: null,
  groupBy: null,
  folds: NO_FOLDS,
  at: null,
  versus: null,
};

const RESERVED: ReadonlySet<string> = new Set([
  "sel",
  "card",
  "q",
  "pin",
  "mode",
  "metric",
  "sort",
  "scale",
  "edges",
  "page",
  "group",
  "boxes",
  "box",
  "at",
  "vs",
]);

const NO_GROUPS = "none";

/** Between the ends of an edge; a tilde of an id is written so that it is never taken for this. */
const EDGE_MARK = "~>";

/** Whether a location's search asks for the picture alone, as a frame in another page does. */
export function isEmbedded(search: string): boolean {
  return new URLSearchParams(search).get("embed") === "1";
}

/** The address in a location's hash; what cannot be read is as if it were not there. */
export function parseHash(hash: string): Address {
  if (hash.startsWith("#!/state/")) return parseOriginal(hash.slice("#!/state/".length));
  if (!hash.startsWith("#/")) return START;
  const [path = "", search = ""] = split(hash.slice(2), "?");
  const view = decode(path) || null;
  const params = new URLSearchParams(search);
  const choices: Record<string, string[]> = {};
  for (const [key, value] of params) {
    if (!RESERVED.has(key)) choices[key] = value.split(",").filter((item) => item !== "");
  }
  const selected = params.get("sel");
  const first = selected && view ? parseEnds(view, selected) : [];
  const [column = "", direction] = (params.get("sort") ?? "").split("~");
  return {
    view,
    options: view !== null && Object.keys(choices).length > 0 ? { [view]: choices } : {},
    cards: [...first, ...params.getAll("card").flatMap(parseCard)].slice(0, CARDS_MAX),
    query: (params.get("q") ?? "").slice(0, QUERY_CHARS_MAX),
    pins: pinsOf(params.getAll("pin")),
    mode: modeOf(params.get("mode")),
    metric: params.has("metric") ? (params.get("metric") ?? "") : null,
    sorting: column === "" ? null : { column, descending: direction === "desc" },
    scale: params.get("scale") === "capacity" ? "capacity" : "used",
    edges: EDGE_SHOWS.find((show) => show === params.get("edges")) ?? "nothing",
    page: PAGES.find((page) => page === params.get("page")) ?? null,
    groupBy: groupByOf(params),
    folds: foldsOf(params),
    at: momentOf(params.get("at")),
    versus: momentOf(params.get("vs")),
  };
}

/** A time as links have it, `2026-11-20T18:42:05.123Z`; what is none is the present. */
function momentOf(text: string | null): number | null {
  const at = text === null ? Number.NaN : Date.parse(text);
  return Number.isFinite(at) && at >= 0 ? at : null;
}

function groupByOf(params: URLSearchParams): readonly GroupBy[] | null {
  if (!params.has("group")) return null;
  return params
    .getAll("group")
    .filter((by) => by !== NO_GROUPS)
    .slice(0, GROUP_LEVELS_MAX);
}

function foldsOf(params: URLSearchParams): Folds {
  const word = params.get("boxes");
  const closed = word === "closed" ? true : word === "open" ? false : null;
  return { closed, except: params.getAll("box").slice(0, EXCEPTIONS_MAX) };
}

const MODES: readonly Mode[] = ["graph", "table", "resources"];

function modeOf(word: string | null): Mode | null {
  return MODES.find((mode) => mode === word) ?? null;
}

/** Each once, none blank, not too many. */
export function pinsOf(texts: readonly string[]): readonly string[] {
  const cut = texts.map((text) => text.slice(0, QUERY_CHARS_MAX).trim());
  return [...new Set(cut)].filter((text) => text !== "").slice(0, PINS_MAX);
}

function split(text: string, mark: string): [string, string] {
  const at = text.indexOf(mark);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + mark.length)];
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

function parseCard(text: string): CardRef[] {
  const [view, ends] = split(text, "/");
  return view === "" ? [] : parseEnds(view, ends);
}

function parseEnds(view: string, text: string): CardRef[] {
  const [id, to] = split(text, EDGE_MARK).map((end) => end.replaceAll("~0", "~"));
  if (id === undefined || id === "") return [];
  return [to === undefined || to === "" ? { view, id } : { view, id, to }];
}

function formatEnds({ id, to }: CardRef): string {
  const ends = to === undefined ? [id] : [id, to];
  return ends.map((end) => end.replaceAll("~", "~0")).join(EDGE_MARK);
}

/** No boxes is a choice too, and written as one. */
function named(groupBy: readonly GroupBy[]): readonly GroupBy[] {
  return groupBy.length === 0 ? [NO_GROUPS] : groupBy;
}

/** The short form; `choices` are those of the view shown. */
export function formatHash(address: Address, choices: Choices): string {
  const params: string[] = [];
  const put = (key: string, value: string) => params.push(`${encode(key)}=${encode(value)}`);
  for (const key of Object.keys(choices).sort()) put(key, (choices[key] ?? []).join(","));
  address.cards.forEach((card, index) => {
    if (index === 0 && card.view === address.view) put("sel", formatEnds(card));
    else put("card", `${card.view}/${formatEnds(card)}`);
  });
  if (address.query !== "") put("q", address.query);
  for (const pin of address.pins) put("pin", pin);
  if (address.mode !== null) put("mode", address.mode);
  if (address.metric !== null) put("metric", address.metric);
  if (address.scale !== "used") put("scale", address.scale);
  if (address.edges !== "nothing") put("edges", address.edges);
  if (address.page !== null) put("page", address.page);
  if (address.groupBy !== null) for (const by of named(address.groupBy)) put("group", by);
  if (address.folds.closed !== null) put("boxes", address.folds.closed ? "closed" : "open");
  for (const box of address.folds.except) put("box", box);
  if (address.at !== null) put("at", new Date(address.at).toISOString());
  if (address.versus !== null) put("vs", new Date(address.versus).toISOString());
  if (address.sorting) put("sort", address.sorting.column + (address.sorting.descending ? "~desc" : ""));
  const search = params.length === 0 ? "" : `?${params.join("&")}`;
  return `#/${encode(address.view ?? "")}${search}`;
}

/** Encoded as little as a hash allows, because people read and edit links. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(/%2C/g, ",").replace(/%2F/g, "/").replace(/%3B/g, ";");
}

type Json = Readonly<Record<string, unknown>>;

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function parseOriginal(encoded: string): Address {
  let state: Json;
  try {
    state = object(JSON.parse(decode(encoded).replaceAll("<SLASH>", "/").replaceAll("<PERCENT>", "%")));
  } catch {
    return START;
  }
  const view = string(state.topologyId) || null;
  return {
    view,
    options: originalOptions(object(state.topologyOptions)),
    cards: originalCards(state, view),
    query: string(state.searchQuery).slice(0, QUERY_CHARS_MAX),
    pins: Array.isArray(state.pinnedSearches) ? pinsOf(state.pinnedSearches.map(string)) : [],
    mode: originalMode(string(state.topologyViewMode)),
    metric: string(state.pinnedMetricType) || null,
    sorting: null,
    scale: "used",
    edges: "nothing",
    page: null,
    groupBy: null,
    folds: NO_FOLDS,
    at: momentOf(string(state.pausedAt) || null),
    versus: null,
  };
}

function originalMode(word: string): Mode | null {
  return word === "grid" ? "table" : word === "resource" ? "resources" : null;
}

function originalOptions(stored: Json): Record<string, Choices> {
  const options: Record<string, Choices> = {};
  for (const [view, groups] of Object.entries(stored)) {
    const choices: Record<string, string[]> = {};
    for (const [group, values] of Object.entries(object(groups))) {
      const list = Array.isArray(values) ? values : [values];
      choices[group] = list.map(string).filter((value) => value !== "");
    }
    options[view] = choices;
  }
  return options;
}

function originalCards(state: Json, view: string | null): CardRef[] {
  const details = Array.isArray(state.nodeDetails) ? state.nodeDetails : [];
  const cards = details.flatMap((item): CardRef[] => {
    const id = string(object(item).id);
    const where = string(object(item).topologyId) || view;
    return id === "" || where === null ? [] : [{ view: where, id }];
  });
  const selected = string(state.selectedNodeId);
  if (selected !== "" && view !== null && !cards.some((card) => card.id === selected)) {
    cards.unshift({ view, id: selected });
  }
  return cards.slice(0, CARDS_MAX);
}
