/**
 * A small registry of our own metrics and its two text forms: Prometheus text 0.0.4 and OpenMetrics 1.0. Counters are
 * named with `_total`, units are base units (seconds, bytes) and stand in the name, as Prometheus asks.
 */
export type Labels = Readonly<Record<string, string>>;

export interface MetricFamily {
  name: string;
  type: "counter" | "gauge" | "histogram";
  help: string;
  samples: readonly Sample[];
}

export interface Sample {
  /** After the family's name: `_bucket`, `_sum`, `_count`. */
  suffix?: string;
  labels: Labels;
  value: number;
}

/** Read when metrics are scraped. One that fails or takes too long is left out, and counted. */
export type Collector = () => readonly MetricFamily[] | Promise<readonly MetricFamily[]>;

export class MetricsRegistry {
  readonly #collectors: Collector[] = [];
  #failures = 0;

  register(collect: Collector): void {
    this.#collectors.push(collect);
  }

  counter(name: string, help: string): Counter {
    const counter = new Counter(name, help);
    this.register(() => [counter.family()]);
    return counter;
  }

  /** @param bounds upper bounds of the buckets, rising; +Inf is added */
  histogram(name: string, help: string, bounds: readonly number[]): Histogram {
    const histogram = new Histogram(name, help, bounds);
    this.register(() => [histogram.family()]);
    return histogram;
  }

  async collect(): Promise<MetricFamily[]> {
    const results = await Promise.allSettled(this.#collectors.map(async (collect) => collect()));
    const families = new Map<string, MetricFamily>();
    for (const result of results) {
      if (result.status === "rejected") this.#failures += 1;
      else for (const family of result.value) families.set(family.name, family);
    }
    families.set(failuresName, {
      name: failuresName,
      type: "counter",
      help: "Parts that could not say their metrics when they were asked.",
      samples: [{ labels: {}, value: this.#failures }],
    });
    return [...families.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

const failuresName = "sightglass_metrics_collect_failures_total";

export class Counter {
  readonly #name: string;
  readonly #help: string;
  readonly #values = new LabelledValues<{ value: number }>(() => ({ value: 0 }));

  constructor(name: string, help: string) {
    this.#name = name;
    this.#help = help;
  }

  add(labels: Labels, amount = 1): void {
    this.#values.of(labels).value += amount;
  }

  family(): MetricFamily {
    const samples = this.#values.entries.map(({ labels, state }) => ({ labels, value: state.value }));
    return { name: this.#name, type: "counter", help: this.#help, samples };
  }
}

interface Buckets {
  counts: number[];
  sum: number;
}

export class Histogram {
  readonly #name: string;
  readonly #help: string;
  readonly #bounds: readonly number[];
  readonly #values: LabelledValues<Buckets>;

  constructor(name: string, help: string, bounds: readonly number[]) {
    this.#name = name;
    this.#help = help;
    this.#bounds = bounds;
    this.#values = new LabelledValues(() => ({ counts: Array.from({ length: bounds.length + 1 }, () => 0), sum: 0 }));
  }

  observe(labels: Labels, value: number): void {
    const state = this.#values.of(labels);
    const found = this.#bounds.findIndex((bound) => value <= bound);
    const index = found === -1 ? this.#bounds.length : found;
    state.counts[index] = (state.counts[index] ?? 0) + 1;
    state.sum += value;
  }

  family(): MetricFamily {
    const samples = this.#values.entries.flatMap(({ labels, state }) => this.#samplesOf(labels, state));
    return { name: this.#name, type: "histogram", help: this.#help, samples };
  }

  #samplesOf(labels: Labels, { counts, sum }: Buckets): Sample[] {
    let total = 0;
    const buckets = counts.map((count, index) => {
      total += count;
      const bound = this.#bounds[index];
      return {
        suffix: "_bucket",
        labels: { ...labels, le: bound === undefined ? "+Inf" : String(bound) },
        value: total,
      };
    });
    return [...buckets, { suffix: "_sum", labels, value: sum }, { suffix: "_count", labels, value: total }];
  }
}

class LabelledValues<State> {
  readonly #states = new Map<string, { labels: Labels; state: State }>();
  readonly #make: () => State;

  constructor(make: () => State) {
    this.#make = make;
  }

  get entries(): { labels: Labels; state: State }[] {
    return [...this.#states.values()];
  }

  of(labels: Labels): State {
    const key = labelText(labels);
    let entry = this.#states.get(key);
    if (entry === undefined) this.#states.set(key, (entry = { labels, state: this.#make() }));
    return entry.state;
  }
}

/** A family with one sample for each of the values. */
export function family(
  type: "counter" | "gauge",
  name: string,
  help: string,
  values: number | readonly (readonly [Labels, number])[],
): MetricFamily {
  const samples = typeof values === "number" ? [[{}, values] as const] : values;
  return { name, type, help, samples: samples.map(([labels, value]) => ({ labels, value })) };
}

/** Prometheus text format 0.0.4. */
export function prometheusText(families: readonly MetricFamily[]): string {
  return families
    .map((one) => describe(one, one.name) + one.samples.map((sample) => line(one.name, sample)).join(""))
    .join("");
}

/** OpenMetrics 1.0: a counter's family is named without `_total`, and the text has an end. */
export function openMetricsText(families: readonly MetricFamily[]): string {
  const texts = families.map((one) => {
    const name = one.type === "counter" ? one.name.replace(/_total$/, "") : one.name;
    return describe(one, name) + one.samples.map((sample) => line(one.name, sample)).join("");
  });
  return `${texts.join("")}# EOF\n`;
}

function describe({ help, type }: MetricFamily, name: string): string {
  return `# HELP ${name} ${help.replaceAll("\\", "\\\\").replaceAll("\n", "\\n")}\n# TYPE ${name} ${type}\n`;
}

function line(name: string, { suffix = "", labels, value }: Sample): string {
  return `${name}${suffix}${labelText(labels)} ${numberText(value)}\n`;
}

function labelText(labels: Labels): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escapeLabel(value)}"`);
  return pairs.length === 0 ? "" : `{${pairs.join(",")}}`;
}

function escapeLabel(value: string): string {
  return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  return String(value);
}
