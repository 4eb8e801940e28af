import { unknown } from "./duration.ts";

const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** All digits with group separators: `1,204,331`. */
export function formatCount(count: number | null | undefined): string {
  return count === null || count === undefined ? unknown : whole.format(count).replace("-", "−");
}

/** Three digits and a letter: `1.2k`, `48.3M`. Below 10,000 all digits. */
export function formatCountShort(count: number | null | undefined): string {
  if (count === null || count === undefined) return unknown;
  const size = Math.abs(count);
  const sign = count < 0 ? "−" : "";
  if (size < 10_000) return sign + whole.format(size);
  const [by, name] = countSteps.find(([step]) => size < step * 999.5) ?? [1e12, "T"];
  const value = size / by;
  return `${sign}${value >= 99.95 ? whole.format(value) : value.toFixed(1).replace(/\.0$/, "")}${name}`;
}

const countSteps: [by: number, name: string][] = [
  [1e3, "k"],
  [1e6, "M"],
  [1e9, "B"],
];

const byteUnits = ["B", "kB", "MB", "GB", "TB", "PB"];

/** Decimal units: `1.2 GB`. */
export function formatBytes(bytes: number | null | undefined): string {
  if (bytes === null || bytes === undefined) return unknown;
  let value = bytes;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < byteUnits.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = unit === 0 || Math.abs(value) >= 99.95 ? 0 : 1;
  return `${value.toFixed(digits).replace(/\.0$/, "")} ${byteUnits[unit]}`;
}

/** `99.2 %`; never rounds to 100 what is not whole, nor to 0 what is not nothing. */
export function formatRatio(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined) return unknown;
  if (ratio === 1) return "100 %";
  if (ratio > 0 && ratio < 0.0005) return "< 0.1 %";
  const percent = Math.min(ratio * 100, 99.9);
  return `${percent >= 10 || percent === 0 ? percent.toFixed(percent >= 95 ? 1 : 0) : percent.toFixed(1)} %`;
}

/** How much more or less, signed: `−49 %`, `+3.4 %`, `+240 %`; from ten times on `×12`. */
export function formatChange(ratio: number | null | undefined): string {
  if (ratio === null || ratio === undefined) return unknown;
  if (ratio === 0) return "0 %";
  if (ratio <= 1) return `${ratio < 0 ? "−" : "+"}${formatRatio(Math.abs(ratio))}`;
  return ratio < 9.5 ? `+${whole.format(ratio * 100)} %` : `×${formatCountShort(Math.round(1 + ratio))}`;
}

/** A difference, in the words of `format`: `+212`, `−4.2 s`, `0`. */
export function formatSigned(value: number, format: (value: number) => string): string {
  return value > 0 ? `+${format(value)}` : value < 0 ? `−${format(-value)}` : "0";
}

/** `1 row`, `212 rows`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${Math.abs(count) === 1 ? one : many}`;
}
