import { pick, type Random } from "../prometheus-data.ts";

/** Samples of each series, 15 s apart. */
export const sampleCount = 60;
export const stepMs = 15_000;

const below = (random: Random, limit: number): number => Math.floor(random() * limit);

/** Script lines that load series of every kind: floats, native histograms, classic ones, start timestamps. */
export function generateLoad(random: Random): string {
  const lines: string[] = [];
  const add = (name: string, next: (index: number) => string): void => {
    lines.push(`  ${name} ${spoiled(random, next)}`);
  };
  for (const job of ["a", "b", "c"])
    for (const side of ["x", "y"]) {
      const labels = `{job="${job}", side="${side}", instance="${job}${below(random, 3)}"}`;
      add(`requests_total${labels}`, counter(random));
      add(`queue${labels}`, () => String(below(random, 200) / 4 - 10));
      add(`histogram${labels}`, histograms(random));
    }
  for (const job of ["a", "b"]) {
    add(`odd{job="${job}"}`, () => pick(random, ["NaN", "Inf", "-Inf", "0", "-0", "1e300", "-1e300", "1", "2.5"]));
    add(`mixed{job="${job}"}`, mixed(random));
    add(`gauge_histogram{job="${job}"}`, histograms(random, "gauge"));
    add(`custom{job="${job}"}`, customHistograms(random));
    add(`{"pack.ets", "le.vel"="${job}", job="${job}"}`, counter(random));
    add(`{"päck", job="${job}"}`, counter(random));
    add(`typed_total{job="${job}", __type__="counter", __unit__="bytes"}`, counter(random));
    add(`constant{job="${job}", side="x"}`, () => "7");
  }
  for (const job of ["a", "b", "c"]) {
    const instances = [0, 1, 2].map((number) => `${job}${number}`);
    for (const instance of instances)
      add(`target_info{job="${job}", instance="${instance}", version="${below(random, 2)}"}`, () => "1");
    lines.push(`  build_info{job="${job}", instance="${job}0", commit="${below(random, 4)}"} 1x${sampleCount}`);
  }
  lines.push(...classic(random, "a"), ...classic(random, "b"), ...withStarts(random, "a"), ...withStarts(random, "b"));
  return `load ${stepMs / 1000}s\n${lines.join("\n")}\n`;
}

/** With gaps and staleness markers. */
function spoiled(random: Random, next: (index: number) => string): string {
  const holes = pick(random, [0, 0, 0.05, 0.4]);
  return Array.from({ length: sampleCount }, (_unused, index) => {
    const item = next(index);
    if (random() < 0.01) return "stale";
    return random() < holes ? "_" : item;
  }).join(" ");
}

function counter(random: Random): () => string {
  let value = below(random, 50);
  const [resets, whole] = [pick(random, [0, 0.04]), random() < 0.5];
  return () => {
    value = random() < resets ? below(random, 5) : value + (whole ? below(random, 20) : random() * 20);
    return String(value);
  };
}

/** Exponential histograms whose buckets grow, sometimes of another schema, sometimes reset. */
function histograms(random: Random, hint?: string): () => string {
  const width = 1 + below(random, 4);
  let [schema, offset] = [below(random, 4) - 1, below(random, 5) - 2];
  let [positive, negative, zero] = [fill(random, width), random() < 0.4 ? fill(random, 2) : [], below(random, 3)];
  const changes = pick(random, [0, 0.05]);
  return () => {
    if (random() < changes) {
      [schema, offset] = [below(random, 4) - 1, below(random, 5) - 2];
      positive = fill(random, width);
    }
    if (hint === "gauge") positive = fill(random, width);
    positive = positive.map((count) => count + below(random, 4));
    negative = negative.map((count) => count + below(random, 3));
    zero += below(random, 2);
    const count = [...positive, ...negative, zero].reduce((sum, each) => sum + each, 0);
    const parts = [
      `schema:${schema}`,
      `count:${count}`,
      `sum:${count * 1.5}`,
      `buckets:[${positive.join(" ")}]`,
      `offset:${offset}`,
      `z_bucket:${zero}`,
      `z_bucket_w:${pick(random, ["0.001", "0.001", "0.001", "0.01"])}`,
    ];
    if (negative.length > 0) parts.push(`n_buckets:[${negative.join(" ")}]`, "n_offset:1");
    const shown = hint ?? (random() < 0.05 ? pick(random, ["reset", "not_reset", "unknown"]) : undefined);
    if (shown !== undefined) parts.push(`counter_reset_hint:${shown}`);
    return `{{${parts.join(" ")}}}`;
  };
}

const fill = (random: Random, length: number): number[] => Array.from({ length }, () => below(random, 5));

function customHistograms(random: Random): () => string {
  const layouts = ["1 2 4", "1 2 4", "1 4", "2 4 8"];
  let [bounds, counts] = [pick(random, layouts), fill(random, 4)];
  return () => {
    if (random() < 0.05) [bounds, counts] = [pick(random, layouts), fill(random, 4)];
    counts = counts.map((count) => count + below(random, 3));
    const used = counts.slice(0, bounds.split(" ").length + 1);
    const count = used.reduce((sum, each) => sum + each, 0);
    return `{{schema:-53 count:${count} sum:${count * 2} custom_values:[${bounds}] buckets:[${used.join(" ")}]}}`;
  };
}

/** Floats and histograms of one series by turns. */
function mixed(random: Random): () => string {
  const [floats, ofHistograms, ofCustom] = [counter(random), histograms(random), customHistograms(random)];
  let kind = floats;
  return () => {
    if (random() < 0.1) kind = pick(random, [floats, ofHistograms, ofCustom]);
    return kind();
  };
}

function classic(random: Random, job: string): string[] {
  const bounds = ["0.1", "1", "5", "+Inf"];
  let counts = bounds.map(() => 0);
  const rows = bounds.map(() => [] as string[]);
  for (let index = 0; index < sampleCount; index++) {
    const grown = bounds.map(() => below(random, 4));
    counts = counts.map((count, at) => count + (grown[at] ?? 0));
    let sum = 0;
    counts.forEach((count, at) => {
      sum += count;
      // Buckets that are read one after another may disagree.
      rows[at]?.push(String(random() < 0.01 ? sum - 1 : sum));
    });
  }
  const rest = rows.at(-1)?.join(" ") ?? "";
  return [
    ...bounds.map((bound, at) => `  latency_bucket{job="${job}", le="${bound}"} ${rows[at]?.join(" ") ?? ""}`),
    `  latency_bucket{job="${job}", le="wrong"} 1x${sampleCount}`,
    `  latency_count{job="${job}"} ${rest}`,
    `  latency_sum{job="${job}"} ${rest}`,
  ];
}

/** A counter, and when it started according to each sample. */
function withStarts(random: Random, job: string): string[] {
  const name = `started_total{job="${job}"}`;
  const starts = Array.from({ length: sampleCount }, () => pick(random, ["_", "-15s", "-15s", "-10s", "-1m", "-20s"]));
  const next = counter(random);
  return [
    `  ${name}@st ${starts.join(" ")}`,
    `  ${name} ${Array.from({ length: sampleCount }, () => next()).join(" ")}`,
  ];
}
