// Times in words: "3 min ago", "5 d 2 h". The clock is an argument.

import { say } from "../text/text";

const MINUTE = 60;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Seconds as the two largest units that matter: `37 min`, `5 d 2 h`. */
export function formatDuration(secs: number): string {
  const left = Math.max(0, Math.floor(secs));
  if (left < MINUTE) return `${left} s`;
  if (left < HOUR) {
    const rest = left % MINUTE;
    const minutes = Math.floor(left / MINUTE);
    return minutes < 5 && rest > 0 ? `${minutes} min ${rest} s` : `${minutes} min`;
  }
  if (left < DAY) return two(left, HOUR, "h", MINUTE, "min");
  return two(left, DAY, "d", HOUR, "h");
}

function two(secs: number, large: number, largeUnit: string, small: number, smallUnit: string): string {
  const first = Math.floor(secs / large);
  const second = Math.floor((secs % large) / small);
  return second === 0 ? `${first} ${largeUnit}` : `${first} ${largeUnit} ${second} ${smallUnit}`;
}

/** How long before `now` (both Unix milliseconds): `just now`, `12 s ago`, `3 min ago`. */
export function formatAgo(at: number, now: number): string {
  const secs = (now - at) / 1000;
  if (secs < -1) return say.figures.ahead(largest(-secs));
  if (secs < 1) return say.figures.now;
  return say.figures.ago(largest(secs));
}

function largest(secs: number): string {
  if (secs < MINUTE) return `${Math.floor(secs)} s`;
  if (secs < HOUR) return `${Math.floor(secs / MINUTE)} min`;
  return secs < DAY ? `${Math.floor(secs / HOUR)} h` : `${Math.floor(secs / DAY)} d`;
}

const tenths = new Intl.NumberFormat(say.figures.locale, {
  minimumFractionDigits: 1,
  maximumFractionDigits: 1,
});

/** A short age with tenths, for what is renewed every second or two: `0.4 s`. */
export function formatAge(millis: number): string {
  const secs = Math.max(0, millis) / 1000;
  return secs < 10 ? `${tenths.format(secs)} s` : formatDuration(secs);
}

const exact = new Intl.DateTimeFormat(say.figures.dates, { dateStyle: "medium", timeStyle: "medium" });

/** The exact local time, for a tooltip. */
export function formatExact(at: number): string {
  return exact.format(at);
}

/** A place in something that lasts, as `3:07` or `1:02:07`. */
export function formatClock(secs: number): string {
  const left = Math.max(0, Math.floor(secs));
  const two = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(left / HOUR), Math.floor((left % HOUR) / MINUTE)];
  const rest = two(left % MINUTE);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}
