/** How a field's value is written in OTLP/JSON, and with that in protobuf. */
export type ScalarKind =
  | "string"
  | "base64"
  | "hex"
  | "bool"
  | "double"
  | "int64"
  | "uint32"
  | "enum"
  | "fixed32"
  | "fixed64";

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

const anyValue: MessageType = message({
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

export const exportTraceServiceRequest = message({ resourceSpans: [1, () => resourceSpans, "repeated"] });
export const exportLogsServiceRequest = message({ resourceLogs: [1, () => resourceLogs, "repeated"] });
