/**
 * Names of OTLP metrics and attributes in Prometheus' words (OpenTelemetry compatibility specification, "OTLP Metric points to
 * Prometheus"), by the strategies that Prometheus 3 has for `otlp.translation_strategy`.
 */

export const translationStrategies = [
  "UnderscoreEscapingWithSuffixes",
  "UnderscoreEscapingWithoutSuffixes",
  "NoUTF8EscapingWithSuffixes",
  "NoTranslation",
] as const;

export type TranslationStrategy = (typeof translationStrategies)[number];

export interface NamingRules {
  readonly strategy: TranslationStrategy;
  /** Whether an escaped label that begins with one `_` gets `key` before it. */
  readonly labelUnderscoreSanitization: boolean;
  /** Whether escaped labels keep several `_` in a row; else they become one. */
  readonly labelPreserveMultipleUnderscores: boolean;
}

export type MetricKind = "counter" | "gauge" | "sum" | "histogram" | "summary";

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

/** The names of one request. */
export class PrometheusNames {
  private readonly rules: NamingRules;
  private readonly isEscaped: boolean;
  private readonly hasSuffixes: boolean;
  /** Labels by key: points of one request have the same keys over and over. */
  private readonly labels = new Map<string, string>();

  constructor(rules: NamingRules) {
    this.rules = rules;
    this.isEscaped = rules.strategy.startsWith("UnderscoreEscaping");
    this.hasSuffixes = rules.strategy.endsWith("WithSuffixes");
  }

  /**
   * The metric's name: the unit written out, `_total` after counters, `_ratio` after gauges of unit 1.
   * @param kind `sum` is a sum that may fall
   * @returns undefined when nothing of the name can stand
   */
  metric(name: string, unit: string, kind: MetricKind): string | undefined {
    if (!this.isEscaped) return (this.hasSuffixes ? withSuffixes(name, unit, kind) : name) || undefined;
    const words = this.hasSuffixes
      ? addSuffixes(wordsOf(name, /[^a-zA-Z0-9:]+/), unit, kind)
      : wordsOf(name, /[^a-zA-Z0-9:_]+/);
    const joined = words.join("_");
    const escaped = /^\d/.test(joined) ? `_${joined}` : joined;
    return escaped === "" || (hasNoLetter(escaped) && escaped !== name) ? undefined : escaped;
  }

  /**
   * An attribute's key as a label. Where names are escaped, other characters become `_`, what begins with a digit gets `key_`, and
   * what begins with one `_` gets `key`.
   * @returns undefined when nothing of the key can stand
   */
  label(key: string): string | undefined {
    let label = this.labels.get(key);
    if (label === undefined) {
      label = this.isEscaped ? this.escapeLabel(key) : key;
      this.labels.set(key, label);
    }
    return hasNoLetter(label) ? undefined : label;
  }

  private escapeLabel(key: string): string {
    const { labelPreserveMultipleUnderscores, labelUnderscoreSanitization } = this.rules;
    const name = labelPreserveMultipleUnderscores ? key.replaceAll(/[^a-zA-Z0-9]/gu, "_") : collapse(key);
    if (/^\d/.test(name)) return `key_${name}`;
    return labelUnderscoreSanitization && /^_(?!_)/.test(name) ? `key${name}` : name;
  }
}

/** The unit's name, as metadata tells it: `By/s` is `bytes_per_second`. */
export function unitName(unit: string): string {
  const { main, per } = unitSuffixes(unit);
  return [cleanUnit(main), cleanUnit(per)]
    .filter((part) => part !== "")
    .join("_")
    .replace(/_$/, "");
}

const hasNoLetter = (name: string) => /^_*$/.test(name);

const wordsOf = (name: string, separator: RegExp) => name.split(separator).filter((word) => word !== "");

/** Several `_` in a row become one, but for those around a reserved name. */
function collapse(key: string): string {
  const reserved = /^__(.*)__$/s.exec(key)?.[1];
  const name = (reserved ?? key).replaceAll(/[^a-zA-Z0-9]+/gu, "_");
  return reserved === undefined ? name : `__${name}__`;
}

function addSuffixes(words: readonly string[], unit: string, kind: MetricKind): string[] {
  const { main: mainUnit, per: perUnit } = unitSuffixes(unit);
  const per = cleanUnit(perUnit).replace(/^per_$|_$/, "");
  const main = per === "" ? cleanUnit(mainUnit) : cleanUnit(mainUnit).replace(/_$/, "");
  const named = [...words, ...[main, per].filter((suffix) => suffix !== "" && !words.includes(suffix))];
  const last = lastWord(unit, kind);
  return last === undefined ? named : [...named.filter((word) => word !== last), last];
}

/** The same for a name that is left as it is otherwise. */
function withSuffixes(name: string, unit: string, kind: MetricKind): string {
  const { main, per } = unitSuffixes(unit);
  const last = lastWord(unit, kind);
  let named = last === undefined ? name : withoutWord(name, last);
  if (per !== "") named = withoutWord(named, per);
  if (main !== "" && !named.endsWith(main)) named += `_${main}`;
  if (per !== "") named += `_${per}`;
  return last === undefined ? named : `${named}_${last}`;
}

function lastWord(unit: string, kind: MetricKind): string | undefined {
  if (kind === "counter") return "total";
  return kind === "gauge" && unit === "1" ? "ratio" : undefined;
}

/** Without the word at its end and the character before, which is taken for what parts them. */
function withoutWord(name: string, word: string): string {
  if (!name.endsWith(word) || name.length <= word.length + 1) return name;
  return name.slice(0, -word.length).replace(/.$/su, "");
}

/** Units in braces are annotations (UCUM) and say nothing. */
function unitSuffixes(unit: string): { main: string; per: string } {
  const slash = unit.indexOf("/");
  const word = (text: string) => (/[{}]/.test(text) ? "" : text.trim());
  const main = word(slash === -1 ? unit : unit.slice(0, slash));
  const per = slash === -1 ? "" : word(unit.slice(slash + 1));
  return { main: units[main] ?? main, per: per === "" ? "" : `per_${perUnits[per] ?? per}` };
}

const cleanUnit = (unit: string) => unit.replaceAll(/[^a-zA-Z0-9:]+/gu, "_").replace(/^_/, "");

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
