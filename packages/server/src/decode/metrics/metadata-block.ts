import { Word64Column } from "../native/fixed-columns.ts";
import { LowCardinalityColumn } from "../native/low-cardinality-column.ts";
import { NativeBlock } from "../native/native-block.ts";
import { StringColumn } from "../native/string-column.ts";

function metadataColumns() {
  return {
    metric: new LowCardinalityColumn(),
    type: new LowCardinalityColumn(),
    help: new StringColumn(),
    unit: new LowCardinalityColumn(),
    seenAt: new Word64Column("DateTime64(3, 'UTC')"),
  };
}

/** Rows for the table `metric_metadata` (store/schema/0003-metrics.sql). */
export class MetadataBlock extends NativeBlock {
  readonly to: ReturnType<typeof metadataColumns>;

  constructor() {
    const to = metadataColumns();
    super("metric_metadata", {
      metric: to.metric,
      type: to.type,
      help: to.help,
      unit: to.unit,
      seen_at: to.seenAt,
    });
    this.to = to;
  }
}
