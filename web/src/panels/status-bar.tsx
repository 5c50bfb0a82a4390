import type { StreamState } from "../api/view-socket";
import { formatAge, formatDuration } from "../domain/time";
import { formatCount } from "../domain/units";
import { findView } from "../domain/views";
import { useNow } from "../state/clock";
import { useMatches, usePlacedView, useShownNodes } from "../state/derived";
import { useOwnPicture } from "../state/positions";
import { useScope } from "../state/store";
import { say } from "../text/text";
import { PartingNote } from "./account-menu";
import { FirstHint } from "./first-hint";
import { TimeStrip } from "./time-strip";

/** The last line: how much is shown, how fresh it is, whether the app is there. */
export function StatusBar() {
  const version = useScope((state) => state.app?.version ?? "");
  const failure = useScope((state) => state.viewsFailure);
  return (
    <footer className="status-bar figures">
      <Counts />
      <Freshness />
      <Hosts />
      <OwnPicture />
      {failure !== null && <span className="dot status-warning">{failure}</span>}
      <span className="end" />
      <TimeStrip />
      <FirstHint />
      <PartingNote />
      <ConnectionState />
      {version !== "" && <span className="dot">{say.frame.version(version)}</span>}
    </footer>
  );
}

function Counts() {
  const loaded = useScope((state) => state.nodesView !== null && state.nodesView === state.address.view);
  const all = useScope((state) => state.nodes.size);
  const { size } = useShownNodes();
  const filtered = (usePlacedView()?.view.stats.filtered ?? 0) + all - size;
  const matches = useMatches();
  if (!loaded) return <span>{say.frame.loading}</span>;
  const left = filtered > 0 ? ` (${say.frame.filtered(formatCount(filtered))})` : "";
  return (
    <>
      <span>
        {say.figures.nodes(size)}
        {left}
      </span>
      {matches !== null && <span className="dot">{say.frame.matching(formatCount(matches.size))}</span>}
    </>
  );
}

const FRESHNESS_EVERY_MS = 200;

function Freshness() {
  const frameAt = useScope((state) => state.frameAt);
  const at = useScope((state) => state.address.at);
  const now = useNow(FRESHNESS_EVERY_MS);
  // Of the past the line above tells the time.
  if (frameAt === 0 || at !== null) return null;
  return <span className="dot">{say.frame.updated(say.figures.ago(formatAge(now - frameAt)))}</span>;
}

function Hosts() {
  const views = useScope((state) => state.views);
  const hosts = findView(views, "hosts")?.view.stats.observed ?? 0;
  return hosts === 0 ? null : <span className="dot">{say.figures.hosts(hosts)}</span>;
}

/** Who may not arrange the map for all is told that he arranges it for himself. */
function OwnPicture() {
  const isOwn = useOwnPicture(({ key }) => key !== "");
  return isOwn ? <span className="dot">{say.frame.ownPicture}</span> : null;
}

const SECOND_MS = 1000;

function ConnectionState() {
  const stream = useScope((state) => state.stream);
  const isPast = useScope((state) => state.address.at !== null);
  return (
    <output
      aria-label={say.frame.connection}
      className={stream.kind === "reconnecting" ? "status-warning" : ""}
    >
      {stream.kind === "reconnecting" ? (
        <Reconnecting stream={stream} />
      ) : isPast ? (
        say.time.past
      ) : (
        WORDS[stream.kind]
      )}
    </output>
  );
}

const WORDS = { connecting: say.frame.connecting, live: say.frame.live } as const;

function Reconnecting({ stream }: { readonly stream: StreamState & { kind: "reconnecting" } }) {
  const now = useNow(SECOND_MS);
  return (
    <>
      {say.frame.reconnecting}
      {/* The seconds are for the eye; read aloud, they would never stop. */}
      <span aria-hidden="true">
        {" "}
        {say.frame.noConnectionFor(formatDuration((now - stream.since) / SECOND_MS))}
      </span>
    </>
  );
}
