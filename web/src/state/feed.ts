// Keeps the store fed: the list of views every few seconds and one stream for the view looked at.

import { fetchGroups } from "../api/groups";
import { fetchApp, fetchViews, streamUrl } from "../api/request";
import { STREAM_PERIOD_SECS } from "../api/view-socket";
import { openViewStream, type ViewStream, warmViewStream } from "../api/view-stream";
import { part, useAccount } from "./account";
import {
  receiveApp,
  receiveDiff,
  receiveGroups,
  receiveStream,
  receiveViews,
  receiveViewsFailure,
} from "./actions";
import { queryOf } from "./derived";
import { withMoment } from "./moment";
import { startPoll } from "./poll";
import { sentenceOf } from "./sentence";
import { useScope } from "./store";
import { useTime } from "./time-store";

const VIEWS_EVERY_MS = 5000;
const APP_EVERY_MS = 30_000;
const GROUPS_EVERY_MS = 5000;
/** In the place of a stream's address while the picture is held. */
const HELD = "held ";

/** Starts feeding; the answer stops it. */
export function startFeed(): () => void {
  const current = () => {
    const { views, address } = useScope.getState();
    const query = queryOf(views, address);
    // What edges carry changes with every report, so it is asked for only while it is drawn.
    const edged = address.edges === "nothing" ? query : `${query === "" ? "" : `${query}&`}edges=true`;
    const streamed = withMoment(edged, address);
    const known = views.length > 0;
    return { view: address.view, known, query: withMoment(query, address), present: edged, streamed };
  };

  const viewsPoll = startPoll({
    everyMs: VIEWS_EVERY_MS,
    ask: (signal) => fetchViews(current().query, signal),
    onAnswer: receiveViews,
    onFailure: (failure) => receiveViewsFailure(sentenceOf(failure)),
  });
  const appPoll = startPoll({
    everyMs: APP_EVERY_MS,
    ask: fetchApp,
    onAnswer: receiveApp,
    onFailure: () => {
      // The version is a nicety; the list of views already says that the app is away.
    },
  });

  const groupsPoll = startPoll({
    everyMs: GROUPS_EVERY_MS,
    ask: fetchGroups,
    onAnswer: receiveGroups,
    onFailure: () => {
      // An app without such a path has no ways of its own.
    },
  });

  warmViewStream();
  let stream: ViewStream | null = null;
  let openUrl = "";
  const follow = () => {
    const { view, known, present, streamed } = current();
    if (!known || view === null) return;
    const page = new URL(window.location.href);
    const { heldAt } = useTime.getState();
    if (heldAt !== null && heldAt === useScope.getState().address.at) {
      // A pause has its picture already, as long as the same view is looked at.
      if (openUrl === HELD + present) return;
      if (openUrl === streamUrl(page, view, present, STREAM_PERIOD_SECS)) {
        stream?.close();
        stream = null;
        openUrl = HELD + present;
        return;
      }
    }
    const url = streamUrl(page, view, streamed, STREAM_PERIOD_SECS);
    if (url === openUrl) return;
    const changed = openUrl !== "";
    openUrl = url;
    stream?.close();
    stream = openViewStream(url, {
      onDiff: (diff) => receiveDiff(view, diff, Date.now()),
      onState: receiveStream,
      onParting: part,
    });
    if (changed) viewsPoll.now();
  };

  const unsubscribe = useScope.subscribe(follow);
  const wake = () => {
    if (document.hidden) return;
    stream?.retryNow();
    viewsPoll.now();
  };
  document.addEventListener("visibilitychange", wake);
  window.addEventListener("online", wake);
  // Whoever signs in again finds the page as it was, and at once.
  const unsubscribeAccount = useAccount.subscribe((now, before) => {
    if (now.entries !== before.entries) wake();
  });
  return () => {
    unsubscribeAccount();
    unsubscribe();
    document.removeEventListener("visibilitychange", wake);
    window.removeEventListener("online", wake);
    viewsPoll.stop();
    appPoll.stop();
    groupsPoll.stop();
    stream?.close();
  };
}
