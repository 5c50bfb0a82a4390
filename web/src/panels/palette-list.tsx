import {
  type ReactNode,
  type RefObject,
  useDeferredValue,
  useEffect,
  useId,
  useImperativeHandle,
  useMemo,
  useRef,
  useState,
} from "react";
import { stableHash } from "../domain/hue";
import { useMetricChoices } from "../state/derived";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Key, keyWords } from "../ui/button";
import { Glyph } from "../ui/glyph";
import { commandsOf, type Surroundings } from "./palette-commands";
import { commandSections, type PaletteItem, type PaletteSection, searchSections } from "./palette-items";

/** What the box tells the list, whose options the keyboard walks while the box has the focus. */
export interface PaletteKeys {
  /** Whether the key was for the list. */
  press(key: string): boolean;
}

interface PaletteListProps {
  readonly use: "search" | "command";
  readonly text: string;
  readonly map: Surroundings["map"];
  readonly keys: RefObject<PaletteKeys | null>;
  /** Called with the id of the option's element, null for none. */
  readonly onActive: (id: string | null) => void;
  /** Called after an item ran. */
  readonly onRun: (item: PaletteItem) => void;
  readonly listId: string;
}

const HUES = 10;

const WALKING: ReadonlySet<string> = new Set(["ArrowDown", "ArrowUp", "PageDown", "PageUp"]);
const TAKING: ReadonlySet<string> = new Set(["Enter", "Tab"]);

/** What the palette offers for what is typed. */
export function PaletteList({ use, text: typed, map, keys, onActive, onRun, listId }: PaletteListProps) {
  // What is typed is drawn first, what it finds next; proposals come when there is time. Of commands the first is
  // run by Enter, which must never be that of the letter before.
  const calm = useDeferredValue(typed);
  const text = use === "command" ? typed : calm;
  const sections = useSections(use, text, map);
  const items = useMemo(() => sections.flatMap((section) => section.items), [sections]);
  // The option itself is remembered, not its place, because what is found comes later than what is known.
  const [chosen, setChosen] = useState<string | null>(null);
  const first = use === "command" ? 0 : -1;
  const found = items.findIndex((item) => item.id === chosen);
  const at = found >= 0 ? found : Math.min(first, items.length - 1);
  const prefix = useId();
  const idOf = (index: number) => `${prefix}${index}`;
  const activeId = at < 0 ? null : idOf(at);
  useEffect(() => {
    onActive(activeId);
    if (activeId !== null) document.getElementById(activeId)?.scrollIntoView({ block: "nearest" });
  }, [activeId, onActive]);
  // Other words have other options.
  useEffect(() => setChosen(null), [use, text]);
  const run = (item: PaletteItem) => {
    item.run();
    setChosen(null);
    onRun(item);
  };
  const act = (key: string): boolean => {
    const to = destination(key, at, items.length);
    const item = items[at];
    if (to !== null) setChosen(items[to]?.id ?? null);
    else if (key === "Enter" && item !== undefined) run(item);
    else if (key === "Tab" && item?.staysOpen === true) run(item);
    else return false;
    return true;
  };
  const press = useKeysInTime(text === typed, act);
  useImperativeHandle(keys, () => ({ press }));
  let index = -1;
  return (
    <div className="palette-list">
      <div
        role="listbox"
        id={listId}
        aria-label={use === "command" ? say.palette.commands : say.palette.suggestions}
        className="palette-scroll"
      >
        {sections.map((section) => (
          <SectionOf key={section.title} title={section.title}>
            {section.items.map((item) => {
              index += 1;
              const own = index;
              return (
                <Option
                  key={item.id}
                  id={idOf(own)}
                  item={item}
                  active={own === at}
                  onRun={() => run(item)}
                />
              );
            })}
          </SectionOf>
        ))}
      </div>
      {sections.length === 0 && <p className="palette-none muted">{say.palette.nothingFits(text)}</p>}
    </div>
  );
}

/**
 * Keys of a quick hand: those that come before what was typed is looked up wait for it, for they mean the options
 * of that, not those of the letters before.
 */
function useKeysInTime(isUpToDate: boolean, act: (key: string) => boolean): PaletteKeys["press"] {
  const waiting = useRef<string[]>([]);
  // One in each rendering: each begins where the one before led.
  useEffect(() => {
    const key = isUpToDate ? waiting.current.shift() : undefined;
    if (key !== undefined) act(key);
  });
  return (key) => {
    if (isUpToDate && waiting.current.length === 0) return act(key);
    const waits = WALKING.has(key) || (TAKING.has(key) && waiting.current.length > 0);
    if (waits) waiting.current.push(key);
    return waits;
  };
}

function useSections(
  use: PaletteListProps["use"],
  text: string,
  map: Surroundings["map"],
): readonly PaletteSection[] {
  const views = useScope((state) => state.views);
  const nodes = useScope((state) => state.nodes);
  const address = useScope((state) => state.address);
  const found = useScope((state) => state.found);
  const saved = useScope((state) => state.saved);
  const preferences = useScope((state) => state.preferences);
  const choices = useMetricChoices();
  const metrics = useMemo(() => choices.map(({ label }) => label), [choices]);
  return useMemo(() => {
    const state = { views, nodes, address, found, saved, preferences };
    const commands = commandsOf(state, { map, metrics });
    return use === "search" ? searchSections(state, text, commands) : commandSections(state, text, commands);
  }, [views, nodes, address, found, saved, preferences, use, text, map, metrics]);
}

/** Up from the first option is the box itself, down from the last the first. */
function destination(key: string, at: number, count: number): number | null {
  if (count === 0) return null;
  if (key === "ArrowDown") return (at + 1) % count;
  if (key === "ArrowUp") return at <= 0 ? count - 1 : at - 1;
  if (key === "PageDown") return Math.min(count - 1, at + 8);
  return key === "PageUp" ? Math.max(0, at - 8) : null;
}

function SectionOf({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  const heading = useId();
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset may not stand in a list of options
    <div role="group" aria-labelledby={title === "" ? undefined : heading} className="palette-section">
      {title !== "" && (
        <div id={heading} role="presentation" className="palette-title">
          {title}
        </div>
      )}
      {children}
    </div>
  );
}

interface OptionProps {
  readonly id: string;
  readonly item: PaletteItem;
  readonly active: boolean;
  readonly onRun: () => void;
}

function Option({ id, item, active, onRun }: OptionProps) {
  const { label, detail, icon: Icon, glyph, shortcut } = item;
  const hues = useScope((state) => state.hues);
  const hue =
    glyph === undefined || glyph.pseudo ? -1 : (hues.get(glyph.rank) ?? stableHash(glyph.rank) % HUES);
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the box has the focus for its options
    // biome-ignore lint/a11y/useKeyWithClickEvents: the box has the keys for its options
    <div id={id} role="option" aria-selected={active} className="palette-option" onClick={onRun}>
      {glyph !== undefined ? (
        <Glyph shape={glyph.shape} hue={hue} />
      ) : (
        Icon !== undefined && <Icon size={16} aria-hidden="true" />
      )}
      <span className="cut palette-label">{label}</span>
      {detail !== "" && <span className="cut muted palette-detail figures">{detail}</span>}
      {shortcut !== undefined && <Key>{keyWords(shortcut)}</Key>}
    </div>
  );
}
