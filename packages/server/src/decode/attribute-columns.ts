import type { ByteSource } from "./native/byte-source.ts";
import { UInt8Column, Word64Column } from "./native/fixed-columns.ts";
import { MapColumn } from "./native/nested-columns.ts";
import { StringColumn } from "./native/string-column.ts";
import { pipelineBits } from "./pipeline-keys.ts";
import type { Redaction } from "./redact/redaction.ts";

/** The attributes of a span or a log record, one map for each type of value. A key's tag: pipeline-keys.ts, and `keyTag`. */
export class AttributeColumns {
  readonly strings: MapColumn<StringColumn>;
  readonly ints: MapColumn<Word64Column>;
  readonly doubles: MapColumn<Word64Column>;
  readonly bools: MapColumn<UInt8Column>;
  /** Arrays, maps, bytes and empty values as typed JSON. */
  readonly others: MapColumn<StringColumn>;

  constructor(redaction?: Redaction) {
    const tag = (source: ByteSource, start: number, end: number) =>
      pipelineBits(source, start, end) | (redaction?.classify(source, start, end) ?? 0);
    this.strings = new MapColumn(new StringColumn(), tag);
    this.ints = new MapColumn(new Word64Column("Int64"), tag);
    this.doubles = new MapColumn(new Word64Column("Float64"), tag);
    this.bools = new MapColumn(new UInt8Column("Bool"), tag);
    this.others = new MapColumn(new StringColumn(), tag);
  }

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
