import { DeltaSums } from "../decode/metrics/delta-sums.ts";
import { dayMs, KnownSeries } from "../decode/metrics/known-series.ts";
import { SeriesId } from "../decode/metrics/series-id.ts";
import { ByteSource } from "../decode/native/byte-source.ts";
import { DeltaHistograms } from "../decode/otlp/delta-histograms.ts";
import { readHistogram } from "../decode/prometheus/histogram.ts";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { DeltaState } from "../receive/metrics-otlp.ts";
import { createMetricsSink } from "../receive/metrics-sink.ts";
import { RepeatedRequests } from "../receive/repeated-requests.ts";
import { MetricsRecovery, type RecoveredMetrics } from "../store/metrics-recovery.ts";
import type { Store } from "../store/store.ts";
import type { Context } from "./context.ts";
import type { TableSpools } from "./spools.ts";

export type MetricsIngest = ReturnType<typeof startMetricsIngest>;

/** What ingest remembers of metrics: found again in the store after a start. */
export function startMetricsIngest({ clock, log, running, reload }: Context, store: Store, spools: TableSpools) {
  const known = new KnownSeries({
    get seriesPerMetricMax() {
      return reload.current.metrics.series_per_metric;
    },
    seriesMax: limits.seriesKnownMax.value,
    sinceMs: clock.nowMs(),
  });
  const openedAtMs = clock.nowMs();
  let deltas: DeltaState | undefined;
  const recovery = new MetricsRecovery({
    store,
    clock,
    // What comes in from now on need not be waited for.
    isSpoolStored: () => {
      const { segments, lagMs } = spools.status();
      return segments === 0 || clock.nowMs() - lagMs >= openedAtMs;
    },
    onRecovered: (found) => {
      const day = Math.floor(clock.nowMs() / dayMs);
      const id = new SeriesId();
      for (const { metric, ids } of found.series) {
        for (let at = 0; at < ids.length; at += 2) {
          id.low = ids[at]!;
          id.high = ids[at + 1]!;
          known.recover(id, metric, day);
        }
      }
      deltas = deltaStateOf(found);
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
    deltas: () => {
      if (deltas !== undefined) return deltas;
      throw new SightglassError("unavailable", "the sums of deltas are being read", { retryAfterMs: 1000 });
    },
  };
}

function deltaStateOf({ summed, histograms, requests }: RecoveredMetrics): DeltaState {
  const sums = { numbers: new DeltaSums(), histograms: new DeltaHistograms() };
  for (const { low, high, ...point } of summed) sums.numbers.recover(seriesId({ low, high }), point);
  for (const { low, high, histogram } of histograms) {
    sums.histograms.recover(seriesId({ low, high }), readHistogram(new ByteSource(histogram), 0, histogram.length));
  }
  const seen = new RepeatedRequests();
  seen.recover(requests);
  return { sums, requests: seen };
}

const seriesId = ({ low, high }: { low: number; high: number }) => Object.assign(new SeriesId(), { low, high });
