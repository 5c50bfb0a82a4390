import { X } from "lucide-react";
import { setPreferences } from "../state/actions";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { IconButton, Key } from "../ui/button";
import { Filled } from "../ui/filled";

/** For who is here for the first time: three keys that lead to everything else. It stays until it is put away. */
export function FirstHint() {
  const isKnown = useScope((state) => state.preferences.hintSeen);
  if (isKnown) return null;
  return (
    <aside aria-label={say.frame.hintLabel} className="first-hint">
      <span>
        <Filled
          text={say.frame.hint}
          parts={{
            slash: <Key>/</Key>,
            ctrl: <Key>{say.help.keyNames.ctrl}</Key>,
            k: <Key>k</Key>,
            question: <Key>?</Key>,
          }}
        />
      </span>
      <IconButton
        label={say.frame.hintAway}
        icon={X}
        hintSide="left"
        small
        onClick={() => setPreferences({ hintSeen: true })}
      />
    </aside>
  );
}
