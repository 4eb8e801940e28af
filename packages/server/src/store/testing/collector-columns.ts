/** Columns of the clickhouse exporter 0.165; `old` are those that its versions before 0.100 had. */
export const traceColumns = [
  ["Timestamp", "DateTime64(9)", "old"],
  ["TraceId", "String", "old"],
  ["SpanId", "String", "old"],
  ["ParentSpanId", "String", "old"],
  ["TraceState", "String", "old"],
  ["SpanName", "LowCardinality(String)", "old"],
  ["SpanKind", "LowCardinality(String)", "old"],
  ["ServiceName", "LowCardinality(String)", "old"],
  ["ResourceAttributes", "Map(LowCardinality(String), String)", "old"],
  ["ScopeName", "String", "new"],
  ["ScopeVersion", "String", "new"],
  ["SpanAttributes", "Map(LowCardinality(String), String)", "old"],
  ["Duration", "UInt64", "old"],
  ["StatusCode", "LowCardinality(String)", "old"],
  ["StatusMessage", "String", "old"],
  [
    "Events",
    "Nested(Timestamp DateTime64(9), Name LowCardinality(String), Attributes Map(LowCardinality(String), String))",
    "old",
  ],
  [
    "Links",
    "Nested(TraceId String, SpanId String, TraceState String, Attributes Map(LowCardinality(String), String))",
    "old",
  ],
] as const;

export const logColumns = [
  ["Timestamp", "DateTime64(9)"],
  ["TraceId", "String"],
  ["SpanId", "String"],
  ["TraceFlags", "UInt8"],
  ["SeverityText", "LowCardinality(String)"],
  ["SeverityNumber", "UInt8"],
  ["ServiceName", "LowCardinality(String)"],
  ["Body", "String"],
  ["ResourceSchemaUrl", "LowCardinality(String)"],
  ["ResourceAttributes", "Map(LowCardinality(String), String)"],
  ["ScopeSchemaUrl", "LowCardinality(String)"],
  ["ScopeName", "String"],
  ["ScopeVersion", "LowCardinality(String)"],
  ["ScopeAttributes", "Map(LowCardinality(String), String)"],
  ["LogAttributes", "Map(LowCardinality(String), String)"],
  ["EventName", "String"],
] as const;

/** @param name with `ON CLUSTER` where it is for one */
export function createCollectorTable(
  name: string,
  columns: readonly (readonly string[])[],
  engine = "MergeTree",
): string {
  const list = columns.map(([column, type]) => `${column} ${type}`).join(", ");
  return `CREATE TABLE ${name} (${list}) ENGINE = ${engine} ORDER BY Timestamp`;
}
