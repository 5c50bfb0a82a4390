import { X } from "lucide-react";
import { setPreferences } from "../state/actions";
import { useScope } from "../state/store";
import { IconButton, Key } from "../ui/button";

/** For who is here for the first time: three keys that lead to everything else. It stays until it is put away. */
export function FirstHint() {
  const isKnown = useScope((state) => state.preferences.hintSeen);
  if (isKnown) return null;
  return (
    <aside aria-label="Hint" className="first-hint">
      New here? <Key>/</Key> searches, <Key>ctrl</Key>
      <Key>k</Key> goes anywhere, <Key>?</Key> helps.
      <IconButton
        label="Put the hint away"
        icon={X}
        hintSide="left"
        small
        onClick={() => setPreferences({ hintSeen: true })}
      />
    </aside>
  );
}
