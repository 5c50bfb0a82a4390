import { CircleUser, LogIn, LogOut, ScrollText, X } from "lucide-react";
import type { Me } from "../api/account";
import { askWho, forgetParting, leave, useAccount } from "../state/account";
import { setPage } from "../state/actions";
import { say } from "../text/text";
import { IconButton } from "../ui/button";
import { MenuButton, type MenuItem } from "../ui/menu";

/** Who is signed in, with what he can do about it; nothing where the app knows no accounts. */
export function AccountMenu() {
  const me = useAccount((state) => state.me);
  if (me === null) return null;
  const items: MenuItem[] = [];
  if (me.rights.includes("administer")) {
    items.push({
      id: "audit",
      label: say.docks.auditLog,
      icon: ScrollText,
      onChoose: () => setPage("audit"),
    });
  }
  if (me.signedIn) {
    items.push({ id: "out", label: say.docks.signOut, icon: LogOut, onChoose: () => void leave() });
  } else if (me.methods.length > 0) {
    items.push({ id: "in", label: say.docks.signInMenu, icon: LogIn, onChoose: () => askWho(true) });
  }
  if (items.length === 0) return null;
  return <MenuButton label={nameOf(me)} note={noteOf(me)} icon={CircleUser} side="end" items={items} />;
}

/** Where nobody can sign in and everybody may do everything, that is worth saying; nobody is an admin. */
function nameOf(me: Me): string {
  if (me.signedIn) return me.name;
  return me.methods.length === 0 && me.rights.includes("operate")
    ? say.docks.openToAll
    : say.docks.notSignedIn;
}

function noteOf(me: Me): string {
  return me.signedIn ? me.role : "";
}

/** Why what was open was closed, until it is read. */
export function PartingNote() {
  const { parting, isAsking } = useAccount();
  if (parting === "" || isAsking) return null;
  return (
    <span role="alert" className="status-warning">
      {parting}
      <IconButton label={say.frame.dismiss} icon={X} small hintSide="left" onClick={forgetParting} />
    </span>
  );
}
