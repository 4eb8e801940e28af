/**
 * Series as exporters have them, for every benchmark of metrics: targets of a hundred series each, scraped every 15 s with
 * some milliseconds of jitter, of kinds in the proportions of a node exporter. Seeded, so that each run has the same.
 */

export const intervalMs = 15_000;
export const seriesPerTarget = 100;
const jitterMs = 20;

/** Kinds by their share of a target's series: how a value follows from the one before. */
const kinds = [
  { share: 30, name: "requests_total", start: (r) => whole(r() * 1e6), next: counted },
  { share: 20, name: "cpu_seconds_total", start: (r) => cents(r() * 1e5), next: worked },
  { share: 20, name: "memory_bytes", start: (r) => whole(r() * 1e6) * 4096, next: allocated },
  { share: 5, name: "temperature_celsius", start: () => 40, next: warmed },
  { share: 10, name: "load_ratio", start: (r) => r(), next: (value, r) => 0.9 * value + 0.1 * r() },
  { share: 15, name: "limit_bytes", start: (r) => whole(r() * 1e9), next: (value) => value },
];

/** Each series has a rate of its own, and is busy now and then. */
function counted(value, random, rate) {
  return value + whole(rate * (0.5 + random()) * (random() < 0.1 ? 5 : 1));
}
function worked(value, random, rate) {
  return cents(value + Math.min(15, (rate / 100) * random()));
}
function allocated(value, random) {
  return random() < 0.3 ? value : Math.max(0, value + 4096 * whole((random() - 0.5) * 1000));
}
function warmed(value, random) {
  return Math.round((value + (random() - 0.5) * 2) * 2) / 2;
}
const whole = (value) => Math.floor(value);
const cents = (value) => Math.round(value * 100) / 100;

/**
 * @param options.firstTarget number of the first of their targets: others make other series
 * @returns the series; `next()` goes on to the following scrape, after which `value` and `timeMs` are those of it
 */
export function makeSeries(count, { startMs, seed = 1, firstTarget = 0 }) {
  const random = randomOf(seed);
  const targets = Array.from({ length: Math.ceil(count / seriesPerTarget) }, () => makeTarget(random, startMs));
  return Array.from({ length: count }, (_unused, index) => {
    const target = Math.floor(index / seriesPerTarget);
    return makeOne({ index, target: firstTarget + target, clock: targets[target], random });
  });
}

/** The times of a target's scrapes: all of its series have the same. */
function makeTarget(random, startMs) {
  const offsetMs = whole(random() * intervalMs);
  const times = [];
  return (scrape) => {
    times[scrape] ??= startMs + offsetMs + scrape * intervalMs + whole(random() * jitterMs);
    return times[scrape];
  };
}

function makeOne({ index, target, clock, random }) {
  const place = index % seriesPerTarget;
  let upTo = 0;
  const kind = kinds.find(({ share }) => place < (upTo += share));
  const rate = 10 ** (random() * 4);
  let scrape = 0;
  const one = {
    labels: {
      __name__: `node_${kind.name.replace("_", `_${place % 10}_`)}`,
      cluster: "eu-central-1",
      device: `disk${place}`,
      environment: "production",
      instance: `10.${target >> 16}.${(target >> 8) & 255}.${target & 255}:9100`,
      job: "node-exporter",
      pod: `node-exporter-${target.toString(36).padStart(5, "0")}`,
    },
    value: kind.start(random),
    timeMs: clock(0),
    next() {
      one.value = kind.next(one.value, random, rate);
      one.timeMs = clock(++scrape);
    },
  };
  return one;
}

/** mulberry32: numbers in [0, 1). */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}
