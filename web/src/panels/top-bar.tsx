import { CircleHelp, Menu, Moon, Network, Search, Sun, Table2, X } from "lucide-react";
import type { KeyboardEvent, RefObject } from "react";
import type { Mode } from "../domain/address";
import { plural } from "../domain/units";
import { setHelpOpen, setMode, setQuery, setRailOpen } from "../state/actions";
import { useMatches } from "../state/derived";
import { useMode } from "../state/mode";
import { useScope } from "../state/store";
import { toggleTheme, useTheme } from "../state/theme";
import { IconButton, Key } from "../ui/button";
import { Segmented } from "../ui/choice";
import { Mark } from "../ui/glyph";
import { AccountMenu } from "./account-menu";

interface TopBarProps {
  readonly narrow: boolean;
  readonly searchRef: RefObject<HTMLInputElement | null>;
}

const MODES = [
  { value: "graph", label: "Graph", icon: Network },
  { value: "table", label: "Table", icon: Table2 },
] as const;

export function TopBar({ narrow, searchRef }: TopBarProps) {
  const mode = useMode();
  const hostname = useScope((state) => state.app?.hostname ?? "");
  const theme = useTheme();
  return (
    <header className="top-bar">
      <div className="top-bar-start">
        {narrow && <IconButton label="Menu" icon={Menu} onClick={() => setRailOpen(true)} />}
        <div className="brand">
          <Mark />
          <h1 className="brand-name">Scope</h1>
          {hostname !== "" && <span className="muted cut">{hostname}</span>}
        </div>
      </div>
      <SearchBox searchRef={searchRef} />
      <div className="top-bar-end">
        <Segmented
          label="View mode"
          items={MODES}
          chosen={[mode]}
          onChoose={(value) => setMode(value as Mode)}
        />
        <Live />
        <IconButton
          label={theme === "dark" ? "Light theme" : "Dark theme"}
          icon={theme === "dark" ? Sun : Moon}
          shortcut="d"
          onClick={toggleTheme}
        />
        <AccountMenu />
        <IconButton label="Help" icon={CircleHelp} shortcut="?" onClick={() => setHelpOpen(true)} />
      </div>
    </header>
  );
}

function SearchBox({ searchRef }: { readonly searchRef: RefObject<HTMLInputElement | null> }) {
  const query = useScope((state) => state.address.query);
  const matches = useMatches();
  const stepBack = (event: KeyboardEvent<HTMLInputElement>) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    if (query === "") event.currentTarget.blur();
    else setQuery("");
  };
  return (
    <search className="search">
      <Search size={16} aria-hidden="true" />
      <input
        ref={searchRef}
        type="search"
        aria-label="Search"
        placeholder="Search: web, image:nginx, cpu > 2%…"
        autoComplete="off"
        spellCheck={false}
        value={query}
        onChange={(event) => setQuery(event.target.value)}
        onKeyDown={stepBack}
      />
      {matches !== null && (
        <output className={matches.size === 0 ? "search-matches none" : "search-matches figures"}>
          {matches.size === 0 ? "No match" : plural(matches.size, "match", "matches")}
        </output>
      )}
      {query === "" ? (
        <Key>/</Key>
      ) : (
        <IconButton label="Clear search" icon={X} small onClick={() => setQuery("")} />
      )}
    </search>
  );
}

function Live() {
  const kind = useScope((state) => state.stream.kind);
  const frameAt = useScope((state) => state.frameAt);
  const [name, text] =
    kind === "live" && frameAt > 0
      ? ["live on", "Live"]
      : kind === "reconnecting"
        ? ["live lost", "Reconnecting…"]
        : ["live", "Connecting…"];
  return (
    <div className={name} title={text}>
      <span className="live-dot" aria-hidden="true" />
      <span className="live-text">{text}</span>
    </div>
  );
}
