import type { FloatHistogram, Labels } from "@sightglass/promql";

/** A series' last sample. */
export interface ExposedSample {
  readonly labels: Labels;
  readonly timeMs: number;
  readonly value: number | FloatHistogram;
}

/** Samples of one metric, all of them numbers or all of them native histograms. */
export interface ExposedFamily {
  readonly name: string;
  readonly type: "counter" | "gauge" | "untyped" | "histogram" | "gaugehistogram";
  readonly help: string;
  readonly samples: readonly ExposedSample[];
}
