import { formatBytes, formatRatio } from "./count.ts";
import { formatDuration, formatDurationShort } from "./duration.ts";
import { formatExact } from "./time.ts";
import { formatNumber, formatValueShort } from "./value.ts";

/** What a series counts, as far as its name or its metadata tells. */
export interface Unit {
  of: "number" | "seconds" | "milliseconds" | "bytes" | "ratio" | "timestamp";
  isPerSecond: boolean;
}

export const plainNumber: Unit = { of: "number", isPerSecond: false };

/** For tables and hovers: six digits, group separators. `17,932.4/s`, `4.21 s`, `436 MB`. */
export function formatUnit(value: number | null, unit: Unit): string {
  return written(value, unit, { duration: formatDuration, number: formatNumber });
}

/** For summaries: four digits, and all of a whole number. `17,932/s`, `9.351/s`, `4.21 s`, `436 MB`. */
export function formatUnitRounded(value: number | null, unit: Unit): string {
  return written(value, unit, { duration: formatDuration, number: (each) => formatNumber(rounded(each)) });
}

const rounded = (value: number) => (Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)));

/** For axes: few characters. `17.9k/s`, `4.2s`, `436 MB`. */
export function formatUnitShort(value: number | null, unit: Unit): string {
  return written(value, unit, { duration: formatDurationShort, number: formatValueShort });
}

interface Writers {
  duration: (ms: number) => string;
  number: (value: number) => string;
}

function written(value: number | null, { of, isPerSecond }: Unit, { duration, number }: Writers): string {
  if (value === null || !Number.isFinite(value)) return formatValueShort(value);
  const text = {
    number: () => number(value),
    seconds: () => duration(value * 1000),
    milliseconds: () => duration(value),
    bytes: () => formatBytes(value),
    ratio: () => percent(value),
    timestamp: () => formatExact(new Date(value * 1000).toISOString()),
  }[of]();
  if (!isPerSecond || value === 0) return text;
  return of === "number" ? `${text}/s` : `${text} /s`;
}

/** A ratio may lie outside of 0 to 1 when somebody named it so. */
const percent = (ratio: number) =>
  ratio >= 0 && ratio <= 1 ? formatRatio(ratio) : `${formatNumber(Number((ratio * 100).toPrecision(4)))} %`;
