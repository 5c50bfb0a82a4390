import { CircleHelp, LayoutPanelLeft, Menu, Moon, Network, Sun, Table2 } from "lucide-react";
import type { RefObject } from "react";
import type { Mode } from "../domain/address";
import { setHelpOpen, setMode, setRailOpen } from "../state/actions";
import { useMode } from "../state/mode";
import { useScope } from "../state/store";
import { toggleTheme, useTheme } from "../state/theme";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { Segmented } from "../ui/choice";
import { Mark } from "../ui/glyph";
import { AccountMenu } from "./account-menu";
import { ExportMenu } from "./export-menu";
import { PaletteBox } from "./palette-box";
import type { Surroundings } from "./palette-commands";
import { SettingsMenu } from "./settings-menu";
import { TimeControl } from "./time-control";

interface TopBarProps {
  readonly narrow: boolean;
  readonly searchRef: RefObject<HTMLInputElement | null>;
  readonly map: RefObject<Surroundings["map"]>;
}

const MODES = [
  { value: "graph", label: say.frame.modes.graph, icon: Network },
  { value: "table", label: say.frame.modes.table, icon: Table2 },
  { value: "resources", label: say.frame.modes.resources, icon: LayoutPanelLeft },
] as const;

export function TopBar({ narrow, searchRef, map }: TopBarProps) {
  const mode = useMode();
  const hostname = useScope((state) => state.app?.hostname ?? "");
  const theme = useTheme();
  return (
    <header className="top-bar">
      <div className="top-bar-start">
        {narrow && <IconButton label={say.frame.menu} icon={Menu} onClick={() => setRailOpen(true)} />}
        <div className="brand">
          <Mark />
          <h1 className="brand-name">{say.frame.product}</h1>
          {hostname !== "" && <span className="muted cut">{hostname}</span>}
        </div>
      </div>
      <PaletteBox searchRef={searchRef} map={map} />
      <div className="top-bar-end">
        <Segmented
          label={say.frame.viewMode}
          items={MODES}
          chosen={[mode]}
          onChoose={(value) => setMode(value as Mode)}
        />
        <TimeControl />
        <ExportMenu />
        {/* Where there is little room, it is among the settings. */}
        {!narrow && (
          <IconButton
            label={theme === "dark" ? say.frame.lightTheme : say.frame.darkTheme}
            icon={theme === "dark" ? Sun : Moon}
            shortcut="d"
            onClick={toggleTheme}
          />
        )}
        <SettingsMenu />
        <AccountMenu />
        <IconButton label={say.frame.help} icon={CircleHelp} shortcut="?" onClick={() => setHelpOpen(true)} />
      </div>
    </header>
  );
}
