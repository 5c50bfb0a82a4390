import { TriangleAlert } from "lucide-react";
import { useEffect, useRef } from "react";
import type { ControlButton, NodeDetail } from "../api/types";
import type { CardRef } from "../domain/address";
import { controlWords } from "../domain/control-words";
import { liveEffect, type Replicas } from "../domain/live-effect";
import { formatMetric, formatRate } from "../domain/units";
import { runControl } from "../state/controls";
import { useReplicas } from "../state/replicas";
import { say } from "../text/text";
import { Button } from "../ui/button";
import { Dialog } from "../ui/dialog";
import { Filled } from "../ui/filled";

interface ConfirmActionProps {
  readonly card: CardRef;
  readonly node: NodeDetail;
  readonly button: ControlButton;
  readonly onClose: () => void;
}

/** The question before an action, with what it would hit right now. */
export function ConfirmAction({ card, node, button, onClose }: ConfirmActionProps) {
  const { label, effect } = controlWords(button);
  const verb = label.replace(/ \(.*\)$/, "");
  const cancel = useRef<HTMLButtonElement>(null);
  // The safe answer has the keyboard first.
  useEffect(() => cancel.current?.focus(), []);
  const act = () => {
    onClose();
    void runControl(card, node, button);
  };
  return (
    <Dialog title={say.acts.sure(verb, node.label)} onClose={onClose}>
      <div className="confirm">
        <p>{effect}</p>
        <Effect node={node} />
        <div className="confirm-buttons">
          <Button innerRef={cancel} onClick={onClose}>
            {say.acts.cancel}
          </Button>
          <Button danger onClick={act}>
            {label}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}

const CLIENTS_SHOWN = 6;

function Effect({ node }: { readonly node: NodeDetail }) {
  const { clients, rate, requests } = liveEffect(node);
  const { groups, isAsking } = useReplicas(node);
  const shown = clients.slice(0, CLIENTS_SHOWN);
  return (
    <section className="effect" aria-label={say.acts.rightNow}>
      <h3>{say.acts.rightNow}</h3>
      {clients.length === 0 ? (
        <p>{say.acts.noClient}</p>
      ) : (
        <>
          <p>
            <Filled
              text={say.acts.clients(
                clients.length,
                rate === null ? "" : formatRate(rate),
                requests === null ? "" : formatMetric(requests, ""),
              )}
              parts={{ clients: <strong>{say.acts.clientCount(clients.length)}</strong> }}
            />
          </p>
          <ul className="effect-clients">
            {shown.map((client) => (
              <li key={client.name}>
                <span className="cut">{client.name}</span>
                <span className="muted figures">
                  {client.rate === null ? say.acts.notMeasured : formatRate(client.rate)}
                </span>
              </li>
            ))}
            {clients.length > shown.length && (
              <li className="muted">{say.acts.andMore(clients.length - shown.length)}</li>
            )}
          </ul>
        </>
      )}
      {groups.map((group) => (
        <Replica key={`${group.kind} ${group.name}`} group={group} />
      ))}
      {isAsking && <p className="muted">{say.acts.lookingForReplicas}</p>}
    </section>
  );
}

function Replica({ group: { kind, name, others } }: { readonly group: Replicas }) {
  if (others > 0) {
    return <p className="muted">{say.acts.othersRun(others, kind, name)}</p>;
  }
  return (
    <p className="effect-last">
      <TriangleAlert size={14} aria-hidden="true" />
      {say.acts.lastOne(kind, name)}
    </p>
  );
}
