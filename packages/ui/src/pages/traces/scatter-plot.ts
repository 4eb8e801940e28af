import type { TraceSummary } from "sightglass/contract";

/** The geometry of the scatter: time to the right, duration upwards on a logarithmic scale. Pure, in CSS pixels. */
export interface Plot {
  width: number;
  height: number;
  fromMs: number;
  toMs: number;
  /** Logarithms, base 10, of milliseconds. */
  low: number;
  high: number;
  points: readonly PlotPoint[];
}

export interface PlotPoint {
  trace: TraceSummary;
  x: number;
  y: number;
  hasErrors: boolean;
}

export interface Box {
  left: number;
  top: number;
  right: number;
  bottom: number;
}

export const margin = { left: 52, right: 12, top: 8, bottom: 20 };
/** A trace of no duration stands on the lowest line. */
const durationMinMs = 0.001;

export function layOut(
  traces: readonly TraceSummary[],
  size: { width: number; height: number },
  range: { fromMs: number; toMs: number } | null,
): Plot {
  const starts = traces.map((trace) => Date.parse(trace.startedAt));
  const logs = traces.map((trace) => Math.log10(Math.max(durationMinMs, trace.durationMs)));
  const fromMs = range?.fromMs ?? starts.reduce((a, b) => Math.min(a, b), Infinity);
  const toMs = Math.max(range?.toMs ?? starts.reduce((a, b) => Math.max(a, b), -Infinity), fromMs + 1000);
  const least = logs.reduce((a, b) => Math.min(a, b), Infinity);
  const most = logs.reduce((a, b) => Math.max(a, b), -Infinity);
  // At least two powers of ten, with the traces in the middle: traces alike should look alike.
  const room = Math.max(0.2, (2 - (most - least)) / 2);
  const low = Math.floor((least - room) * 2) / 2;
  const high = Math.ceil((most + room) * 2) / 2;
  const plot = { ...size, fromMs, toMs, low, high };
  const points = traces.map((trace, index) => ({
    trace,
    x: xOf(plot, starts[index] ?? fromMs),
    y: yOf(plot, logs[index] ?? low),
    hasErrors: trace.errorCount > 0,
  }));
  return { ...plot, points };
}

type Scale = Omit<Plot, "points">;

export function xOf({ width, fromMs, toMs }: Scale, ms: number): number {
  return margin.left + ((ms - fromMs) / (toMs - fromMs)) * (width - margin.left - margin.right);
}

export function yOf({ height, low, high }: Scale, log: number): number {
  return height - margin.bottom - ((log - low) / (high - low)) * (height - margin.top - margin.bottom);
}

/** Powers of ten in each unit, in milliseconds: people read `1m` and `10m`, not `16.7m`. */
const roundDurations = [
  1e-3, 1e-2, 1e-1, 1, 10, 100, 1_000, 10_000, 60_000, 600_000, 3_600_000, 36_000_000, 86_400_000, 864_000_000,
];

/** The round durations in sight, in milliseconds. */
export function durationTicks({ low, high }: Scale): number[] {
  return roundDurations.filter((ms) => Math.log10(ms) >= low && Math.log10(ms) <= high);
}

/** Round instants in the viewer's zone, about `countMax` of them. */
export function instantTicks({ fromMs, toMs }: Scale, countMax: number): number[] {
  const minute = 60_000;
  const steps = [1 / 60, 1 / 12, 1 / 4, 1, 5, 15, 30, 60, 180, 360, 720, 1_440, 2_880, 10_080];
  const step = (steps.find((minutes) => (toMs - fromMs) / (minutes * minute) <= countMax) ?? 40_320) * minute;
  const zoneMs = new Date(fromMs).getTimezoneOffset() * minute;
  const ticks: number[] = [];
  for (let at = Math.ceil((fromMs - zoneMs) / step) * step + zoneMs; at <= toMs; at += step) ticks.push(at);
  return ticks;
}

export function nearest(plot: Plot, x: number, y: number, reachPx: number): PlotPoint | null {
  let found: PlotPoint | null = null;
  let best = reachPx ** 2;
  for (const point of plot.points) {
    const distance = (point.x - x) ** 2 + (point.y - y) ** 2;
    if (distance > best) continue;
    best = distance;
    found = point;
  }
  return found;
}

/** What a box means as a search: a fixed time, and durations rounded outwards to three digits. */
export function searchOfBox(plot: Plot, box: Box) {
  const toTime = (x: number) => {
    const share = (x - margin.left) / (plot.width - margin.left - margin.right);
    return plot.fromMs + Math.min(1, Math.max(0, share)) * (plot.toMs - plot.fromMs);
  };
  const toMs = (y: number) => {
    const share = (plot.height - margin.bottom - y) / (plot.height - margin.top - margin.bottom);
    return 10 ** (plot.low + Math.min(1, Math.max(0, share)) * (plot.high - plot.low));
  };
  return {
    start: new Date(Math.floor(toTime(box.left))).toISOString(),
    end: new Date(Math.ceil(toTime(box.right))).toISOString(),
    minDuration: durationText(toMs(box.bottom), Math.floor),
    maxDuration: durationText(toMs(box.top), Math.ceil),
  };
}

function durationText(ms: number, round: (value: number) => number): string {
  const [value, unit] = ms >= 1000 ? [ms / 1000, "s"] : ms >= 1 ? [ms, "ms"] : [ms * 1000, "us"];
  const digit = 10 ** (Math.floor(Math.log10(value)) - 2);
  return `${Number((round(value / digit) * digit).toPrecision(4))}${unit}`;
}
