import type { ExemplarBlock } from "../decode/metrics/exemplar-block.ts";
import type { HistogramBlock } from "../decode/metrics/histogram-block.ts";
import type { KnownSeries } from "../decode/metrics/known-series.ts";
import type { MetadataBlock } from "../decode/metrics/metadata-block.ts";
import { MetricsBlock } from "../decode/metrics/metrics-block.ts";
import type { MetricsOutcome } from "../decode/metrics/metrics-outcome.ts";
import type { MetricsContext } from "../decode/metrics/point-writer.ts";
import type { SampleBlock } from "../decode/metrics/sample-block.ts";
import type { SeriesBlock } from "../decode/metrics/series-block.ts";

/** As Spool.append: durable when it resolves, in the ledger as so many rows. */
type AppendRows<Block> = (
  write: (block: Block) => { accepted: number; rejected: number },
) => Promise<{ accepted: number; rejected: number }>;

/** The way to each table that a request for metrics writes to. */
export interface MetricsSpools {
  readonly samples: AppendRows<SampleBlock>;
  readonly series: AppendRows<SeriesBlock>;
  readonly histogram_samples: AppendRows<HistogramBlock>;
  readonly exemplars: AppendRows<ExemplarBlock>;
  readonly metric_metadata: AppendRows<MetadataBlock>;
}

/**
 * Decodes a request into the tables of metrics and resolves when it may be acknowledged. A throw in `write` leaves
 * nothing behind.
 * @throws SightglassError as `write`, or spool_full, spool_unwritable, unavailable: then some of the request may have
 * been stored, and sending it again does no harm, since points of one series and time are one
 */
export type WriteMetrics = (
  receivedAtMs: number,
  write: (block: MetricsBlock, context: MetricsContext) => MetricsOutcome,
) => Promise<MetricsOutcome>;

/** @param known shared by all that write metrics */
export function createMetricsSink({ spools, known }: { spools: MetricsSpools; known: KnownSeries }): WriteMetrics {
  const spare: MetricsBlock[] = [];
  return async (receivedAtMs, write) => {
    const request = known.begin(receivedAtMs);
    const block = spare.pop() ?? new MetricsBlock();
    try {
      const outcome = write(block, { receivedAtMs, known, request });
      await append(spools, block, outcome);
      known.settle(request);
      return outcome;
    } catch (error) {
      known.abandon(request);
      throw error;
    } finally {
      block.clear();
      spare.push(block);
    }
  };
}

/** Series go first, so that no sample is seen before its labels; all together are waited for. */
async function append(spools: MetricsSpools, block: MetricsBlock, { refused }: MetricsOutcome): Promise<void> {
  const results = await Promise.allSettled([
    appendAll(spools.series, block.series),
    appendAll(spools.metric_metadata, block.metadata),
    appendAll(spools.samples, block.samples, refused.samples),
    appendAll(spools.histogram_samples, block.histograms, refused.histograms),
    appendAll(spools.exemplars, block.exemplars),
  ]);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function appendAll<Block extends { rowCount: number; appendAll(from: Block): void }>(
  append: AppendRows<Block>,
  from: Block,
  rejected = 0,
): Promise<void> {
  if (from.rowCount === 0 && rejected === 0) return;
  await append((block) => {
    block.appendAll(from);
    return { accepted: from.rowCount, rejected };
  });
}
