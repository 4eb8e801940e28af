import { Word64Column } from "../native/fixed-columns.ts";
import { LowCardinalityColumn } from "../native/low-cardinality-column.ts";
import { NativeBlock } from "../native/native-block.ts";

function sampleColumns() {
  return {
    receivedAt: new Word64Column("DateTime64(3, 'UTC')"),
    metric: new LowCardinalityColumn(),
    seriesId: new Word64Column("UInt64"),
    time: new Word64Column("DateTime64(3, 'UTC')"),
    value: new Word64Column("Float64"),
    startTime: new Word64Column("DateTime64(3, 'UTC')"),
  };
}

/** Rows for the table `samples` (store/schema/0003-metrics.sql). */
export class SampleBlock extends NativeBlock {
  readonly to: ReturnType<typeof sampleColumns>;

  constructor() {
    const to = sampleColumns();
    super("samples", {
      received_at: to.receivedAt,
      metric: to.metric,
      series_id: to.seriesId,
      time: to.time,
      value: to.value,
      start_time: to.startTime,
    });
    this.to = to;
  }
}
