/** Names of OTLP metrics and attributes in Prometheus' words (OpenTelemetry compatibility specification, "Metric name"). */

const units: Readonly<Record<string, string>> = {
  d: "days",
  h: "hours",
  min: "minutes",
  s: "seconds",
  ms: "milliseconds",
  us: "microseconds",
  ns: "nanoseconds",
  By: "bytes",
  KiBy: "kibibytes",
  MiBy: "mebibytes",
  GiBy: "gibibytes",
  TiBy: "tebibytes",
  KBy: "kilobytes",
  MBy: "megabytes",
  GBy: "gigabytes",
  TBy: "terabytes",
  m: "meters",
  V: "volts",
  A: "amperes",
  J: "joules",
  W: "watts",
  g: "grams",
  Cel: "celsius",
  Hz: "hertz",
  "1": "",
  "%": "percent",
};

const perUnits: Readonly<Record<string, string>> = {
  s: "second",
  m: "minute",
  h: "hour",
  d: "day",
  w: "week",
  mo: "month",
  y: "year",
};

export type MetricKind = "counter" | "gauge" | "sum" | "histogram" | "summary";

/**
 * The metric's name: words joined by `_`, the unit written out, `_total` after counters, `_ratio` after gauges of unit 1.
 * @param kind `sum` is a sum that may fall
 * @returns undefined when nothing of the name can stand
 */
export function metricName(name: string, unit: string, kind: MetricKind): string | undefined {
  const words = name.split(/[^a-zA-Z0-9:]+/).filter((word) => word !== "");
  if (words.length === 0) return undefined;
  const [mainUnit = "", perUnit] = unit.replaceAll(/\{[^}]*\}/g, "").split("/", 2);
  const main = unitWords(units[mainUnit.trim()] ?? mainUnit);
  if (main !== "" && !words.includes(main)) words.push(main);
  if (perUnit !== undefined && perUnit.trim() !== "") {
    const per = unitWords(perUnits[perUnit.trim()] ?? perUnit);
    if (per !== "" && !words.includes(per)) words.push("per", per);
  }
  const kept = kind === "counter" ? words.filter((word) => word !== "total") : words;
  if (kind === "counter") kept.push("total");
  if (kind === "gauge" && unit === "1" && !kept.includes("ratio")) kept.push("ratio");
  const joined = kept.join("_");
  return /^\d/.test(joined) ? `_${joined}` : joined;
}

function unitWords(unit: string): string {
  return unit
    .split(/[^a-zA-Z0-9]+/)
    .filter((word) => word !== "")
    .join("_");
}

/** An attribute's key as a label: other characters become `_`, and what begins with a digit or one `_` gets `key`. */
export function labelName(key: string): string {
  const name = key.replaceAll(/[^a-zA-Z0-9_]/g, "_");
  if (/^\d/.test(name)) return `key_${name}`;
  return /^_(?!_)/.test(name) ? `key${name}` : name;
}

/** A number as Go's `strconv.FormatFloat(x, 'f', -1, 64)` writes it: bounds (`le`) and quantiles. */
export function plainDecimal(value: number): string {
  if (value === Infinity) return "+Inf";
  if (value === -Infinity) return "-Inf";
  const [digits = "", exponent] = String(value).split("e");
  if (exponent === undefined) return digits;
  const sign = digits.startsWith("-") ? "-" : "";
  const [whole = "", fraction = ""] = digits.replace("-", "").split(".");
  const point = whole.length + Number(exponent);
  const all = whole + fraction;
  if (point <= 0) return `${sign}0.${"0".repeat(-point)}${all}`;
  return sign + (point >= all.length ? all.padEnd(point, "0") : `${all.slice(0, point)}.${all.slice(point)}`);
}
