import { LogBlock } from "../../decode/log-block.ts";
import { DeltaSums } from "../../decode/metrics/delta-sums.ts";
import { KnownSeries } from "../../decode/metrics/known-series.ts";
import { MetricsBlock } from "../../decode/metrics/metrics-block.ts";
import { DeltaHistograms } from "../../decode/otlp/delta-histograms.ts";
import { defaultTranslation } from "../../decode/otlp/translation.ts";
import type { NativeBlock } from "../../decode/native/native-block.ts";
import { SpanBlock } from "../../decode/span-block.ts";
import type { SightglassError } from "../../model/errors.ts";
import { createOtlpMetrics } from "../metrics-otlp.ts";
import type { Append, OtlpSink } from "../otlp-sink.ts";
import { RepeatedRequests } from "../repeated-requests.ts";

/** A spool without a disk: real blocks, and refusals and waits on demand. */
export class FakeSink implements OtlpSink {
  readonly spanBlock = new SpanBlock();
  readonly logBlock = new LogBlock();
  /** Thrown before `write` is called, as a full spool does. */
  error: Error | SightglassError | undefined;
  /** Awaited before a request is acknowledged. */
  durable: Promise<void> = Promise.resolve();
  readonly spans = this.appendTo(this.spanBlock);
  readonly logs = this.appendTo(this.logBlock);
  readonly metricsBlock = new MetricsBlock();
  readonly metrics = createOtlpMetrics({
    translation: () => defaultTranslation,
    deltas: () => this.deltas,
    sink: async (receivedAtMs, write) => {
      if (this.error !== undefined) throw this.error;
      const request = this.known.begin(receivedAtMs);
      const outcome = write(this.metricsBlock, { receivedAtMs, known: this.known, request });
      await this.durable;
      return outcome;
    },
  });
  private readonly known = new KnownSeries({ seriesPerMetricMax: 1000, seriesMax: 10_000, sinceMs: 0 });
  private readonly deltas = {
    sums: { numbers: new DeltaSums(), histograms: new DeltaHistograms() },
    requests: new RepeatedRequests(),
  };

  private appendTo<Block extends NativeBlock>(block: Block): Append<Block> {
    return async (write) => {
      if (this.error !== undefined) throw this.error;
      const mark = block.mark();
      try {
        const outcome = write(block);
        await this.durable;
        return outcome;
      } catch (error) {
        block.rollback(mark);
        throw error;
      }
    };
  }
}
