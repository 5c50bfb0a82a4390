import { Check, type LucideIcon } from "lucide-react";
import { useId } from "react";

export interface ChoiceItem {
  readonly value: string;
  readonly label: string;
  readonly icon?: LucideIcon;
}

interface ChoiceProps {
  readonly label: string;
  readonly items: readonly ChoiceItem[];
  readonly chosen: readonly string[];
  readonly onChoose: (value: string) => void;
}

/** One of a few, side by side. */
export function Segmented({ label, items, chosen, onChoose }: ChoiceProps) {
  const name = useId();
  return (
    <div role="radiogroup" aria-label={label} className="segmented">
      {items.map(({ value, label: text, icon: Icon }) => (
        <label key={value}>
          <input
            type="radio"
            className="choice-input"
            name={name}
            checked={chosen.includes(value)}
            onChange={() => onChoose(value)}
          />
          {Icon && <Icon size={14} aria-hidden="true" />}
          <span className="segmented-text">{text}</span>
        </label>
      ))}
    </div>
  );
}

/** One of several, or several at once, below each other. */
export function ChoiceList({ label, items, chosen, onChoose, several }: ChoiceProps & { several: boolean }) {
  const name = useId();
  return (
    <fieldset role={several ? "group" : "radiogroup"} aria-label={label}>
      {items.map(({ value, label: text }) => (
        <label key={value} className="choice">
          <input
            type={several ? "checkbox" : "radio"}
            className="choice-input"
            name={name}
            checked={chosen.includes(value)}
            onChange={() => onChoose(value)}
          />
          <span className={several ? "choice-mark box" : "choice-mark"} aria-hidden="true">
            {several && <Check size={10} strokeWidth={4} />}
          </span>
          <span className="cut">{text}</span>
        </label>
      ))}
    </fieldset>
  );
}
