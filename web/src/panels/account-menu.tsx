import { CircleUser, LogIn, LogOut, ScrollText } from "lucide-react";
import { askWho, leave, useAccount } from "../state/account";
import { setPage } from "../state/actions";
import { MenuButton, type MenuItem } from "../ui/menu";

/** Who is signed in, with what he can do about it; nothing where the app knows no accounts. */
export function AccountMenu() {
  const me = useAccount((state) => state.me);
  if (me === null) return null;
  const items: MenuItem[] = [];
  if (me.rights.includes("administer")) {
    items.push({ id: "audit", label: "Audit log", icon: ScrollText, onChoose: () => setPage("audit") });
  }
  if (me.signedIn) {
    items.push({ id: "out", label: "Sign out", icon: LogOut, onChoose: () => void leave() });
  } else if (me.methods.length > 0) {
    items.push({ id: "in", label: "Sign in…", icon: LogIn, onChoose: () => askWho(true) });
  }
  if (items.length === 0) return null;
  const name = me.signedIn ? me.name : "Not signed in";
  return <MenuButton label={name} note={me.role} icon={CircleUser} side="end" items={items} />;
}
