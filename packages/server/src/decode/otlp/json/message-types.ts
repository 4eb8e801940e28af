/** How a field's value is written in OTLP/JSON, and with that in protobuf. */
export type ScalarKind =
  | "string"
  | "base64"
  | "hex"
  | "bool"
  | "double"
  | "int64"
  | "uint64"
  | "sint32"
  | "uint32"
  | "enum"
  | "fixed32"
  | "fixed64"
  | "sfixed64";

export interface FieldType {
  readonly name: string;
  /** The name as it stands in a document. */
  readonly nameBytes: Uint8Array;
  readonly number: number;
  readonly kind: ScalarKind | (() => MessageType);
  readonly repeated: boolean;
}

/** The fields of a message. Their lowerCamelCase names are the only ones valid in OTLP/JSON. */
export type MessageType = readonly FieldType[];

type Declared = readonly [number: number, kind: FieldType["kind"], repeated?: "repeated"];

function message(fields: Readonly<Record<string, Declared>>): MessageType {
  return Object.entries(fields).map(([name, [number, kind, repeated]]) => ({
    name,
    nameBytes: Buffer.from(name),
    number,
    kind,
    repeated: repeated !== undefined,
  }));
}

export const anyValue: MessageType = message({
  stringValue: [1, "string"],
  boolValue: [2, "bool"],
  intValue: [3, "int64"],
  doubleValue: [4, "double"],
  arrayValue: [5, () => arrayValue],
  kvlistValue: [6, () => keyValueList],
  bytesValue: [7, "base64"],
});
const arrayValue = message({ values: [1, () => anyValue, "repeated"] });
const keyValue = message({ key: [1, "string"], value: [2, () => anyValue] });
const keyValueList = message({ values: [1, () => keyValue, "repeated"] });
const resource = message({
  attributes: [1, () => keyValue, "repeated"],
  droppedAttributesCount: [2, "uint32"],
});
const scope = message({
  name: [1, "string"],
  version: [2, "string"],
  attributes: [3, () => keyValue, "repeated"],
  droppedAttributesCount: [4, "uint32"],
});
const event = message({
  timeUnixNano: [1, "fixed64"],
  name: [2, "string"],
  attributes: [3, () => keyValue, "repeated"],
  droppedAttributesCount: [4, "uint32"],
});
const link = message({
  traceId: [1, "hex"],
  spanId: [2, "hex"],
  traceState: [3, "string"],
  attributes: [4, () => keyValue, "repeated"],
  droppedAttributesCount: [5, "uint32"],
  flags: [6, "fixed32"],
});
const status = message({ message: [2, "string"], code: [3, "enum"] });
const span = message({
  traceId: [1, "hex"],
  spanId: [2, "hex"],
  traceState: [3, "string"],
  parentSpanId: [4, "hex"],
  name: [5, "string"],
  kind: [6, "enum"],
  startTimeUnixNano: [7, "fixed64"],
  endTimeUnixNano: [8, "fixed64"],
  attributes: [9, () => keyValue, "repeated"],
  droppedAttributesCount: [10, "uint32"],
  events: [11, () => event, "repeated"],
  droppedEventsCount: [12, "uint32"],
  links: [13, () => link, "repeated"],
  droppedLinksCount: [14, "uint32"],
  status: [15, () => status],
  flags: [16, "fixed32"],
});
const logRecord = message({
  timeUnixNano: [1, "fixed64"],
  severityNumber: [2, "enum"],
  severityText: [3, "string"],
  body: [5, () => anyValue],
  attributes: [6, () => keyValue, "repeated"],
  droppedAttributesCount: [7, "uint32"],
  flags: [8, "fixed32"],
  traceId: [9, "hex"],
  spanId: [10, "hex"],
  observedTimeUnixNano: [11, "fixed64"],
  eventName: [12, "string"],
});
const scopeSpans = message({
  scope: [1, () => scope],
  spans: [2, () => span, "repeated"],
  schemaUrl: [3, "string"],
});
const scopeLogs = message({
  scope: [1, () => scope],
  logRecords: [2, () => logRecord, "repeated"],
  schemaUrl: [3, "string"],
});
const resourceSpans = message({
  resource: [1, () => resource],
  scopeSpans: [2, () => scopeSpans, "repeated"],
  schemaUrl: [3, "string"],
});
const resourceLogs = message({
  resource: [1, () => resource],
  scopeLogs: [2, () => scopeLogs, "repeated"],
  schemaUrl: [3, "string"],
});

const exemplar = message({
  filteredAttributes: [7, () => keyValue, "repeated"],
  timeUnixNano: [2, "fixed64"],
  asDouble: [3, "double"],
  asInt: [6, "sfixed64"],
  spanId: [4, "hex"],
  traceId: [5, "hex"],
});
const numberDataPoint = message({
  attributes: [7, () => keyValue, "repeated"],
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  asDouble: [4, "double"],
  asInt: [6, "sfixed64"],
  exemplars: [5, () => exemplar, "repeated"],
  flags: [8, "uint32"],
});
const histogramDataPoint = message({
  attributes: [9, () => keyValue, "repeated"],
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  count: [4, "fixed64"],
  sum: [5, "double"],
  bucketCounts: [6, "fixed64", "repeated"],
  explicitBounds: [7, "double", "repeated"],
  exemplars: [8, () => exemplar, "repeated"],
  flags: [10, "uint32"],
  min: [11, "double"],
  max: [12, "double"],
});
const buckets = message({ offset: [1, "sint32"], bucketCounts: [2, "uint64", "repeated"] });
const exponentialHistogramDataPoint = message({
  attributes: [1, () => keyValue, "repeated"],
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  count: [4, "fixed64"],
  sum: [5, "double"],
  scale: [6, "sint32"],
  zeroCount: [7, "fixed64"],
  positive: [8, () => buckets],
  negative: [9, () => buckets],
  flags: [10, "uint32"],
  exemplars: [11, () => exemplar, "repeated"],
  min: [12, "double"],
  max: [13, "double"],
  zeroThreshold: [14, "double"],
});
const quantileValue = message({ quantile: [1, "double"], value: [2, "double"] });
const summaryDataPoint = message({
  attributes: [7, () => keyValue, "repeated"],
  startTimeUnixNano: [2, "fixed64"],
  timeUnixNano: [3, "fixed64"],
  count: [4, "fixed64"],
  sum: [5, "double"],
  quantileValues: [6, () => quantileValue, "repeated"],
  flags: [8, "uint32"],
});
const metric = message({
  name: [1, "string"],
  description: [2, "string"],
  unit: [3, "string"],
  gauge: [5, () => gauge],
  sum: [7, () => sum],
  histogram: [9, () => histogram],
  exponentialHistogram: [10, () => exponentialHistogram],
  summary: [11, () => summary],
  metadata: [12, () => keyValue, "repeated"],
});
const gauge = message({ dataPoints: [1, () => numberDataPoint, "repeated"] });
const summary = message({ dataPoints: [1, () => summaryDataPoint, "repeated"] });
const sum = message({
  dataPoints: [1, () => numberDataPoint, "repeated"],
  aggregationTemporality: [2, "enum"],
  isMonotonic: [3, "bool"],
});
const histogram = message({
  dataPoints: [1, () => histogramDataPoint, "repeated"],
  aggregationTemporality: [2, "enum"],
});
const exponentialHistogram = message({
  dataPoints: [1, () => exponentialHistogramDataPoint, "repeated"],
  aggregationTemporality: [2, "enum"],
});
const scopeMetrics = message({
  scope: [1, () => scope],
  metrics: [2, () => metric, "repeated"],
  schemaUrl: [3, "string"],
});
const resourceMetrics = message({
  resource: [1, () => resource],
  scopeMetrics: [2, () => scopeMetrics, "repeated"],
  schemaUrl: [3, "string"],
});

export const exportMetricsServiceRequest = message({ resourceMetrics: [1, () => resourceMetrics, "repeated"] });
export const exportTraceServiceRequest = message({ resourceSpans: [1, () => resourceSpans, "repeated"] });
export const exportLogsServiceRequest = message({ resourceLogs: [1, () => resourceLogs, "repeated"] });
