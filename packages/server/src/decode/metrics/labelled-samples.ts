import { ByteSource } from "../native/byte-source.ts";
import { canonicalLabels, eachLabel, isMetricName, type SeriesRange } from "./canonical-labels.ts";
import type { MetricsBlock } from "./metrics-block.ts";
import type { MetricsOutcome, PointCounts } from "./metrics-outcome.ts";
import { type MetricsContext, PointWriter } from "./point-writer.ts";

/** A sample that the server itself makes: a number, a native histogram (io.prometheus.write.v2.Histogram), or the series' end. */
export interface LabelledSample {
  readonly labels: Iterable<readonly [name: string, value: string]>;
  readonly timeMs: number;
  readonly value: number | Uint8Array | "stale";
}

/** Prometheus' staleness marker: the words of 0x7ff0000000000002. */
const stale = { low: 2, high: 0x7ff00000 };

/** Appends samples of series that are given as strings, as recording rules give them. */
export function appendLabelledSamples(
  samples: readonly LabelledSample[],
  block: MetricsBlock,
  context: MetricsContext,
): MetricsOutcome {
  const points = new PointWriter(block, context);
  const written: PointCounts = { samples: 0, histograms: 0, exemplars: 0 };
  const refused: PointCounts = { ...written };
  for (const { labels, timeMs, value } of samples) {
    const fault = points.series(rangeOf(canonicalLabels(labels)));
    if (fault !== undefined) throw new RangeError(fault);
    const time = { low: timeMs % 0x1_0000_0000, high: Math.floor(timeMs / 0x1_0000_0000) };
    if (value === "stale") points.sample(stale.low, stale.high, time.low, time.high);
    else if (typeof value === "number") points.sampleValue(value, timeMs);
    else if (points.histogram({ source: new ByteSource(value), start: 0, end: value.length }, time)) {
      written.histograms++;
      continue;
    } else {
      refused.histograms++;
      continue;
    }
    written.samples++;
  }
  points.finish();
  const reasons = refused.histograms > 0 ? [`${refused.histograms} x the metric has too many series`] : [];
  return { written, refused, reasons };
}

function rangeOf(labels: Uint8Array): SeriesRange {
  const source = new ByteSource(labels);
  const range = { source, start: 0, end: labels.length, nameStart: 0, nameEnd: 0 };
  eachLabel(source, 0, labels.length, (nameStart, nameEnd, valueStart, valueEnd) => {
    if (!isMetricName(labels, nameStart, nameEnd)) return;
    range.nameStart = valueStart;
    range.nameEnd = valueEnd;
  });
  return range;
}
