// Where nodes are on the map, kept from visit to visit in this browser: what the reader has put somewhere, and where
// everything else was. What was put somewhere is shared through the app with all who look at the same picture, by
// those who may; what a viewer puts somewhere is his alone. A browser that refuses storage, or an app that does not
// share, loses only that.

import { create } from "zustand";
import { fetchPositions, putPositions } from "../api/positions";
import type { MapPlaces } from "../domain/map";
import { type KeptPicture, readPicture, writePicture } from "../domain/places";
import { useAccount } from "./account";
import { type Poll, startPoll } from "./poll";
import { useScope } from "./store";

const PREFIX = "scope.places.";
/** Keys of the pictures kept, the latest first. */
const INDEX = "scope.places";
const PICTURES_MAX = 8;
/** Places are written when nothing has moved for this long. */
const REST_MS = 1500;
/** How often the app is asked what others have put somewhere. */
const SHARED_EVERY_MS = 4000;

/** The picture whose nodes this reader has put somewhere for himself alone; blank for none. */
export const useOwnPicture = create<{ readonly key: string }>()(() => ({ key: "" }));

/** Whether what this reader puts somewhere is put there for all. */
function mayShare(): boolean {
  const { me } = useAccount.getState();
  return me === null || me.rights.includes("operate");
}

let shown = "";
let waiting: { readonly key: string; readonly places: MapPlaces } | null = null;
let timer = 0;
let sharing: Poll | null = null;
/** The state of the shared pins that is shown; 0 for none. */
let version = 0;
let sending = 0;

function load(key: string): KeptPicture {
  try {
    return readPicture(window.localStorage.getItem(PREFIX + key));
  } catch {
    return readPicture(null);
  }
}

function save(key: string, picture: KeptPicture): void {
  try {
    const storage = window.localStorage;
    const before: unknown = JSON.parse(storage.getItem(INDEX) ?? "[]");
    const others = Array.isArray(before)
      ? before.filter((item) => typeof item === "string" && item !== key)
      : [];
    const keys = [key, ...others];
    for (const old of keys.slice(PICTURES_MAX)) storage.removeItem(PREFIX + old);
    storage.setItem(INDEX, JSON.stringify(keys.slice(0, PICTURES_MAX)));
    storage.setItem(PREFIX + key, writePicture(picture));
  } catch {
    // Full or refused: the places then last as long as the page.
  }
}

/** Another picture is shown: its pins are those in the store from now on. Answers where its nodes were. */
export function openPicture(key: string): MapPlaces {
  writeWaiting();
  shown = key;
  const { places, pins } = load(key);
  useScope.setState({ pins });
  follow(key);
  return places;
}

/** Takes over what others put somewhere, from now on. */
function follow(key: string): void {
  sharing?.stop();
  version = 0;
  useOwnPicture.setState({ key: "" });
  sharing = startPoll({
    everyMs: SHARED_EVERY_MS,
    ask: (signal) => fetchPositions(key, signal),
    onAnswer: (shared) => {
      // What we are about to say is newer than what the app could tell meanwhile.
      if (key !== shown || sending > 0 || shared === null || shared.version <= version) return;
      if (useOwnPicture.getState().key === key) return;
      version = shared.version;
      keepPins(shared.pins);
    },
    onFailure: () => {
      // The stream already says that the app is away; an app that does not share is none to complain of.
    },
  });
}

async function share(key: string, pins: MapPlaces): Promise<void> {
  sending += 1;
  try {
    const answered = await putPositions(key, pins);
    if (key === shown) version = Math.max(version, answered);
  } catch {
    // They stay in this browser.
  } finally {
    sending -= 1;
  }
}

/** The reader has put nodes somewhere, or let them go. */
export function setPins(pins: MapPlaces): void {
  keepPins(pins);
  if (mayShare()) void share(shown, pins);
  else useOwnPicture.setState({ key: shown });
}

function keepPins(pins: MapPlaces): void {
  useScope.setState({ pins });
  const places = waiting?.key === shown ? waiting.places : load(shown).places;
  save(shown, { places, pins });
}

export function unpin(ids: readonly string[]): void {
  const gone = new Set(ids);
  setPins(new Map([...useScope.getState().pins].filter(([id]) => !gone.has(id))));
}

/** Everything has found its place. */
export function keepPlaces(key: string, places: MapPlaces): void {
  if (key !== shown) return;
  waiting = { key, places };
  window.clearTimeout(timer);
  timer = window.setTimeout(writeWaiting, REST_MS);
}

function writeWaiting(): void {
  window.clearTimeout(timer);
  if (waiting !== null) save(waiting.key, { places: waiting.places, pins: useScope.getState().pins });
  waiting = null;
}
