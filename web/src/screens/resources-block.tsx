import type { CSSProperties } from "react";
import { HUES, stableHash } from "../domain/hue";
import type { Placed } from "../domain/resource-layout";
import type { Block } from "../domain/resources";
import { formatMetric, formatPercent } from "../domain/units";
import { useScope } from "../state/store";
import { say } from "../text/text";

interface ResourceBlockProps {
  readonly id: string;
  readonly placed: Placed;
  readonly format: string;
  readonly active: boolean;
  readonly selected: boolean;
  readonly onOpen: () => void;
}

/** Room that words need, px. */
const WORDS_WIDTH_MIN = 44;
const LINE_HEIGHT_MIN = 16;
const LINES_HEIGHT_MIN = 36;

const { nouns } = say.things;
const WORDS = {
  hosts: nouns.hosts.one,
  containers: nouns.containers.one,
  processes: nouns.processes.one,
  several: say.things.severalProcesses,
} as const;

const KINDS = ["host", "container", "process"] as const;

export function ResourceBlock({ id, placed, format, active, selected, onOpen }: ResourceBlockProps) {
  const { block, depth, box } = placed;
  const hue = useScope((state) => state.hues.get(block.rank) ?? stableHash(block.rank) % HUES);
  const value = valueText(block, format);
  const label = labelOf(block);
  const kind = kindOf(placed);
  const style = {
    transform: `translate(${box.x.toFixed(1)}px, ${box.y.toFixed(1)}px)`,
    width: `${box.width.toFixed(1)}px`,
    height: `${box.height.toFixed(1)}px`,
    "--block-hue": kind === "outside" ? "var(--map-pseudo)" : `var(--hue-${hue})`,
  } as CSSProperties;
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the tree has the focus for its blocks
    // biome-ignore lint/a11y/useKeyWithClickEvents: the tree has the keys for its blocks
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-selected={selected}
      aria-label={`${label} ${value}, ${WORDS[block.node?.view ?? "several"]}`}
      title={`${label}\n${value}`}
      className={`block ${kind}`}
      data-active={active}
      data-faded={block.faded}
      data-several={block.node === null}
      style={style}
      onClick={onOpen}
    >
      <Words block={block} label={label} value={value} width={box.width} height={box.height} />
      {depth === 0 && block.capacity > 0 && <Capacity block={block} />}
    </div>
  );
}

/** A node by its name; what stands for several by what they are. */
function labelOf({ label, rest, node }: Block): string {
  if (node !== null) return label;
  return rest > 0 ? say.figures.more(rest) : say.things.outsideContainers;
}

/** A process outside of containers has no container's hue to share. */
function kindOf({ depth, block, parent }: Placed): string {
  if (block.key.startsWith("outside ") || parent?.startsWith("outside ") === true) return "outside";
  return block.node?.view === "processes" ? "process" : (KINDS[depth] ?? "process");
}

interface WordsProps {
  readonly block: Block;
  readonly label: string;
  readonly value: string;
  readonly width: number;
  readonly height: number;
}

function Words({ block, label, value, width, height }: WordsProps) {
  if (width < WORDS_WIDTH_MIN || height < LINE_HEIGHT_MIN) return null;
  // Where others lie in it there is one line at the top; a block of its own has room for two.
  const isStacked = block.children.length === 0 && height >= LINES_HEIGHT_MIN;
  return (
    <span className={isStacked ? "block-words stacked" : "block-words"}>
      <span className="cut block-label">{label}</span>{" "}
      <span className="cut block-value figures">{value}</span>
    </span>
  );
}

/** What there is as an outline, what is used of it as its fill. */
function Capacity({ block }: { readonly block: Block }) {
  const share = Math.min(1, block.value / block.capacity);
  return (
    <span className="block-capacity" aria-hidden="true">
      <span style={{ width: `${share * 100}%` }} />
    </span>
  );
}

function valueText({ value, capacity }: Block, format: string): string {
  const used = formatMetric(value, format);
  if (capacity <= 0) return used;
  if (format === "percent" && capacity === 100) return say.pages.used(used);
  const share = formatPercent((value / capacity) * 100);
  return say.pages.usedOf(share, used, formatMetric(capacity, format));
}
