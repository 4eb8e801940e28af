import { describe, expect, it } from "vitest";
import { KnownSeries } from "../metrics/known-series.ts";
import { MetricsBlock } from "../metrics/metrics-block.ts";
import { SeededRandom } from "../testing/random.ts";
import { receivedAtMs } from "../testing/stored-metrics.ts";
import { encodeMetrics } from "../testing/write-messages.ts";
import { decodeWriteV1 } from "./write-v1.ts";
import { decodeWriteV2 } from "./write-v2.ts";

/** A decoder that knows series again by their order must write what one writes that knows nothing of it. */

type Labels = readonly (readonly [name: string, value: string])[];

interface Series {
  readonly labels: Labels;
  readonly kind: "samples" | "histograms" | "both" | "none";
}

const sample = (agoMs: number) => ({ value: agoMs / 3, timestamp: receivedAtMs - agoMs });
const histogram = { countInt: 1, sum: 1, schema: 0, zeroThreshold: 1, zeroCountInt: 1, timestamp: receivedAtMs };

function pointsOf({ kind }: Series, agoMs: number) {
  const samples = kind === "samples" || kind === "both" ? [sample(agoMs), sample(agoMs - 1)].slice(agoMs % 2) : [];
  const histograms = kind === "histograms" || kind === "both" ? [histogram] : [];
  return { samples, histograms };
}

function v1(series: readonly Series[], agoMs: number): Buffer {
  const timeseries = series.map((one) => ({
    ...pointsOf(one, agoMs),
    labels: one.labels.map(([name, value]) => ({ name, value })),
  }));
  return encodeMetrics("WriteRequest", { timeseries });
}

/** The labels after the points, which protobufjs does not write. */
function v1LabelsLast(series: readonly Series[], agoMs: number): Buffer {
  return Buffer.concat(
    series.map((one) => {
      const labels = one.labels.map(([name, value]) => ({ name, value }));
      const content = Buffer.concat([contentOf(pointsOf(one, agoMs)), contentOf({ labels })]);
      return Buffer.concat([Buffer.of(0x0a, (content.length & 0x7f) | 0x80, content.length >>> 7), content]);
    }),
  );
}

/** The bytes of a TimeSeries, without the tag and the length in one byte or two that it has in its request. */
function contentOf(series: object): Buffer {
  const request = encodeMetrics("WriteRequest", { timeseries: [series] });
  return request.subarray(request[1]! < 0x80 ? 2 : 3);
}

function v2(series: readonly Series[], agoMs: number, padding = 0): Buffer {
  const symbols = ["", ...Array.from({ length: padding }, (_, index) => `unused ${index}`)];
  const refOf = (text: string) => {
    if (!symbols.includes(text)) symbols.push(text);
    return symbols.indexOf(text);
  };
  const timeseries = series.map((one) => ({ ...pointsOf(one, agoMs), labelsRefs: one.labels.flat().map(refOf) }));
  return encodeMetrics("Request", { symbols, timeseries });
}

const versions = [
  { version: "1.0", encode: v1, decode: decodeWriteV1 },
  {
    version: "1.0 with labels after the points now and then",
    encode: (series: readonly Series[], agoMs: number) =>
      agoMs % 3 === 0 ? v1LabelsLast(series, agoMs) : v1(series, agoMs),
    decode: decodeWriteV1,
  },
  { version: "2.0", encode: v2, decode: decodeWriteV2 },
  {
    version: "2.0 with ever other references, of one byte and of two",
    encode: (series: readonly Series[], agoMs: number) => v2(series, agoMs, (agoMs * 37) % 200),
    decode: decodeWriteV2,
  },
];

function makeSeries(random: SeededRandom, count: number): Series[] {
  return Array.from({ length: count }, (_, index) => {
    const labels: [string, string][] = [
      ["__name__", random.pick(["up", "näme", "requests_total"])],
      ["instance", `10.0.0.${index % 7}:9100`],
      ["job", random.pick(["a", "ab", "abcdefgh"])],
      ["n", String(index)],
    ];
    if (random.below(5) === 0) labels.push(["z", "y".repeat(60 + random.below(200))]);
    if (random.below(6) === 0) labels.reverse();
    if (random.below(9) === 0) labels.push(["zz", ""]);
    if (random.below(30) === 0) labels.push(["job", "again"]);
    return { labels, kind: random.pick(["samples", "samples", "samples", "histograms", "both", "none"]) };
  });
}

/** As a sender's requests differ: mostly not at all, now and then by a series more, less, elsewhere or with another label. */
function varied(series: readonly Series[], random: SeededRandom): Series[] {
  const next = [...series];
  const at = random.below(next.length);
  const one = next[at]!;
  switch (random.below(8)) {
    case 0:
      next.splice(at, 1);
      break;
    case 1:
      next.splice(at, 1, next[0]!);
      break;
    case 2:
      next.splice(at, 1, { ...one, labels: one.labels.map(([name, value]) => [name, `${value}x`]) });
      break;
    case 3:
      next.splice(at, 1, { ...one, labels: one.labels.slice(0, -1) });
      break;
    case 4:
      next.splice(at, 1, { ...one, labels: [...one.labels, ["zzz", "more"]] });
      break;
    case 5:
      next.splice(at, 1, { ...one, kind: random.pick(["samples", "histograms", "both", "none"]) });
  }
  return next;
}

class Receiver {
  readonly known: KnownSeries;
  private readonly block = new MetricsBlock();

  constructor(orderBytesMax: number) {
    this.known = new KnownSeries({ seriesPerMetricMax: 60, seriesMax: 200, sinceMs: 0, orderBytesMax });
  }

  /** What a request comes to: the outcome and the rows, as bytes. */
  write(body: Buffer, decode: typeof decodeWriteV1, { isDurable }: { isDurable: boolean }) {
    const { block, known } = this;
    const request = known.begin(receivedAtMs);
    const outcome = decode(body, block, { receivedAtMs, known, request });
    if (isDurable) known.settle(request);
    else known.abandon(request);
    const tables = [block.series, block.samples, block.histograms];
    const rows = tables.map((table) => Buffer.concat(table.encode()).toString("hex"));
    block.clear();
    return { outcome, rows };
  }
}

describe.each(versions)("remote write $version", ({ encode, decode }) => {
  it.each([
    ["all labels are kept", 1_000_000],
    ["some labels are kept", 1500],
  ])("writes the same whether series are known by their order, where %s", (_name, orderBytesMax) => {
    const random = new SeededRandom(7);
    const [knowing, unknowing] = [new Receiver(orderBytesMax), new Receiver(0)];
    const senders = [makeSeries(random, 40), makeSeries(random, 30)];
    let repeats = 0;
    for (let request = 0; request < 200; request++) {
      const sender = random.below(2);
      const series = varied(senders[sender]!, random);
      if (random.below(10) === 0) senders[sender] = series;
      const body = encode(series, 1000 + request);
      const isDurable = random.below(10) > 0;
      const expected = unknowing.write(body, decode, { isDurable });
      expect(knowing.write(body, decode, { isDurable })).toEqual(expected);
      for (let number = 0; number < 100; number++) if (knowing.known.order.after(number) !== -1) repeats++;
    }
    expect(repeats).toBeGreaterThan(1000);
  });
});
