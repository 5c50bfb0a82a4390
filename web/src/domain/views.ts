// The list of views: which to show, which to start with, what each is called, and the query its
// options make.

import type { OptionGroup, View } from "../api/types";
import { say } from "../text/text";

/** Chosen values by option group; a group that is absent has its default. */
export type Choices = Readonly<Record<string, readonly string[]>>;

/** A view and the top-level view whose options it shares. */
export interface PlacedView {
  readonly view: View;
  readonly top: View;
  /** `Containers by image`. */
  readonly fullName: string;
}

/** Most telling first, as the original starts. */
const PREFERRED = [
  "ecs-services",
  "ecs-tasks",
  "kube-controllers",
  "services",
  "replica-sets",
  "pods",
  "containers",
] as const;

/** All views, sub-views after their parent. */
export function placedViews(views: readonly View[]): readonly PlacedView[] {
  return views.flatMap((top) => [
    { view: top, top, fullName: top.name },
    ...top.children.map((view) => ({ view, top, fullName: fullName(top, view) })),
  ]);
}

function fullName(top: View, view: View): string {
  return /^by\b/i.test(view.name) ? `${top.name} ${view.name}` : view.name;
}

export function findView(views: readonly View[], id: string | null): PlacedView | null {
  return placedViews(views).find((placed) => placed.view.id === id) ?? null;
}

/** What one node, and several, are called within a sentence. */
export interface Noun {
  readonly one: string;
  readonly many: string;
}

const NOUNS: ReadonlyMap<string, Noun> = new Map(Object.entries(say.things.nouns));

/** What nodes of a view are called; nodes where there is no word for them. */
export function nounOf(view: string): Noun {
  return NOUNS.get(view) ?? say.things.node;
}

/** What one node of a view is called, as a heading; the view's own name where there is no word for it. */
export function kindOf(views: readonly View[], id: string): string {
  const one = NOUNS.get(id)?.one;
  if (one !== undefined) return one.charAt(0).toUpperCase() + one.slice(1);
  return findView(views, id)?.fullName ?? id;
}

/** Whether a view may be left out: it is empty, asks to be hidden then, and is not looked at. */
export function isHidden(view: View, current: string | null): boolean {
  if (!view.hideIfEmpty || view.id === current) return false;
  return view.stats.nodes === 0 && view.stats.filtered === 0;
}

/** An empty sub-view says nothing that its parent does not; it stays only while it is looked at. */
function isChildShown(view: View, current: string | null): boolean {
  return view.id === current || view.stats.nodes > 0 || view.stats.filtered > 0;
}

/** The views of the rail; a parent stays while one of its children does. */
export function shownViews(views: readonly View[], current: string | null): readonly View[] {
  return views.flatMap((top) => {
    const children = top.children.filter((view) => isChildShown(view, current));
    if (isHidden(top, current) && children.length === 0) return [];
    return [{ ...top, children }];
  });
}

/** Where to start: the most telling view that has something to show, else the first. */
export function defaultView(views: readonly View[]): string | null {
  const shown = placedViews(shownViews(views, null));
  const filled = shown.filter(({ view }) => view.stats.nodes > 0);
  const candidates = filled.length > 0 ? filled : shown;
  for (const id of PREFERRED) {
    const found = candidates.find(({ view }) => view.id === id);
    if (found !== undefined) return found.view.id;
  }
  return candidates[0]?.view.id ?? views[0]?.id ?? null;
}

/** The values of a group in effect. */
export function chosenValues(group: OptionGroup, choices: Choices): readonly string[] {
  const chosen = Object.hasOwn(choices, group.id) ? choices[group.id] : undefined;
  return chosen ?? (group.defaultValue === "" ? [] : [group.defaultValue]);
}

/** The query of a view's options: every group, because one parameter makes the app apply all defaults. */
export function optionsQuery(groups: readonly OptionGroup[], choices: Choices): string {
  const seen = new Set<string>();
  const parts: string[] = [];
  for (const group of groups) {
    if (seen.has(group.id)) continue;
    seen.add(group.id);
    const values = chosenValues(group, choices).map(encodeURIComponent).join(",");
    parts.push(`${encodeURIComponent(group.id)}=${values}`);
  }
  return parts.join("&");
}

/** The choices after a click on `value`: exchanged in a radio group, toggled in a group of several. */
export function toggleChoice(group: OptionGroup, choices: Choices, value: string): Choices {
  const before = chosenValues(group, choices);
  if (!group.several) return normalise(group, choices, [value]);
  if (value === "") return normalise(group, choices, []);
  const next = before.includes(value) ? before.filter((item) => item !== value) : [...before, value];
  return normalise(
    group,
    choices,
    next.filter((item) => item !== ""),
  );
}

/** A choice equal to the default is not kept, so that links stay short. */
function normalise(group: OptionGroup, choices: Choices, values: readonly string[]): Choices {
  const { [group.id]: _, ...others } = choices;
  const byDefault = group.defaultValue === "" ? [] : [group.defaultValue];
  const same = values.length === byDefault.length && values.every((value) => byDefault.includes(value));
  return same ? others : { ...others, [group.id]: values };
}

const GROUP_TITLES: ReadonlyMap<string, string> = new Map(Object.entries(say.things.optionGroups));

/** A heading for a group, whose own id is terse. */
export function groupTitle(group: OptionGroup): string {
  return GROUP_TITLES.get(group.id) ?? group.id.charAt(0).toUpperCase() + group.id.slice(1);
}
