import { UInt16Column, UInt8Column, Word64Column } from "../native/fixed-columns.ts";
import { LowCardinalityColumn } from "../native/low-cardinality-column.ts";
import { NativeBlock } from "../native/native-block.ts";
import { MapColumn } from "../native/nested-columns.ts";
import { StringColumn } from "../native/string-column.ts";

function seriesColumns() {
  return {
    day: new UInt16Column("Date"),
    metric: new LowCardinalityColumn(),
    seriesId: new Word64Column("UInt64"),
    labels: new MapColumn(new StringColumn()),
    isSummed: new UInt8Column("Bool"),
  };
}

/** Rows for the table `series` (store/schema/0003-metrics.sql). */
export class SeriesBlock extends NativeBlock {
  readonly to: ReturnType<typeof seriesColumns>;

  constructor() {
    const to = seriesColumns();
    super("series", {
      day: to.day,
      metric: to.metric,
      series_id: to.seriesId,
      labels: to.labels,
      is_summed: to.isSummed,
    });
    this.to = to;
  }
}
