import type { TimeRange } from "./span-tree.ts";

const second = 1e9;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;
/** Steps above one second; below it they are 1, 2, 5 times a power of ten. */
const longSteps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 28].map((n) => n * day),
];

export interface Tick {
  atNs: number;
  label: string;
}

/**
 * Round instants inside the range, counted from `zeroNs` (the trace's start).
 * @param countMax as many as the width has room for
 */
export function timeTicks(range: TimeRange, zeroNs: number, countMax: number): Tick[] {
  const width = range.endNs - range.startNs;
  if (!(width > 0) || countMax < 1) return [];
  const step = tickStepNs(width / countMax);
  const ticks: Tick[] = [];
  const first = Math.ceil((range.startNs - zeroNs) / step);
  const last = Math.floor((range.endNs - zeroNs) / step);
  for (let i = first; i <= last; i += 1) ticks.push({ atNs: zeroNs + i * step, label: offsetLabel(i * step, step) });
  return ticks;
}

/** The smallest round step that is not shorter. */
export function tickStepNs(leastNs: number): number {
  if (leastNs >= second / 2)
    return longSteps.find((step) => step >= leastNs) ?? Math.ceil(leastNs / (28 * day)) * 28 * day;
  const power = 10 ** Math.floor(Math.log10(Math.max(1, leastNs)));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= leastNs) ?? second;
}

/** An offset in the unit that fits its step, so that the labels of one axis are alike: `1.5 ms`, `2 ms`. */
export function offsetLabel(offsetNs: number, stepNs: number): string {
  const size = Math.abs(offsetNs);
  const sign = offsetNs < 0 ? "−" : "";
  if (size === 0) return "0";
  if (size >= minute && stepNs >= second) return sign + clockLabel(size, stepNs);
  const [unit, name] =
    size >= second ? [second, "s"] : size >= 1e6 ? [1e6, "ms"] : size >= 1e3 ? [1e3, "µs"] : [1, "ns"];
  const decimals = Math.max(0, Math.min(9, Math.ceil(-Math.log10(stepNs / unit) - 1e-9)));
  return `${sign}${(size / unit).toFixed(decimals)} ${name}`;
}

function clockLabel(size: number, stepNs: number): string {
  const days = Math.floor(size / day);
  const hours = Math.floor((size % day) / hour);
  const minutes = Math.floor((size % hour) / minute);
  const seconds = Math.round((size % minute) / second);
  const parts = [days > 0 && `${days} d`, hours > 0 && `${hours} h`, minutes > 0 && `${minutes} min`];
  if (stepNs < minute && seconds > 0) parts.push(`${seconds} s`);
  return parts.filter((part) => part !== false).join(" ");
}

/** A smaller range is of no use: a nanosecond is the finest that OTLP knows. */
const rangeMinNs = 100;

/** Keeps a zoomed range inside the whole, and not empty. */
export function clampRange(range: TimeRange, whole: TimeRange): TimeRange {
  const wholeWidth = whole.endNs - whole.startNs;
  const width = Math.min(wholeWidth, Math.max(range.endNs - range.startNs, Math.min(rangeMinNs, wholeWidth)));
  const startNs = Math.min(Math.max(range.startNs, whole.startNs), whole.endNs - width);
  return { startNs, endNs: startNs + width };
}

/** @param factor below 1 zooms in; the instant `aroundNs` stays where it is */
export function zoomed(range: TimeRange, whole: TimeRange, aroundNs: number, factor: number): TimeRange {
  return clampRange(
    { startNs: aroundNs - (aroundNs - range.startNs) * factor, endNs: aroundNs + (range.endNs - aroundNs) * factor },
    whole,
  );
}

export function panned(range: TimeRange, whole: TimeRange, byNs: number): TimeRange {
  return clampRange({ startNs: range.startNs + byNs, endNs: range.endNs + byNs }, whole);
}

export function isWhole(range: TimeRange, whole: TimeRange): boolean {
  return range.startNs <= whole.startNs && range.endNs >= whole.endNs;
}
