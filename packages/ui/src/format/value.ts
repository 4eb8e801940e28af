/** How values of series are written: they may be anything, from nanoseconds in seconds to bytes. */

const prefixes = ["", "k", "M", "G", "T", "P", "E"];
const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const sixDigits = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 6 });
/** Smaller and larger numbers are read more easily with an exponent. */
const [plainMin, plainMax] = [1e-4, 1e15];

/** Three digits and a letter at most, for axes: `1,204`, `17.9k`, `0.0032`, `4.1e-7`, `NaN`, `∞`. */
export function formatValueShort(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}∞`;
  if (size === 0) return "0";
  if (size < 0.001 || size >= 1e21) return sign + exponential(size, 2);
  if (size < 1000) return sign + String(Number(size.toPrecision(3)));
  if (size < 9_999.5) return sign + whole.format(size);
  let scaled = Number(size.toPrecision(3));
  let step = 0;
  while (scaled >= 1000 && step < prefixes.length - 1) {
    scaled /= 1000;
    step++;
  }
  return sign + String(Number(scaled.toPrecision(3))) + (prefixes[step] ?? "");
}

/** All digits of a whole number, six of any other, with group separators: `1,204,331`, `17,932.4`, `4.1e-7`. */
export function formatNumber(value: number): string {
  const size = Math.abs(value);
  if (!Number.isFinite(value) || size === 0) return formatValueShort(value);
  const sign = value < 0 ? "−" : "";
  if (size < plainMin || size >= plainMax) return sign + exponential(size, 5);
  return sign + (Number.isInteger(value) ? whole : sixDigits).format(size);
}

function exponential(size: number, digits: number): string {
  return size
    .toExponential(digits)
    .replace(/\.?0+e/, "e")
    .replace("e+", "e");
}

/** All digits, as JavaScript and Prometheus write them. */
export function formatValue(value: number): string {
  if (Number.isFinite(value)) return String(value);
  return Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
}

/** Prometheus' text of a float: `+Inf`, `-Inf`, `NaN`, and digits. */
export function parseValue(text: string): number {
  if (text === "+Inf" || text === "Inf") return Infinity;
  if (text === "-Inf") return -Infinity;
  return Number(text);
}
