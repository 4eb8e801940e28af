/** Numbers from 0 to 1 that repeat from a seed (mulberry32). */
export type Random = () => number;

export function randomFrom(seed: number): Random {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[Math.floor(random() * items.length)] as Item;
}

export interface GeneratedSeries {
  labels: Record<string, string>;
  samples: { timeMs: number; value: number }[];
}

interface Shape {
  name: string;
  labels: Record<string, string>[];
  next: (random: Random, before: number, timeMs: number) => number;
  /** Share of samples that are missing. */
  gaps?: number;
}

const instances = ["10000", "10001", "10002"].map((port) => ({
  job: "demo",
  instance: `demo.promlabs.com:${port}`,
}));
const withLabels = (name: string, values: readonly string[]) =>
  instances.flatMap((labels) => values.map((value) => ({ ...labels, [name]: value })));

/** Far from 0, near which Prometheus 2 extrapolates counters otherwise than Prometheus 3. */
const counter = (random: Random, before: number) =>
  before === 0 || random() < 0.01 ? 5000 : before + Math.floor(random() * 40);
const seconds = (random: Random, before: number) => (before || 1000) + random() * 3;

/** The metrics of Prometheus' demo service, which the compliance queries name, and some with rougher lives. */
const shapes: Shape[] = [
  { name: "demo_num_cpus", labels: instances, next: () => 4 },
  {
    name: "demo_memory_usage_bytes",
    labels: withLabels("type", ["free", "buffers", "cached", "used"]),
    next: (random, before) => Math.max(0, (before || 4e9) + (random() - 0.5) * 1e8),
  },
  { name: "demo_cpu_usage_seconds_total", labels: withLabels("mode", ["idle", "user", "system"]), next: seconds },
  { name: "demo_disk_usage_bytes", labels: instances, next: (random, before) => (before || 1e11) + random() * 1e6 },
  {
    name: "demo_batch_last_success_timestamp_seconds",
    labels: instances,
    next: (random, before, timeMs) => (before === 0 || random() < 0.05 ? Math.floor(timeMs / 1000) - 3 : before),
  },
  { name: "demo_intermittent_metric", labels: instances, next: (random) => random(), gaps: 0.7 },
  { name: "jobs_total", labels: withLabels("status", ["ok", "failed"]), next: counter, gaps: 0.05 },
  { name: "queue_size", labels: withLabels("queue", ["a", "b"]), next: (random) => Math.floor(random() * 10) - 4 },
];

/** About an hour of samples every 15 s. No sample is at a whole second, where queries and windows begin and end. */
export function generateSeries(random: Random, { endMs, count }: { endMs: number; count: number }): GeneratedSeries[] {
  const series = shapes.flatMap((shape) =>
    shape.labels.map((labels) => samplesOf(shape, labels, random, { endMs, count })),
  );
  return [...series, ...instances.flatMap((labels) => bucketsOf(labels, random, { endMs, count }))];
}

const timesOf = (random: Random, { endMs, count }: { endMs: number; count: number }): number[] => {
  const offsetMs = 1 + Math.floor(random() * 998) + 1000 * Math.floor(random() * 15);
  return Array.from({ length: count }, (_unused, index) => endMs - (count - index) * 15_000 + offsetMs);
};

function samplesOf(
  { name, next, gaps = 0 }: Shape,
  labels: Record<string, string>,
  random: Random,
  range: { endMs: number; count: number },
): GeneratedSeries {
  let value = 0;
  const samples = timesOf(random, range).flatMap((timeMs) => {
    value = next(random, value, timeMs);
    return random() < gaps ? [] : [{ timeMs, value }];
  });
  return { labels: { __name__: name, ...labels }, samples };
}

function bucketsOf(labels: Record<string, string>, random: Random, range: { endMs: number; count: number }) {
  const name = "demo_api_request_duration_seconds";
  const bounds = ["0.001", "0.01", "0.1", "1", "+Inf"];
  const times = timesOf(random, range);
  return ["/api/foo", "/api/bar"].flatMap((path): GeneratedSeries[] => {
    const counts = bounds.map((_bound, index) => 1000 * (index + 1));
    const rows = times.map(() => {
      for (let bound = 0; bound < bounds.length; bound++) {
        const seen = Math.floor(random() * 5);
        for (let above = bound; above < bounds.length; above++) counts[above] = (counts[above] ?? 0) + seen;
      }
      return [...counts];
    });
    const at = (pickValue: (row: number[]) => number) =>
      times.map((timeMs, index) => ({ timeMs, value: pickValue(rows[index] ?? []) }));
    const common = { ...labels, method: "GET", path, status: "200" };
    return [
      ...bounds.map((le, bound) => ({
        labels: { __name__: `${name}_bucket`, ...common, le },
        samples: at((row) => row[bound] ?? 0),
      })),
      { labels: { __name__: `${name}_count`, ...common }, samples: at((row) => row.at(-1) ?? 0) },
      { labels: { __name__: `${name}_sum`, ...common }, samples: at((row) => (row.at(-1) ?? 0) * 0.05) },
    ];
  });
}

/** Sends series by remote write 1.0, in the order of time, which Prometheus asks for. */
export async function remoteWrite(url: string, series: readonly GeneratedSeries[]): Promise<void> {
  const times = series.flatMap(({ samples }) => samples.map(({ timeMs }) => timeMs));
  const firstMs = Math.min(...times);
  const lastMs = Math.max(...times);
  for (let fromMs = firstMs; fromMs <= lastMs; fromMs += 300_000) {
    const inTime = series.map(({ labels, samples }) => ({
      labels,
      samples: samples.filter(({ timeMs }) => timeMs >= fromMs && timeMs < fromMs + 300_000),
    }));
    const answer = await fetch(`${url}/api/v1/write`, {
      method: "POST",
      headers: {
        "content-type": "application/x-protobuf",
        "content-encoding": "snappy",
        "x-prometheus-remote-write-version": "0.1.0",
      },
      body: Buffer.from(snappyStored(writeRequest(inTime.filter(({ samples }) => samples.length > 0)))),
    });
    if (!answer.ok) throw new Error(`${url}: ${answer.status} ${await answer.text()}`);
  }
}

/** WriteRequest{timeseries = 1: TimeSeries{labels = 1: {name = 1, value = 2}, samples = 2: {value = 1, timestamp = 2}}} */
function writeRequest(series: readonly GeneratedSeries[]): Buffer {
  const parts = series.map(({ labels, samples }) => {
    const names = Object.keys(labels).sort();
    return field(
      1,
      Buffer.concat([
        ...names.map((name) =>
          field(1, Buffer.concat([field(1, Buffer.from(name)), field(2, Buffer.from(labels[name] ?? ""))])),
        ),
        ...samples.map(({ timeMs, value }) => field(2, sample(timeMs, value))),
      ]),
    );
  });
  return Buffer.concat(parts);
}

function sample(timeMs: number, value: number): Buffer {
  const double = Buffer.alloc(9);
  double[0] = 0x09;
  double.writeDoubleLE(value, 1);
  return Buffer.concat([double, Buffer.of(0x10), varint(timeMs)]);
}

const field = (number: number, bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.of((number << 3) | 2), varint(bytes.length), bytes]);

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}

/** Snappy's block format with literals only. */
function snappyStored(bytes: Buffer): Buffer {
  const parts = [varint(bytes.length)];
  for (let at = 0; at < bytes.length; at += 65_536) {
    const chunk = bytes.subarray(at, at + 65_536);
    parts.push(Buffer.of(61 << 2, (chunk.length - 1) & 0xff, (chunk.length - 1) >>> 8), chunk);
  }
  return Buffer.concat(parts);
}
