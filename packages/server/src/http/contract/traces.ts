import type { KeyValue } from "./values.ts";

export type SpanKind = "unspecified" | "internal" | "server" | "client" | "producer" | "consumer";

export type SpanStatus = "unset" | "ok" | "error";

/**
 * `GET /api/traces?service=&name=&minDuration=10ms&maxDuration=&status=error&attributes=key=value&start=&end=&limit=&cursor=`
 * (`attributes` may be repeated; all must hold on one span; resource attributes are looked at too).
 */
export interface TracesResponse {
  traces: TraceSummary[];
  next: string | null;
}

export interface TraceSummary {
  traceId: string;
  /** Empty while the root span has not arrived. */
  rootService: string;
  rootName: string;
  startedAt: string;
  durationMs: number;
  spanCount: number;
  errorCount: number;
  services: string[];
  /** Spans that met the search. */
  matchedSpans: number;
  /** The run this trace belongs to, where there is one. */
  runId: string | null;
}

/** `GET /api/traces/ID`: streamed, one JSON document; spans by start time. `?fields=summary` leaves the heavy parts out. */
export interface TraceResponse {
  traceId: string;
  startedAt: string;
  durationNs: string;
  spanCount: number;
  runId: string | null;
  resources: TraceResource[];
  scopes: TraceScope[];
  spans: (SpanSummary | SpanDetail)[];
}

export interface TraceResource {
  attributes: KeyValue[];
  droppedAttributesCount: number;
  schemaUrl: string;
}

export interface TraceScope {
  name: string;
  version: string;
  attributes: KeyValue[];
  droppedAttributesCount: number;
  schemaUrl: string;
}

export interface SpanSummary {
  spanId: string;
  /** Empty for a root. */
  parentSpanId: string;
  name: string;
  kind: SpanKind;
  service: string;
  /** Nanoseconds since the Unix epoch, as a decimal string. */
  startTimeUnixNano: string;
  durationNs: number;
  status: SpanStatus;
  /** Indexes into `resources` and `scopes`. */
  resource: number;
  scope: number;
  eventCount: number;
  linkCount: number;
  /** `pipeline.stage`, where set. */
  stage: string | null;
}

export interface SpanDetail extends SpanSummary {
  traceState: string;
  flags: number;
  statusMessage: string;
  attributes: KeyValue[];
  events: { timeUnixNano: string; name: string; attributes: KeyValue[]; droppedAttributesCount: number }[];
  links: {
    traceId: string;
    spanId: string;
    traceState: string;
    flags: number;
    attributes: KeyValue[];
    droppedAttributesCount: number;
  }[];
  droppedAttributesCount: number;
  droppedEventsCount: number;
  droppedLinksCount: number;
}

/** `GET /api/traces/ID/spans/SPANID`: here `resource` and `scope` are 0, of these lists of one. */
export interface SpanResponse extends SpanDetail {
  resources: TraceResource[];
  scopes: TraceScope[];
}

/** `GET /api/services` */
export interface ServicesResponse {
  services: { name: string; operations: string[]; lastSeenAt: string }[];
}

/** `GET /api/attributes?prefix=&service=`: keys for the search box; `GET /api/attributes/KEY/values?prefix=` values. */
export interface AttributeKeysResponse {
  keys: { key: string; type: "string" | "int" | "double" | "bool" | "resource" }[];
}

export interface AttributeValuesResponse {
  values: string[];
}
