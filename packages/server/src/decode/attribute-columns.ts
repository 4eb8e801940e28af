import { UInt8Column, Word64Column } from "./native/fixed-columns.ts";
import { MapColumn } from "./native/nested-columns.ts";
import { StringColumn } from "./native/string-column.ts";
import { pipelineBits } from "./pipeline-keys.ts";

/** The attributes of a span or a log record, one map for each type of value. */
export class AttributeColumns {
  readonly strings = new MapColumn(new StringColumn(), pipelineBits);
  readonly ints = new MapColumn(new Word64Column("Int64"), pipelineBits);
  readonly doubles = new MapColumn(new Word64Column("Float64"), pipelineBits);
  readonly bools = new MapColumn(new UInt8Column("Bool"), pipelineBits);
  /** Arrays, maps, bytes and empty values as typed JSON. */
  readonly others = new MapColumn(new StringColumn(), pipelineBits);

  endRow(): void {
    this.strings.endRow();
    this.ints.endRow();
    this.doubles.endRow();
    this.bools.endRow();
    this.others.endRow();
  }

  abandonRow(): void {
    this.strings.abandonRow();
    this.ints.abandonRow();
    this.doubles.abandonRow();
    this.bools.abandonRow();
    this.others.abandonRow();
  }
}
