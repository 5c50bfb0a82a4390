// Numbers in words: every figure with its unit, three digits that matter, never "0.00 %".

import { say } from "../text/text";

const STEP = 1024;
// Sizes step by 1024, as the search's `10mb` does, so what is read can be searched for.
const SIZES = ["B", "KB", "MB", "GB", "TB", "PB"] as const;

const whole = new Intl.NumberFormat(say.figures.locale, { maximumFractionDigits: 0 });
const tenths = new Intl.NumberFormat(say.figures.locale, { maximumFractionDigits: 1 });
const hundredths = new Intl.NumberFormat(say.figures.locale, { maximumFractionDigits: 2 });

function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 100 || Number.isInteger(value)) return whole.format(value);
  return size >= 10 ? tenths.format(value) : hundredths.format(value);
}

/** Bytes as `3.4 MB`. */
export function formatBytes(bytes: number): string {
  let value = Math.abs(bytes);
  let step = 0;
  while (value >= 1023.5 && step < SIZES.length - 1) {
    value /= STEP;
    step += 1;
  }
  const number = step === 0 || value >= 99.95 ? whole.format(value) : tenths.format(value);
  return `${bytes < 0 ? "−" : ""}${number} ${SIZES[step] ?? "B"}`;
}

/** Bytes as the search reads them: `3.4MB`, in any language. */
export function searchedBytes(bytes: number): string {
  const step = Math.min(SIZES.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, bytes)) / 10)));
  const value = bytes / STEP ** step;
  return `${Number(value.toFixed(value >= 99.95 || step === 0 ? 0 : 1))}${SIZES[step] ?? "B"}`;
}

/** Bytes per second as `3.4 MB/s`. */
export function formatRate(bytesPerSecond: number): string {
  return `${formatBytes(bytesPerSecond)}/s`;
}

/** A percentage as `0.6 %`; what is there but tiny is not rounded to nothing. */
export function formatPercent(percent: number): string {
  if (percent > 0 && percent < 0.05) return "<0.1 %";
  return `${Math.abs(percent) >= 99.95 ? whole.format(percent) : tenths.format(percent)} %`;
}

/** Milliseconds as `12 ms` or `1.5 s`. */
export function formatMillis(millis: number): string {
  if (Math.abs(millis) >= 1000) return `${digits(millis / 1000)} s`;
  return `${digits(millis)} ms`;
}

export function formatCount(count: number): string {
  return whole.format(count);
}

/** A value in the format its metric names: `percent`, `filesize`, `rate`, `millis`, `integer` or a plain number. */
export function formatMetric(value: number, format: string): string {
  if (format === "percent") return formatPercent(value);
  if (format === "filesize") return formatBytes(value);
  if (format === "rate") return formatRate(value);
  if (format === "millis") return formatMillis(value);
  return format === "integer" ? whole.format(value) : digits(value);
}
