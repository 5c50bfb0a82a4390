import { ExternalLink } from "lucide-react";
import { useEffect, useRef } from "react";
import { followHash } from "../state/actions";
import { usePlacedView } from "../state/derived";
import { startFeed } from "../state/feed";
import { phoneQuery, useMedia } from "../state/media";
import { useScope } from "../state/store";
import { say } from "../text/text";
import type { MapCommands } from "./shortcuts";
import { Stage } from "./stage";
import "./shell.css";
import "./embedded.css";

/** The picture alone, for a frame in another page: live, but with nothing to act on. */
export function Embedded() {
  const phone = useMedia(phoneQuery());
  const name = usePlacedView()?.fullName ?? say.frame.product;
  const isLost = useScope((state) => state.stream.kind === "reconnecting");
  const address = useScope((state) => state.address);
  const commands = useRef<MapCommands>(null);
  useEffect(() => {
    followHash();
    window.addEventListener("hashchange", followHash);
    const stopFeed = startFeed();
    return () => {
      window.removeEventListener("hashchange", followHash);
      stopFeed();
    };
  }, []);
  return (
    <div className="embedded shell" data-phone={phone}>
      <Stage commands={commands} />
      <a
        className="embedded-link"
        // The link follows the picture.
        key={JSON.stringify(address)}
        href={`${window.location.pathname}${window.location.hash}`}
        target="_blank"
        rel="noopener noreferrer"
      >
        {name}
        {isLost && say.pages.lost}
        <ExternalLink size={12} aria-hidden="true" />
        <span className="unseen">{say.pages.openInScope}</span>
      </a>
    </div>
  );
}
