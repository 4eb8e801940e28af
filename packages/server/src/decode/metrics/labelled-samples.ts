import { ByteSource } from "../native/byte-source.ts";
import { canonicalLabels, eachLabel, isMetricName } from "./canonical-labels.ts";
import type { MetricsBlock } from "./metrics-block.ts";
import type { MetricsOutcome } from "./metrics-outcome.ts";
import { type MetricsContext, PointWriter, type SeriesRange } from "./point-writer.ts";

/** A sample that the server itself makes; "stale" ends its series. */
export interface LabelledSample {
  readonly labels: Iterable<readonly [name: string, value: string]>;
  readonly timeMs: number;
  readonly value: number | "stale";
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
  for (const { labels, timeMs, value } of samples) {
    const fault = points.series(rangeOf(canonicalLabels(labels)));
    if (fault !== undefined) throw new RangeError(fault);
    if (value !== "stale") points.sampleValue(value, timeMs);
    else points.sample(stale.low, stale.high, timeMs % 0x1_0000_0000, Math.floor(timeMs / 0x1_0000_0000));
  }
  points.finish();
  const none = { samples: 0, histograms: 0, exemplars: 0 };
  return { written: { ...none, samples: samples.length }, refused: none, reasons: [] };
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
