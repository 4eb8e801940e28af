/** `null` and not-a-number show as a dash: unknown is not zero. */
export const unknown = "–";

/**
 * A duration in at most two units, the way people say it: `820 µs`, `4.2 s`, `3 min 12 s`, `2 h 05 min`, `3 d 4 h`.
 *
 * @param ms milliseconds
 */
export function formatDuration(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return unknown;
  const sign = ms < 0 ? "−" : "";
  const size = Math.abs(ms);
  if (size === 0) return "0 ms";
  if (size < 0.001) return `${sign}${Math.round(size * 1e6)} ns`;
  if (size < 1) return `${sign}${threeDigits(size * 1000)} µs`;
  if (size < 999.5) return `${sign}${threeDigits(size)} ms`;
  if (size < 59_950) return `${sign}${trimZeros((size / 1000).toFixed(size < 9_995 ? 2 : 1))} s`;
  const seconds = Math.round(size / 1000);
  if (seconds < 3600) return `${sign}${Math.floor(seconds / 60)} min ${pad(seconds % 60)} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 1440) return `${sign}${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
  const hours = Math.round(minutes / 60);
  return `${sign}${Math.floor(hours / 24)} d ${hours % 24} h`;
}

/** One unit only, for axes and narrow cells: `4.2s`, `3m`, `2h`. */
export function formatDurationShort(ms: number | null | undefined): string {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return unknown;
  const size = Math.abs(ms);
  const sign = ms < 0 ? "−" : "";
  if (size === 0) return "0";
  if (size < 1) return `${sign}${threeDigits(size * 1000)}µs`;
  if (size < 1000) return `${sign}${threeDigits(size)}ms`;
  if (size < 60_000) return `${sign}${trimZeros((size / 1000).toFixed(1))}s`;
  if (size < 3_600_000) return `${sign}${trimZeros((size / 60_000).toFixed(1))}m`;
  if (size < 86_400_000) return `${sign}${trimZeros((size / 3_600_000).toFixed(1))}h`;
  return `${sign}${trimZeros((size / 86_400_000).toFixed(1))}d`;
}

/** Rounded to one unit, for what is only about so long: `15 s`, `30 min`, `24 h`, `7 d`. */
export function formatRough(ms: number): string {
  const [unitMs, name] = roughUnits.find(([unit, , most]) => ms < unit * most) ?? [86_400_000, "d"];
  return `${Math.round(ms / unitMs)} ${name}`;
}

const roughUnits: [unitMs: number, name: string, most: number][] = [
  [1_000, "s", 90],
  [60_000, "min", 90],
  [3_600_000, "h", 47.5],
];

const pad = (value: number) => String(value).padStart(2, "0");

function threeDigits(value: number): string {
  return value >= 99.95 ? value.toFixed(0) : value >= 9.995 ? trimZeros(value.toFixed(1)) : trimZeros(value.toFixed(2));
}

function trimZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}
