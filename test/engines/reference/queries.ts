import { pick, type Random } from "../prometheus-data.ts";
import { sampleCount, stepMs } from "./series.ts";

const metrics = (
  "requests_total requests_total queue queue histogram histogram odd mixed gauge_histogram custom typed_total constant " +
  "latency_bucket latency_count latency started_total target_info nothing"
).split(" ");
const matchers = ["", "", "", '{job="a"}', '{side!="x"}', '{job=~"a|b"}', '{job!~"c.*"}', '{nope=""}', '{side=~".+"}'];
const others = [
  '{"pack.ets"}',
  '{"pack.ets", "le.vel"=~"a|b"}',
  '{"päck"}',
  '{__name__=~"queue|constant"}',
  '{__name__=~"requests.*", job="a"}',
  '{job="a", side="x"}',
];
const durations = ["15s", "20s", "30s", "1m", "90s", "2m", "5m", "7m", "1m30s", "10m"];
const odder = [
  "1m + 15s",
  "step() * 2",
  "min_of(1m, 90s)",
  "max_of(step(), 30s)",
  "range() / 4",
  "60",
  "2 * 30s",
  "-(-1m)",
];

const overRange = (
  "rate increase delta irate idelta changes resets deriv avg_over_time min_over_time max_over_time sum_over_time " +
  "count_over_time last_over_time first_over_time present_over_time absent_over_time stddev_over_time stdvar_over_time " +
  "mad_over_time ts_of_min_over_time ts_of_max_over_time ts_of_last_over_time ts_of_first_over_time"
).split(" ");
const extended = ["rate", "increase", "delta", "changes", "resets"];
const smoothed = ["rate", "increase", "delta"];
const overVector = (
  "abs ceil floor exp sqrt ln log2 log10 sgn sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh deg rad absent " +
  "timestamp minute hour day_of_week day_of_month day_of_year days_in_month month year " +
  "histogram_count histogram_sum histogram_avg histogram_stddev histogram_stdvar start_timestamp round scalar_vector"
).split(" ");
const aggregations = "sum avg min max count group stddev stdvar".split(" ");
const groupings = ["", "", " by (job)", " by (side, job)", " without (job)", " without (instance, side)", " by (nope)"];
/** Remainders and powers of what was computed may differ in all digits because one of them did in its last. */
const arithmetic = ["+", "-", "*", "/", "atan2"];
const comparisons = ["==", "!=", "<", ">", "<=", ">="];
const sets = ["and", "or", "unless"];
const numbers = ["0", "1", "2.5", "-3", "1e6", "Inf", "NaN", "0x1F", "1_000", "10s", "-0.5"];

/** A query of any part of the language. Most can be evaluated; the rest is refused, by both in the same words. */
export function generateQuery(random: Random): string {
  return new Generator(random).any();
}

class Generator {
  readonly #random: Random;

  constructor(random: Random) {
    this.#random = random;
  }

  any(): string {
    // Inside subqueries of one step Prometheus warns about it too.
    if (this.#chance(0.04))
      return this.#pick([
        () => `${this.#pick(["sort", "sort_desc"])}(${this.#vector(1)})`,
        () => `sort_by_label(${this.#vector(1)}, "job")`,
        () => `sort_by_label(${this.#pick(["queue", "requests_total"])}${this.#pick(matchers)}, "side", "instance")`,
        () => `sort_by_label_desc(${this.#vector(1)}, "job")`,
      ])();
    if (this.#chance(0.03)) return this.#scalar(0);
    if (this.#chance(0.02)) return this.#range();
    return this.#vector(0);
  }

  #pick<Item>(items: readonly Item[]): Item {
    return pick(this.#random, items);
  }

  #chance(share: number): boolean {
    return this.#random() < share;
  }

  #selector(): string {
    return this.#chance(0.15) ? this.#pick(others) : this.#pick(metrics) + this.#pick(matchers);
  }

  #duration(): string {
    return this.#chance(0.15) ? this.#pick(odder) : this.#pick(durations);
  }

  #modifier(): string {
    if (this.#chance(0.75)) return "";
    const at = this.#pick(["@ start()", "@ end()", `@ ${((sampleCount * stepMs) / 1000) * 0.6}`, "@ 300", "@ -1"]);
    const offset = this.#pick([
      "offset 1m",
      "offset -1m",
      "offset 20s",
      "offset step()",
      "offset (1m - 15s)",
      "offset (30s) * 2 - 15s",
      "offset -(30s)",
      "offset 5m",
    ]);
    return ` ${this.#pick([at, offset, `${at} ${offset}`, `${offset} ${at}`])}`;
  }

  #range(): string {
    if (this.#chance(0.2)) {
      const resolution = this.#pick(["", "15s", "20s", "1m", "7s", "step()"]);
      return `${this.#paren(this.#vector(2))}[${this.#duration()}:${resolution}]${this.#modifier()}`;
    }
    return `${this.#selector()}[${this.#duration()}]${this.#modifier()}`;
  }

  #paren(query: string): string {
    return /^[a-z_]+(\{[^{}]*\})?$/.test(query) ? query : `(${query})`;
  }

  #scalar(depth: number): string {
    if (depth > 2 || this.#chance(0.6)) return this.#pick(numbers);
    return this.#pick([
      () => `scalar(${this.#vector(depth + 1)})`,
      () => "time()",
      () => this.#pick(["start()", "end()", "step()", "range()", "pi()"]),
      () => `${this.#pick(["min_of", "max_of"])}(${this.#scalar(depth + 1)}, ${this.#scalar(depth + 1)})`,
      () => `(${this.#scalar(depth + 1)} ${this.#pick(arithmetic)} ${this.#scalar(depth + 1)})`,
      () => `(${this.#scalar(depth + 1)} ${this.#pick(comparisons)} bool ${this.#scalar(depth + 1)})`,
      () => `-${this.#scalar(depth + 1)}`,
    ])();
  }

  #vector(depth: number): string {
    const kind = this.#random();
    if (depth > 3 || kind < 0.12) return `${this.#selector()}${this.#modifier()}`;
    if (kind < 0.34) return `${this.#pick(overRange)}(${this.#range()})`;
    if (kind < 0.4) return this.#extendedRange();
    if (kind < 0.55) return this.#aggregation(depth);
    if (kind < 0.78) return this.#binary(depth);
    if (kind < 0.86) return this.#call(this.#pick(overVector), depth);
    if (kind < 0.93) return this.#histogramCall(depth);
    return this.#otherCall(depth);
  }

  #extendedRange(): string {
    const modified = (how: string): string => `${this.#selector()}[${this.#pick(durations)}] ${how}${this.#modifier()}`;
    if (this.#chance(0.2)) return `${this.#selector()} smoothed${this.#modifier()}`;
    return this.#chance(0.5)
      ? `${this.#pick(extended)}(${modified("anchored")})`
      : `${this.#pick(smoothed)}(${modified("smoothed")})`;
  }

  #aggregation(depth: number): string {
    const grouping = this.#pick(groupings);
    const inner = this.#vector(depth + 1);
    const kind = this.#random();
    if (kind < 0.65) {
      const operator = this.#pick(aggregations);
      return this.#chance(0.3) && grouping !== ""
        ? `${operator}(${inner})${grouping}`
        : `${operator}${grouping} (${inner})`;
    }
    const parameter = this.#chance(0.9) ? undefined : this.#scalar(2);
    if (kind < 0.75)
      return `quantile${grouping} (${parameter ?? this.#pick(["0.5", "0.9", "0", "1", "2", "-1", "NaN"])}, ${inner})`;
    // Which of equal ones is chosen is left open, and so is the order of series.
    if (kind < 0.88)
      return `sum(${this.#pick(["topk", "bottomk"])}${grouping} (${parameter ?? this.#pick(["1", "2", "3", "0", "-1"])}, ${inner}))`;
    if (kind < 0.93) return `count(limitk${grouping} (${this.#pick(["1", "2", "10", "0"])}, ${inner}))`;
    if (kind < 0.96)
      return `limit_ratio${grouping} (${this.#pick(["0.5", "-0.5", "1", "0.2", "1.5", "-1.2"])}, ${inner})`;
    // Digits that are not compared elsewhere would be labels.
    return `count_values${grouping} (${this.#pick(['"value"', '"job"', '"a.b"'])}, ${this.#selector()}${this.#modifier()})`;
  }

  #binary(depth: number): string {
    const [left, right] = [this.#paren(this.#vector(depth + 1)), this.#paren(this.#vector(depth + 1))];
    const kind = this.#random();
    if (kind < 0.25) {
      const scalar = this.#scalar(depth + 1);
      const operator = this.#pick([...arithmetic, "%", "^", ...comparisons, "</", ">/"]);
      const bool = comparisons.includes(operator) && this.#chance(0.4) ? " bool" : "";
      return this.#chance(0.7) ? `${left} ${operator}${bool} ${scalar}` : `${scalar} ${operator}${bool} ${left}`;
    }
    if (kind < 0.3) return `-${left}`;
    const matching = this.#pick([
      "",
      "",
      " on(job)",
      " ignoring(side)",
      " ignoring(side, instance)",
      " on(job, side)",
      " on()",
    ]);
    if (kind < 0.45) return `${left} ${this.#pick(sets)}${matching} ${right}`;
    const operator = this.#pick([...arithmetic, ...comparisons]);
    const bool = comparisons.includes(operator) && this.#chance(0.4) ? " bool" : "";
    if (kind < 0.55 && matching !== "") {
      const group = this.#pick([
        "group_left",
        "group_right",
        "group_left()",
        "group_left(instance)",
        "group_right(side)",
      ]);
      return `${left} ${operator}${bool}${matching} ${group} ${right}`;
    }
    const fill = this.#chance(0.25)
      ? ` ${this.#pick(["fill(0)", "fill_left(1)", "fill_right(-2)", "fill_left(1) fill_right(2)", "fill(NaN)"])}`
      : "";
    if (this.#chance(0.4)) {
      // The same on both sides matches.
      const same = this.#selector();
      const around = (selector: string): string =>
        this.#pick([selector, `rate(${selector}[2m])`, `${selector} offset 1m`]);
      return `${around(same)} ${operator}${bool}${fill} ${around(same)}`;
    }
    return `${left} ${operator}${bool}${matching}${fill} ${right}`;
  }

  #call(name: string, depth: number): string {
    const inner = this.#vector(depth + 1);
    if (name === "scalar_vector") return `vector(${this.#scalar(depth + 1)})`;
    // Of large numbers only the digits behind all others count.
    if (/^(sin|cos|tan)$/.test(name))
      return `${name}(${this.#pick(["queue", "requests_total", "odd"])}${this.#pick(matchers)})`;
    if (name === "round") return `round(${inner}, ${this.#pick(["1", "0.5", "10", "-2", "0"])})`;
    if (/^(minute|hour|day|month|year)/.test(name) && this.#chance(0.2)) return `${name}()`;
    if (/^(minute|hour|day|month|year)/.test(name))
      return `${name}(1e7 * ${this.#pick(["queue", "requests_total", "constant"])})`;
    return `${name}(${inner})`;
  }

  #histogramCall(depth: number): string {
    const inner = this.#chance(0.7)
      ? this.#pick([
          "histogram",
          "rate(histogram[2m])",
          "sum by (job) (rate(histogram[5m]))",
          "custom",
          "increase(custom[3m])",
          "gauge_histogram",
          "mixed",
          "latency_bucket",
          "rate(latency_bucket[2m])",
          "sum by (le) (rate(latency_bucket[5m]))",
          "sum(custom)",
          '{__name__=~"histogram|latency_bucket"}',
        ])
      : this.#vector(depth + 1);
    const q = this.#chance(0.8)
      ? this.#pick(["0.5", "0.9", "0.99", "0", "1", "-1", "2", "NaN", "0.25"])
      : this.#scalar(2);
    return this.#pick([
      () => `histogram_quantile(${q}, ${inner})`,
      () => `histogram_quantiles(${inner}, "q", 0.1, ${q})`,
      () =>
        `histogram_fraction(${this.#pick(["-Inf", "0", "0.5", "-1", "3"])}, ${this.#pick(["1", "2", "+Inf", "0.2", "-2"])}, ${inner})`,
      () =>
        `${this.#pick(["histogram_count", "histogram_sum", "histogram_avg", "histogram_stddev", "histogram_stdvar"])}(${inner})`,
      () => `${this.#paren(inner)} ${this.#pick(["</", ">/"])} ${this.#pick(["1", "0", "2.5", "-1", "Inf"])}`,
    ])();
  }

  #otherCall(depth: number): string {
    const inner = this.#vector(depth + 1);
    return this.#pick([
      () => `clamp(${inner}, ${this.#scalar(2)}, ${this.#scalar(2)})`,
      () => `clamp_min(${inner}, ${this.#scalar(2)})`,
      () => `clamp_max(${inner}, ${this.#scalar(2)})`,
      () => `quantile_over_time(${this.#scalar(2)}, ${this.#range()})`,
      () => `predict_linear(${this.#range()}, ${this.#pick(["60", "3600", "-10"])})`,
      () => `double_exponential_smoothing(${this.#range()}, 0.5, ${this.#pick(["0.1", "0.9"])})`,
      () =>
        `label_replace(${inner}, "${this.#pick(["host", "job", "a.b"])}", "$1-$2", "instance", "${this.#pick(["(.)(.)", "(.*)", "(?P<x>.).*", "x"])}")`,
      () => `label_join(${inner}, "${this.#pick(["both", "side"])}", "-", "job", "side")`,
      () =>
        `info(${this.#pick(["requests_total", "queue", "rate(requests_total[2m])", inner])}${this.#pick(["", ', {version="1"}', ', {version=~".+"}', ', {__name__=~".*_info"}', ', {__name__="build_info", commit!=""}', ', {nope="x"}'])})`,
    ])();
  }
}
