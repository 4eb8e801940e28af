import { SightglassError } from "../model/errors.ts";
import { quoteIdentifier } from "./render.ts";

/**
 * Views that carry rows of the tables which the Collector's clickhouse exporter makes and fills (`otel_traces`, `otel_logs`) into ours.
 * The exporter keeps attribute values as text, so numbers arrive as text; the fold reads counts from either.
 */

export type CollectorSignal = "traces" | "logs";

/** A column of the exporter's table. */
export interface SourceColumn {
  name: string;
  type: string;
}

/** `database.table` or `table`, quoted. @throws SightglassError config_invalid */
export function sourceTable(name: string): string {
  return name.split(".").map(quoteIdentifier).join(".");
}

/** @throws SightglassError config_invalid when the table is not the exporter's, or keeps attributes as JSON */
export function checkSource(signal: CollectorSignal, table: string, columns: readonly SourceColumn[]): void {
  const wanted = signal === "traces" ? "SpanAttributes" : "LogAttributes";
  const found = columns.find(({ name }) => name === wanted);
  if (found?.type.startsWith("Map(") === true) return;
  const what = found === undefined ? `has no column ${wanted}` : `keeps ${wanted} as ${found.type}, not as Map`;
  throw new SightglassError("config_invalid", `store.collector.${signal}: ${table} ${what}`, {
    hint: "name a table that the Collector's clickhouse exporter has made, with `json: false`",
  });
}

/** A view's name says its version, so that a later one can take its place. */
export function collectorView(signal: CollectorSignal, table: string, columns: readonly SourceColumn[]) {
  const has = (name: string) => columns.some((column) => column.name === name);
  const target = signal === "traces" ? "spans" : "logs";
  const select = signal === "traces" ? spansSelect(has) : logsSelect(has);
  return { name: `collector_${target}_1_mv`, target, select: `${select} FROM ${sourceTable(table)}` };
}

const id = (column: string, bytes: number) => `toFixedString(unhex(${column}), ${bytes})`;
const details = (map: string) => `concat('{"attributes":', toJSONString(${map}), ',"droppedAttributesCount":0}')`;

/** A column, or an empty text where the exporter's version does not have it. */
const column = (has: (name: string) => boolean, name: string) => (has(name) ? name : "''");

function resource(has: (name: string) => boolean): string {
  return `concat('{"attributes":', toJSONString(ResourceAttributes), ',"droppedAttributesCount":0,"schemaUrl":',
    toJSONString(toString(${column(has, "ResourceSchemaUrl")})), '}')`;
}

function scope(has: (name: string) => boolean): string {
  return `concat('{"name":', toJSONString(toString(${column(has, "ScopeName")})),
    ',"version":', toJSONString(toString(${column(has, "ScopeVersion")})),
    ',"attributes":', ${has("ScopeAttributes") ? "toJSONString(ScopeAttributes)" : "'{}'"},
    ',"droppedAttributesCount":0,"schemaUrl":', toJSONString(toString(${column(has, "ScopeSchemaUrl")})), '}')`;
}

/** The rule of decode/pipeline-keys.ts. */
const isPipeline = `(
    arrayExists(key -> startsWith(key, 'pipeline.') OR startsWith(key, 'airflow.') OR startsWith(key, 'prefect.'), mapKeys(SpanAttributes))
    OR hasAny(mapKeys(SpanAttributes), ['node_outcome', 'dbt_core_event_code'])
    OR (mapContains(SpanAttributes, 'dag_id') AND hasAny(mapKeys(SpanAttributes), ['task_id', 'run_id']))
    OR (mapContains(SpanAttributes, 'unique_id')
        AND hasAny(mapKeys(SpanAttributes), ['node_type', 'materialization', 'query_outcome', 'sql_hash']))
    OR (mapContains(SpanAttributes, 'invocation_id') AND hasAny(mapKeys(SpanAttributes), ['raw_command', 'eval_args']))
  )`;

/** Kinds and states are written as `Server` and `Error`, by old versions as `SPAN_KIND_SERVER` and `STATUS_CODE_ERROR`. */
function spansSelect(has: (name: string) => boolean): string {
  return `SELECT now64(3) AS received_at,
  Timestamp AS start_time,
  toInt64(Duration) AS duration_ns,
  ${id("TraceId", 16)} AS trace_id,
  ${id("SpanId", 8)} AS span_id,
  ${id("ParentSpanId", 8)} AS parent_span_id,
  TraceState AS trace_state,
  SpanName AS name,
  toUInt8(indexOf(['internal', 'server', 'client', 'producer', 'consumer'],
    replaceOne(lower(toString(SpanKind)), 'span_kind_', ''))) AS kind,
  toUInt8(indexOf(['ok', 'error'], replaceOne(lower(toString(StatusCode)), 'status_code_', ''))) AS status_code,
  StatusMessage AS status_message,
  ServiceName AS service,
  ${resource(has)} AS resource,
  ${scope(has)} AS scope,
  SpanAttributes AS attributes_string,
  Events.Timestamp AS event_times,
  Events.Name AS event_names,
  arrayMap(attributes -> ${details("attributes")}, Events.Attributes) AS event_attributes,
  arrayMap(link -> ${id("link", 16)}, Links.TraceId) AS link_trace_ids,
  arrayMap(link -> ${id("link", 8)}, Links.SpanId) AS link_span_ids,
  arrayMap((state, attributes) -> concat('{"traceState":', toJSONString(state), ',"flags":0,"attributes":',
    toJSONString(attributes), ',"droppedAttributesCount":0}'), Links.TraceState, Links.Attributes) AS link_attributes,
  ${isPipeline} AS is_pipeline,
  true AS by_collector`;
}

function logsSelect(has: (name: string) => boolean): string {
  const eventName = has("EventName")
    ? "if(EventName != '', EventName, LogAttributes['event.name'])"
    : "LogAttributes['event.name']";
  return `SELECT now64(3) AS received_at,
  Timestamp AS time,
  Timestamp AS observed_time,
  ${id("TraceId", 16)} AS trace_id,
  ${id("SpanId", 8)} AS span_id,
  TraceFlags AS flags,
  SeverityNumber AS severity_number,
  SeverityText AS severity_text,
  ${eventName} AS event_name,
  ServiceName AS service,
  ${resource(has)} AS resource,
  ${scope(has)} AS scope,
  Body AS body,
  LogAttributes AS attributes_string,
  startsWith(event_name, 'pipeline.') AS is_pipeline,
  true AS by_collector`;
}
