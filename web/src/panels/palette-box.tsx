import { ChevronRight, Filter, Search, X } from "lucide-react";
import {
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
  useEffect,
  useId,
  useRef,
  useState,
} from "react";
import { pinText } from "../domain/networks";
import { parseQuery, QUERY_CHARS_MAX } from "../domain/search";
import { setQuery } from "../state/actions";
import { useMatches } from "../state/derived";
import { searchEverywhere } from "../state/everywhere";
import { pinSearch, saveAs, setPalette, unpinSearch } from "../state/palette-actions";
import { type PaletteUse, useScope } from "../state/store";
import { say } from "../text/text";
import { IconButton, Key } from "../ui/button";
import type { Surroundings } from "./palette-commands";
import type { PaletteItem } from "./palette-items";
import type { PaletteKeys } from "./palette-list";
import "./palette.css";

type PaletteListModule = typeof import("./palette-list");

interface PaletteBoxProps {
  readonly searchRef: RefObject<HTMLInputElement | null>;
  readonly map: RefObject<Surroundings["map"]>;
}

const PLACEHOLDERS: Readonly<Record<PaletteUse, string>> = say.palette.placeholders;

/** One box for all that is looked for: nodes, views, commands. */
export function PaletteBox({ searchRef, map }: PaletteBoxProps) {
  const use = useScope((state) => state.palette);
  const query = useScope((state) => state.address.query);
  const pins = useScope((state) => state.address.pins);
  const [typed, setTyped] = useState("");
  const [active, setActive] = useState<string | null>(null);
  const keys = useRef<PaletteKeys>(null);
  const listId = useId();
  const isSearch = use === "closed" || use === "search";
  const text = isSearch ? query : typed;
  const isOpen = use === "search" || use === "command";
  useFound(use === "command" ? typed : query);
  const list = useList();
  // Each use begins with an empty box, and in it.
  useEffect(() => {
    setTyped("");
    if (use !== "closed") searchRef.current?.focus();
  }, [use, searchRef]);
  const type = (value: string) => {
    if (isSearch && value === ">") setPalette("command");
    else if (isSearch) search(value);
    else setTyped(value.slice(0, QUERY_CHARS_MAX));
  };
  const press = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.nativeEvent.isComposing) return;
    const isHandled =
      keys.current?.press(event.key) === true || boxKey(event.key, use, text, searchRef.current);
    if (!isHandled) return;
    event.preventDefault();
    event.stopPropagation();
  };
  const ran = (item: PaletteItem) => {
    if (item.staysOpen === true) return;
    setPalette("closed");
    searchRef.current?.blur();
  };
  const leave = (event: FocusEvent) => {
    if (!event.currentTarget.contains(event.relatedTarget)) setPalette("closed");
  };
  return (
    <search className="search" data-use={use} onBlur={leave}>
      {isSearch ? <Search size={16} aria-hidden="true" /> : <ChevronRight size={16} aria-hidden="true" />}
      {isSearch && pins.map((pin) => <Chip key={pin} text={pin} />)}
      <input
        ref={searchRef}
        type="search"
        role="combobox"
        aria-label={isSearch ? say.palette.search : PLACEHOLDERS[use]}
        aria-expanded={isOpen}
        aria-controls={listId}
        aria-activedescendant={isOpen && active !== null ? active : undefined}
        aria-autocomplete="list"
        placeholder={isSearch && pins.length > 0 ? "" : PLACEHOLDERS[use]}
        autoComplete="off"
        spellCheck={false}
        value={text}
        onFocus={openSearch}
        onChange={(event) => type(event.target.value)}
        onKeyDown={press}
      />
      <BoxEnd use={use} text={text} />
      {isOpen && (
        // biome-ignore lint/a11y/noStaticElementInteractions: a press between the options leaves the focus alone
        <div className="palette" onMouseDown={(event) => event.preventDefault()}>
          {list !== null && (
            <list.PaletteList
              use={use}
              text={text}
              map={map.current}
              keys={keys}
              onActive={setActive}
              onRun={ran}
              listId={listId}
            />
          )}
          <Hints use={use} />
        </div>
      )}
    </search>
  );
}

/**
 * What works out what is offered, which the first picture does not need: fetched behind it. It is not shown
 * lazily, for then the first list of a page would come some frames late, and an Enter before it was lost.
 */
function useList(): PaletteListModule | null {
  const [list, setList] = useState<PaletteListModule | null>(null);
  useEffect(() => void import("./palette-list").then(setList, () => undefined), []);
  return list;
}

/** Unless the focus came with another use. */
function openSearch(): void {
  if (useScope.getState().palette === "closed") setPalette("search");
}

function search(value: string): void {
  openSearch();
  setQuery(value);
}

/** Keeps the search, and shows what it leaves: the list would lie over it. */
function keep(text: string): void {
  pinSearch(text);
  setPalette("closed");
}

/** Looks through all views while something is searched. */
function useFound(text: string): void {
  const isKnown = useScope((state) => state.views.length > 0);
  const pins = useScope((state) => state.address.pins);
  const options = useScope((state) => state.address.options);
  // Other filters find other nodes.
  useEffect(() => (isKnown ? searchEverywhere(text) : undefined), [isKnown, text, pins, options]);
}

/** The keys of the box itself; whether it was one. */
function boxKey(key: string, use: PaletteUse, text: string, box: HTMLInputElement | null): boolean {
  const { pins } = useScope.getState().address;
  const close = () => {
    setPalette("closed");
    box?.blur();
  };
  const isSearch = use === "closed" || use === "search";
  switch (key) {
    case "ArrowDown":
      if (use !== "closed") return false;
      setPalette("search");
      return true;
    case "Escape":
      if (isSearch && text !== "") setQuery("");
      else close();
      return true;
    case "Backspace":
      if (text !== "") return false;
      if (use === "command") setPalette("search");
      else if (isSearch && pins.length > 0) unpinSearch(pins[pins.length - 1] ?? "");
      return true;
    case "Enter":
      if (use === "name-view" || use === "name-search") {
        if (text.trim() === "") return true;
        saveAs(use === "name-view" ? "view" : "search", text);
        close();
      } else if (isSearch && parseQuery(text) !== null) keep(text);
      return true;
    default:
      return false;
  }
}

/** A kept search. */
function Chip({ text }: { readonly text: string }) {
  return (
    <span className="search-chip">
      <Filter size={12} aria-hidden="true" />
      <span className="cut" title={text}>
        {pinText(text)}
      </span>
      <button
        type="button"
        aria-label={say.palette.removeFilter(pinText(text))}
        onClick={() => unpinSearch(text)}
      >
        <X size={12} aria-hidden="true" />
      </button>
    </span>
  );
}

function BoxEnd({ use, text }: { readonly use: PaletteUse; readonly text: string }) {
  const matches = useMatches();
  const isSearch = use === "closed" || use === "search";
  if (isSearch && text === "") return <Key>/</Key>;
  if (!isSearch) return null;
  return (
    <>
      {matches !== null && (
        <output className={matches.size === 0 ? "search-matches none" : "search-matches figures"}>
          {matches.size === 0 ? say.palette.noMatch : say.figures.matches(matches.size)}
        </output>
      )}
      <IconButton label={say.palette.clearSearch} icon={X} small onClick={() => setQuery("")} />
    </>
  );
}

/** The keys that lead on, said where they are needed. */
function Hints({ use }: { readonly use: PaletteUse }) {
  const { enter, esc } = say.help.keyNames;
  return (
    <p className="palette-hints" aria-hidden="true">
      <Key>↑</Key>
      <Key>↓</Key> {say.palette.choose}
      {use === "search" ? (
        <>
          <Key>{enter}</Key> {say.palette.keep} <Key>&gt;</Key> {say.palette.toCommands}
        </>
      ) : (
        <>
          <Key>{enter}</Key> {say.palette.run} <Key>⌫</Key> {say.palette.toSearch}
        </>
      )}
      <Key>{esc}</Key> {say.palette.close}
    </p>
  );
}
