import { DeltaSums } from "../decode/metrics/delta-sums.ts";
import { KnownSeries } from "../decode/metrics/known-series.ts";
import { dayMs } from "../decode/metrics/point-writer.ts";
import { SeriesId } from "../decode/metrics/series-id.ts";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import { createMetricsSink } from "../receive/metrics-sink.ts";
import { MetricsRecovery } from "../store/metrics-recovery.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import type { TableSpools } from "./spools.ts";

export type MetricsIngest = ReturnType<typeof startMetricsIngest>;

/** What ingest remembers of metrics: found again in the store after a start. */
export function startMetricsIngest({ config, clock, log, running }: Context, store: Store, spools: TableSpools) {
  const known = new KnownSeries({
    seriesPerMetricMax: config.metrics.series_per_metric,
    seriesMax: limits.seriesKnownMax.value,
  });
  const openedAtMs = clock.nowMs();
  let sums: DeltaSums | undefined;
  const recovery = new MetricsRecovery({
    store,
    clock,
    // What comes in from now on need not be waited for.
    isSpoolStored: () => {
      const { segments, lagMs } = spools.status();
      return segments === 0 || clock.nowMs() - lagMs >= openedAtMs;
    },
    onRecovered: ({ series, summed }) => {
      const day = Math.floor(clock.nowMs() / dayMs);
      const recovered = new DeltaSums();
      for (const { metric, ...id } of series) known.recover(Object.assign(new SeriesId(), id), metric, day);
      for (const { low, high, ...point } of summed)
        recovered.recover(Object.assign(new SeriesId(), { low, high }), point);
      sums = recovered;
    },
    onFailure: (error) => log.error({ error }, "the state of metrics is not read; it is tried again"),
  });
  recovery.start();
  running.add("metrics", () => recovery.stop());
  const { tables } = spools;
  return {
    known,
    /** For every receiver of metrics. */
    write: createMetricsSink({
      known,
      spools: {
        series: tables.series.append.bind(tables.series),
        metric_metadata: tables.metric_metadata.append.bind(tables.metric_metadata),
        samples: tables.samples.append.bind(tables.samples),
        histogram_samples: tables.histogram_samples.append.bind(tables.histogram_samples),
        exemplars: tables.exemplars.append.bind(tables.exemplars),
      },
    }),
    sums: () => {
      if (sums !== undefined) return sums;
      throw new SightglassError("unavailable", "the sums of deltas are being read", { retryAfterMs: 1000 });
    },
  };
}
