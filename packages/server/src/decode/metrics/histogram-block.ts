import { Word64Column } from "../native/fixed-columns.ts";
import { LowCardinalityColumn } from "../native/low-cardinality-column.ts";
import { NativeBlock } from "../native/native-block.ts";
import { StringColumn } from "../native/string-column.ts";

function histogramColumns() {
  return {
    receivedAt: new Word64Column("DateTime64(3, 'UTC')"),
    metric: new LowCardinalityColumn(),
    seriesId: new Word64Column("UInt64"),
    time: new Word64Column("DateTime64(3, 'UTC')"),
    startTime: new Word64Column("DateTime64(3, 'UTC')"),
    histogram: new StringColumn(),
  };
}

/** Rows for the table `histogram_samples` (store/schema/0003-metrics.sql). */
export class HistogramBlock extends NativeBlock {
  readonly to: ReturnType<typeof histogramColumns>;

  constructor() {
    const to = histogramColumns();
    super("histogram_samples", {
      received_at: to.receivedAt,
      metric: to.metric,
      series_id: to.seriesId,
      time: to.time,
      start_time: to.startTime,
      histogram: to.histogram,
    });
    this.to = to;
  }
}
