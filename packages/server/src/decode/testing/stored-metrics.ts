import { KnownSeries } from "../metrics/known-series.ts";
import { MetricsBlock } from "../metrics/metrics-block.ts";
import type { MetricsOutcome } from "../metrics/metrics-outcome.ts";
import type { MetricsContext } from "../metrics/point-writer.ts";
import type { TestEngine } from "./engine.ts";

/** One sample as the store has it, with its series' labels. */
export interface StoredSample {
  /** `name{a="1",b="2"}` */
  series: string;
  timeMs: string;
  /** The 64 bits of the value. */
  bits: string;
  startMs: string;
}

export const seriesText = `concat(series.metric, '{', arrayStringConcat(
  arrayMap((k, v) -> concat(k, '="', v, '"'), mapKeys(labels), mapValues(labels)), ','), '}')`;

const samplesSql = `SELECT ${seriesText} AS series, toString(toUnixTimestamp64Milli(time)) AS timeMs,
    toString(reinterpretAsUInt64(value)) AS bits, toString(toUnixTimestamp64Milli(start_time)) AS startMs
  FROM samples INNER JOIN series ON series.series_id = samples.series_id AND series.metric = samples.metric
  ORDER BY ALL`;

export const receivedAtMs = 1_700_000_000_123;

/** Decodes requests into one block, and the block into the engine. */
export class MetricsStore {
  readonly known: KnownSeries;
  readonly block = new MetricsBlock();
  private readonly engine: TestEngine;

  constructor(engine: TestEngine, seriesPerMetricMax = 1000) {
    this.engine = engine;
    this.known = new KnownSeries({ seriesPerMetricMax, seriesMax: 100_000, sinceMs: 0 });
    for (const table of ["samples", "series", "histogram_samples", "exemplars", "metric_metadata"]) {
      engine.execute(`TRUNCATE TABLE ${table}`);
    }
  }

  /** Runs a decoder as the sink does, when everything is durable. */
  write(decode: (block: MetricsBlock, context: MetricsContext) => MetricsOutcome): MetricsOutcome {
    const request = this.known.begin(receivedAtMs);
    try {
      const outcome = decode(this.block, { receivedAtMs, known: this.known, request });
      this.known.settle(request);
      return outcome;
    } catch (error) {
      this.known.abandon(request);
      throw error;
    }
  }

  /** Stores what was decoded. */
  store(): void {
    for (const block of Object.values(this.block) as { rowCount: number }[]) {
      if (block.rowCount > 0) this.engine.insert(block as Parameters<TestEngine["insert"]>[0]);
    }
    this.block.clear();
  }

  samples(): StoredSample[] {
    this.store();
    return this.engine.rows<StoredSample>(samplesSql);
  }
}

const float = new Float64Array(1);
const bits = new BigUint64Array(float.buffer);

/** The bits of a number in decimal. */
export function bitsOf(value: number): string {
  float[0] = value;
  return bits[0]!.toString();
}
