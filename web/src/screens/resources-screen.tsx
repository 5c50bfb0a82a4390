import { Gauge } from "lucide-react";
import { type KeyboardEvent, type RefObject, useEffect, useId, useMemo, useRef, useState } from "react";
import type { Mode } from "../domain/address";
import { placeResources, type ResourceScale, type ResourceStep, stepTo } from "../domain/resource-layout";
import type { Block, Resources } from "../domain/resources";
import { chooseMetric, patchAddress, setMode } from "../state/actions";
import { useResources } from "../state/resources";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { Segmented } from "../ui/choice";
import { Empty } from "../ui/empty";
import { ResourceBlock } from "./resources-block";
import "./resources-screen.css";

const SCALES: readonly { value: ResourceScale; label: string }[] = [
  { value: "used", label: say.pages.ofUsed },
  { value: "capacity", label: say.pages.ofCapacity },
];

/** Who uses how much: hosts, on them containers, in them processes. */
export function ResourcesScreen() {
  const { last, failed } = useResources();
  if (last === null) return <div className="resources" role="img" aria-label={say.frame.loading} />;
  if (last.hosts.length === 0) return <NothingMeasured />;
  return (
    <div className="resources">
      <Tools resources={last} failed={failed} />
      <BlockTree resources={last} />
    </div>
  );
}

function NothingMeasured() {
  const graph: Mode = "graph";
  return (
    <Empty
      icon={Gauge}
      title={say.pages.nothingMeasured}
      actions={<Button onClick={() => setMode(graph)}>{say.pages.showGraph}</Button>}
    >
      {say.pages.nothingMeasuredWhy}
    </Empty>
  );
}

function Tools({ resources, failed }: { readonly resources: Resources; readonly failed: boolean }) {
  const scale = useScope((state) => state.address.scale);
  const { choices, metric, hosts, moreHosts } = resources;
  return (
    <div className="resources-tools" role="toolbar" aria-label={say.pages.resources}>
      <Segmented
        label={say.pages.resource}
        items={choices.map((label) => ({ value: label, label }))}
        chosen={[metric]}
        onChoose={chooseMetric}
      />
      <Segmented
        label={say.pages.areas}
        items={SCALES}
        chosen={[scale]}
        onChoose={(value) => patchAddress({ scale: value as ResourceScale })}
      />
      <span className="muted figures resources-count">
        {say.figures.hosts(hosts.length + moreHosts)}
        {moreHosts > 0 && say.pages.largestShown(hosts.length)}
        {failed && say.pages.notRenewed}
      </span>
    </div>
  );
}

function BlockTree({ resources }: { readonly resources: Resources }) {
  const host = useRef<HTMLDivElement>(null);
  const { width, height } = useInnerSize(host);
  const scale = useScope((state) => state.address.scale);
  const selected = useScope(({ address }) => address.cards[address.cards.length - 1]);
  const [active, setActive] = useState<string | null>(null);
  const prefix = useId();
  const placed = useMemo(
    () => placeResources(resources.hosts, width, height, scale),
    [resources, width, height, scale],
  );
  const selectedKey =
    selected === undefined || selected.to !== undefined ? null : `${selected.view} ${selected.id}`;
  const at = placed.findIndex(({ block }) => block.key === (active ?? selectedKey));
  const press = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step !== undefined) setActive(stepTo(placed, active ?? selectedKey, step) ?? active);
    else if (event.key === "Enter") open(placed[at]?.block);
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={host}
      role="tree"
      aria-label={say.pages.resourceTree(resources.metric)}
      aria-activedescendant={at < 0 ? undefined : `${prefix}${at}`}
      tabIndex={0}
      className="resources-map"
      onKeyDown={press}
    >
      {placed.map((one, index) => (
        <ResourceBlock
          key={one.block.key}
          id={`${prefix}${index}`}
          placed={one}
          format={resources.format}
          active={index === at && active !== null}
          selected={one.block.key === selectedKey}
          onOpen={() => {
            setActive(one.block.key);
            open(one.block);
          }}
        />
      ))}
    </div>
  );
}

const STEPS: Readonly<Record<string, ResourceStep>> = {
  ArrowDown: "in",
  ArrowUp: "out",
  ArrowRight: "next",
  ArrowLeft: "previous",
};

/** Opens the details; the same block again closes them. */
function open(block: Block | undefined): void {
  const node = block?.node;
  if (node === null || node === undefined) return;
  const [only, ...rest] = useScope.getState().address.cards;
  const same = rest.length === 0 && only?.view === node.view && only.id === node.id;
  patchAddress({ cards: same ? [] : [node] });
}

function useInnerSize(element: RefObject<HTMLElement | null>): { width: number; height: number } {
  const [size, setSize] = useState({ width: 0, height: 0 });
  useEffect(() => {
    const { current } = element;
    if (current === null) return;
    const look = () => setSize({ width: current.clientWidth, height: current.clientHeight });
    const observer = new ResizeObserver(look);
    observer.observe(current);
    look();
    return () => observer.disconnect();
  }, [element]);
  return size;
}
