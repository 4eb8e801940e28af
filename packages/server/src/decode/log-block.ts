import { AttributeColumns } from "./attribute-columns.ts";
import { FixedStringColumn, UInt32Column, UInt8Column, Word64Column } from "./native/fixed-columns.ts";
import { LowCardinalityColumn } from "./native/low-cardinality-column.ts";
import { NativeBlock } from "./native/native-block.ts";
import { StringColumn } from "./native/string-column.ts";
import type { Redaction } from "./redact/redaction.ts";

function logColumns(redaction: Redaction | undefined) {
  return {
    receivedAt: new Word64Column("DateTime64(3, 'UTC')"),
    time: new Word64Column("DateTime64(9, 'UTC')"),
    observedTime: new Word64Column("DateTime64(9, 'UTC')"),
    traceId: new FixedStringColumn(16),
    spanId: new FixedStringColumn(8),
    flags: new UInt32Column("UInt32"),
    severityNumber: new UInt8Column("UInt8"),
    severityText: new LowCardinalityColumn(),
    eventName: new LowCardinalityColumn(),
    service: new LowCardinalityColumn(),
    resource: new LowCardinalityColumn(),
    scope: new LowCardinalityColumn(),
    body: new StringColumn(),
    bodyIsJson: new UInt8Column("Bool"),
    attributes: new AttributeColumns(redaction),
    droppedAttributes: new UInt32Column("UInt32"),
    isPipeline: new UInt8Column("Bool"),
  };
}

/** Rows for the table `logs` (store/schema/0001-telemetry.sql). */
export class LogBlock extends NativeBlock {
  readonly to: ReturnType<typeof logColumns>;

  readonly redaction: Redaction | undefined;

  /** @param redaction keeps personal data out of the rows */
  constructor(redaction?: Redaction) {
    const to = logColumns(redaction);
    super("logs", {
      received_at: to.receivedAt,
      time: to.time,
      observed_time: to.observedTime,
      trace_id: to.traceId,
      span_id: to.spanId,
      flags: to.flags,
      severity_number: to.severityNumber,
      severity_text: to.severityText,
      event_name: to.eventName,
      service: to.service,
      resource: to.resource,
      scope: to.scope,
      body: to.body,
      body_is_json: to.bodyIsJson,
      attributes_string: to.attributes.strings,
      attributes_int: to.attributes.ints,
      attributes_double: to.attributes.doubles,
      attributes_bool: to.attributes.bools,
      attributes_other: to.attributes.others,
      dropped_attributes: to.droppedAttributes,
      is_pipeline: to.isPipeline,
    });
    this.to = to;
    this.redaction = redaction;
  }
}
