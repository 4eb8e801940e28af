import { anchored, matchSql, spanAttributeSql, typedJsonSql } from "./search-attribute-sql.ts";
import type { AttributeFilter, FieldFilter, SpanField, SpanFilter } from "./search-filter.ts";
import type { SqlParams } from "./search-params.ts";

/** The resources in the searched time that meet a condition, unless they are too many to name, or all there are. */
export type ResourceMatch = readonly string[] | "many" | "all";

export interface FilterSqlOptions {
  params: SqlParams;
  resourceMatch: (condition: AttributeFilter) => ResourceMatch;
  /** The condition on `spans` of the window that is searched; resources are looked up in it. */
  windowSql: string;
}

/** The condition on `spans` of a filter. Values are bound, never written into the text. */
export function filterSql(filter: SpanFilter, options: FilterSqlOptions): string {
  switch (filter.kind) {
    case "and":
    case "or":
      return joined(
        filter.kind,
        filter.parts.map((part) => filterSql(part, options)),
      );
    case "not": {
      const part = filterSql(filter.part, options);
      return part === "1" ? "0" : part === "0" ? "1" : `NOT (${part})`;
    }
    case "constant":
      return filter.value ? "1" : "0";
    case "field":
      return fieldSql(filter, options.params);
    case "attribute":
      return attributeSql(filter, options);
  }
}

/** Leaves constant parts out, so that the engine sees which index can answer. */
function joined(kind: "and" | "or", parts: readonly string[]): string {
  const [neutral, decisive] = kind === "and" ? ["1", "0"] : ["0", "1"];
  if (parts.includes(decisive)) return decisive;
  const rest = parts.filter((part) => part !== neutral);
  if (rest.length === 0) return neutral;
  return rest.length === 1 ? `${rest[0]}` : `(${rest.join(kind === "and" ? " AND " : " OR ")})`;
}

function attributeSql(filter: AttributeFilter, options: FilterSqlOptions): string {
  const { params } = options;
  switch (filter.scope) {
    case "span":
      return spanAttributeSql(filter, params);
    case "resource":
      return resourceSql(filter, options);
    case "event":
      return `arrayExists(event -> ${typedJsonSql("event", filter, params)}, event_attributes)`;
    case "link":
      return `arrayExists(link -> ${typedJsonSql("link", filter, params)}, link_attributes)`;
    case "any": {
      // "There is no such attribute" must hold for both, everything else for either.
      const isAbsence = filter.value.type === "nil" && filter.op === "=";
      return joined(isAbsence ? "and" : "or", [spanAttributeSql(filter, params), resourceSql(filter, options)]);
    }
  }
}

function resourceSql(filter: AttributeFilter, { params, resourceMatch, windowSql }: FilterSqlOptions): string {
  const match = resourceMatch(filter);
  if (match === "all") return "1";
  if (match !== "many") return match.length === 0 ? "0" : `resource IN ${params.strings(match)}`;
  // Resources are few: the condition runs once for each, not once for each span. GLOBAL: on a cluster, resolved once.
  return `resource GLOBAL IN (SELECT resource FROM (SELECT DISTINCT resource FROM spans WHERE ${windowSql})
    WHERE ${typedJsonSql("resource", filter, params)})`;
}

const statusCodes: Record<string, number> = { unset: 0, ok: 1, error: 2 };
const kindCodes: Record<string, number> = {
  unspecified: 0,
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
};

const textColumns: Partial<Record<SpanField, string>> = {
  name: "name",
  service: "service",
  statusMessage: "status_message",
  spanId: "lower(hex(span_id))",
  traceId: "lower(hex(trace_id))",
  parentId: "lower(hex(parent_span_id))",
  scopeName: "JSONExtractString(scope, 'name')",
  scopeVersion: "JSONExtractString(scope, 'version')",
};

function fieldSql({ field, op, value }: FieldFilter, params: SqlParams): string {
  if (field === "duration") return `duration_ns ${op} ${params.int64(String(Math.round(Number(value))))}`;
  if (field === "status") return `status_code ${op} ${statusCodes[value] ?? 255}`;
  if (field === "kind") return `kind ${op} ${kindCodes[value] ?? 255}`;
  if (field === "eventName") return `arrayExists(event -> ${textSql("event", { op, value }, params)}, event_names)`;
  return textSql(textColumns[field] ?? "''", { op, value }, params);
}

function textSql(text: string, { op, value }: Pick<FieldFilter, "op" | "value">, params: SqlParams): string {
  if (op === "=~" || op === "!~") return matchSql(text, op, params.string(anchored(String(value))));
  return `${text} ${op} ${params.string(String(value))}`;
}
