import { LoaderCircle, Send, X } from "lucide-react";
import { lazy, Suspense, useEffect, useRef, useState } from "react";
import type { ControlButton, NodeDetail } from "../api/types";
import type { CardRef } from "../domain/address";
import { type ControlGroup, controlWords, GROUP_WORDS, groupControls } from "../domain/control-words";
import { askWho, useDenial, useMaySignIn } from "../state/account";
import { controlKey, forgetFailure, runControl, useAbsence, useControls } from "../state/controls";
import { useMomentAt } from "../state/time";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { MenuButton } from "../ui/menu";
import { CONTROL_ICONS } from "./control-icons";
import "./controls.css";

// The question before an action is fetched with the first one that is asked.
const ConfirmAction = lazy(() =>
  import("./confirm-action").then((module) => ({ default: module.ConfirmAction })),
);

interface ControlsProps {
  readonly card: CardRef;
  readonly node: NodeDetail;
}

/** What can be done to the node: buttons with words, in groups; what is not undone asks first. */
export function Controls({ card, node }: ControlsProps) {
  const [asked, setAsked] = useState<ControlButton | null>(null);
  const isPast = useMomentAt() !== null;
  const region = useKeptFocus();
  const choose = (button: ControlButton) => {
    if (controlWords(button).effect !== "") setAsked(button);
    else void runControl(card, node, button);
  };
  if (isPast) return <p className="muted">{say.time.actionsPast}</p>;
  if (node.controls.length === 0) return <Failure node={node.id} />;
  return (
    <section ref={region} tabIndex={-1} className="controls" aria-label={say.acts.actions}>
      <div className="control-groups">
        {groupControls(node.controls).map(([group, buttons]) => (
          <Group key={group} group={group} buttons={buttons} onChoose={choose} />
        ))}
      </div>
      <Denial buttons={node.controls} />
      <Failure node={node.id} />
      {asked !== null && (
        <Suspense fallback={null}>
          <ConfirmAction card={card} node={node} button={asked} onClose={() => setAsked(null)} />
        </Suspense>
      )}
    </section>
  );
}

/** A button that did its work may be gone; the keyboard then stays where the buttons are. */
function useKeptFocus() {
  const region = useRef<HTMLElement>(null);
  useEffect(() => {
    const element = region.current;
    if (element === null) return;
    let isInside = false;
    const enter = () => {
      isInside = true;
    };
    const leave = (event: globalThis.FocusEvent) => {
      // Without a next place it was taken away, or the window lost the keyboard.
      if (event.relatedTarget !== null) isInside = false;
    };
    const watch = new MutationObserver(() => {
      if (isInside && document.activeElement === document.body) element.focus();
    });
    element.addEventListener("focusin", enter);
    element.addEventListener("focusout", leave);
    watch.observe(element, { childList: true, subtree: true });
    return () => {
      element.removeEventListener("focusin", enter);
      element.removeEventListener("focusout", leave);
      watch.disconnect();
    };
  }, []);
  return region;
}

interface GroupProps {
  readonly group: ControlGroup;
  readonly buttons: readonly ControlButton[];
  readonly onChoose: (button: ControlButton) => void;
}

function Group({ group, buttons, onChoose }: GroupProps) {
  const absence = useAbsence(buttons[0]?.probeId ?? "");
  const denial = useDenial(buttons) || absence;
  if (group === "signal" && buttons.length > 1) {
    return (
      <MenuButton
        label={say.acts.signal}
        icon={Send}
        reason={denial}
        items={buttons.map((button) => {
          const { label, sign } = controlWords(button);
          return { id: button.id, label, icon: CONTROL_ICONS[sign], onChoose: () => onChoose(button) };
        })}
      />
    );
  }
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset would draw and lay out as one
    <div role="group" aria-label={GROUP_WORDS[group]} className="control-group">
      {buttons.map((button) => (
        <ActionButton key={controlKey(button)} button={button} onChoose={onChoose} />
      ))}
    </div>
  );
}

/** The keys of the page that press a button of the open card. */
const SHORTCUTS: Readonly<Record<string, string>> = {
  docker_container_logs: "l",
  kubernetes_get_logs: "l",
  docker_exec_container: "e",
  host_exec: "e",
};

interface ActionButtonProps {
  readonly button: ControlButton;
  readonly onChoose: (button: ControlButton) => void;
}

function ActionButton({ button, onChoose }: ActionButtonProps) {
  const isRunning = useControls((state) => state.running.has(controlKey(button)));
  const absence = useAbsence(button.probeId);
  const denial = useDenial([button]) || absence;
  const { label, sign } = controlWords(button);
  const Icon = isRunning ? LoaderCircle : CONTROL_ICONS[sign];
  const isIdle = !isRunning && denial === "";
  // Not `disabled`: the reason must be reachable, and the focus must stay while it runs.
  return (
    <button
      type="button"
      className={isRunning ? "button running" : "button"}
      aria-disabled={!isIdle}
      aria-busy={isRunning}
      aria-keyshortcuts={SHORTCUTS[button.id]}
      title={denial === "" ? button.human : denial}
      onClick={() => isIdle && onChoose(button)}
    >
      <Icon size={14} aria-hidden="true" />
      {label}
    </button>
  );
}

/** Why buttons are grey, once for all of them. */
function Denial({ buttons }: { readonly buttons: readonly ControlButton[] }) {
  const reason = useDenial(buttons);
  const maySignIn = useMaySignIn();
  if (reason === "") return null;
  if (!maySignIn) return <p className="muted control-reason">{reason}</p>;
  return (
    <button type="button" className="link control-reason" onClick={() => askWho(true)}>
      {reason}
    </button>
  );
}

function Failure({ node }: { readonly node: string }) {
  const failure = useControls((state) => state.failures.get(node));
  if (failure === undefined) return null;
  return (
    <div role="alert" className="control-failure">
      <p>
        <strong>{say.acts.failed(failure.label)}</strong> {failure.sentence}
      </p>
      <IconButton
        label={say.frame.dismiss}
        icon={X}
        small
        hintSide="left"
        onClick={() => forgetFailure(node)}
      />
    </div>
  );
}
