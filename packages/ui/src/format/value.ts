/** How values of series are written: they may be anything, from nanoseconds in seconds to bytes. */

const prefixes = ["", "k", "M", "G", "T", "P", "E"];

/** Four digits and a letter at most, for axes and legends: `1.204k`, `0.0032`, `4.1e-7`, `NaN`, `∞`. */
export function formatValueShort(value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  if (Number.isNaN(value)) return "NaN";
  const sign = value < 0 ? "−" : "";
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}∞`;
  if (size === 0) return "0";
  if (size < 0.001 || size >= 1e21)
    return (
      sign +
      size
        .toExponential(2)
        .replace(/\.?0+e/, "e")
        .replace("e+", "e")
    );
  let scaled = Number(size.toPrecision(4));
  let step = 0;
  if (scaled >= 10_000) {
    while (scaled >= 1000 && step < prefixes.length - 1) {
      scaled /= 1000;
      step++;
    }
  }
  return sign + String(Number(scaled.toPrecision(4))) + (prefixes[step] ?? "");
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
