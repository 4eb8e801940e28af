import { Word64Column } from "../native/fixed-columns.ts";
import { LowCardinalityColumn } from "../native/low-cardinality-column.ts";
import { NativeBlock } from "../native/native-block.ts";
import { MapColumn } from "../native/nested-columns.ts";
import { StringColumn } from "../native/string-column.ts";

function exemplarColumns() {
  return {
    receivedAt: new Word64Column("DateTime64(3, 'UTC')"),
    metric: new LowCardinalityColumn(),
    seriesId: new Word64Column("UInt64"),
    time: new Word64Column("DateTime64(3, 'UTC')"),
    value: new Word64Column("Float64"),
    labels: new MapColumn(new StringColumn()),
  };
}

/** Rows for the table `exemplars` (store/schema/0003-metrics.sql). */
export class ExemplarBlock extends NativeBlock {
  readonly to: ReturnType<typeof exemplarColumns>;

  constructor() {
    const to = exemplarColumns();
    super("exemplars", {
      received_at: to.receivedAt,
      metric: to.metric,
      series_id: to.seriesId,
      time: to.time,
      value: to.value,
      labels: to.labels,
    });
    this.to = to;
  }
}
