import { AttributeColumns } from "./attribute-columns.ts";
import { FixedStringColumn, UInt32Column, UInt8Column, Word64Column } from "./native/fixed-columns.ts";
import { LowCardinalityColumn } from "./native/low-cardinality-column.ts";
import { NativeBlock } from "./native/native-block.ts";
import { ArrayColumn } from "./native/nested-columns.ts";
import { StringColumn } from "./native/string-column.ts";
import type { Redaction } from "./redact/redaction.ts";

function spanColumns(redaction: Redaction | undefined) {
  return {
    receivedAt: new Word64Column("DateTime64(3, 'UTC')"),
    startTime: new Word64Column("DateTime64(9, 'UTC')"),
    durationNs: new Word64Column("Int64"),
    traceId: new FixedStringColumn(16),
    spanId: new FixedStringColumn(8),
    parentSpanId: new FixedStringColumn(8),
    traceState: new LowCardinalityColumn(),
    flags: new UInt32Column("UInt32"),
    name: new LowCardinalityColumn(),
    kind: new UInt8Column("UInt8"),
    statusCode: new UInt8Column("UInt8"),
    statusMessage: new StringColumn(),
    service: new LowCardinalityColumn(),
    resource: new LowCardinalityColumn(),
    scope: new LowCardinalityColumn(),
    attributes: new AttributeColumns(redaction),
    eventTimes: new ArrayColumn(new Word64Column("DateTime64(9, 'UTC')")),
    eventNames: new ArrayColumn(new LowCardinalityColumn()),
    eventAttributes: new ArrayColumn(new StringColumn()),
    linkTraceIds: new ArrayColumn(new FixedStringColumn(16)),
    linkSpanIds: new ArrayColumn(new FixedStringColumn(8)),
    linkAttributes: new ArrayColumn(new StringColumn()),
    droppedAttributes: new UInt32Column("UInt32"),
    droppedEvents: new UInt32Column("UInt32"),
    droppedLinks: new UInt32Column("UInt32"),
    isPipeline: new UInt8Column("Bool"),
  };
}

/** Rows for the table `spans` (store/schema/0001-telemetry.sql). */
export class SpanBlock extends NativeBlock {
  readonly to: ReturnType<typeof spanColumns>;

  readonly redaction: Redaction | undefined;

  /** @param redaction keeps personal data out of the rows */
  constructor(redaction?: Redaction) {
    const to = spanColumns(redaction);
    super("spans", {
      received_at: to.receivedAt,
      start_time: to.startTime,
      duration_ns: to.durationNs,
      trace_id: to.traceId,
      span_id: to.spanId,
      parent_span_id: to.parentSpanId,
      trace_state: to.traceState,
      flags: to.flags,
      name: to.name,
      kind: to.kind,
      status_code: to.statusCode,
      status_message: to.statusMessage,
      service: to.service,
      resource: to.resource,
      scope: to.scope,
      attributes_string: to.attributes.strings,
      attributes_int: to.attributes.ints,
      attributes_double: to.attributes.doubles,
      attributes_bool: to.attributes.bools,
      attributes_other: to.attributes.others,
      event_times: to.eventTimes,
      event_names: to.eventNames,
      event_attributes: to.eventAttributes,
      link_trace_ids: to.linkTraceIds,
      link_span_ids: to.linkSpanIds,
      link_attributes: to.linkAttributes,
      dropped_attributes: to.droppedAttributes,
      dropped_events: to.droppedEvents,
      dropped_links: to.droppedLinks,
      is_pipeline: to.isPipeline,
    });
    this.to = to;
    this.redaction = redaction;
  }
}
