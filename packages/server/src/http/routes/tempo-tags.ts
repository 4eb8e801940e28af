import { SightglassError } from "../../model/errors.ts";
import type { AttributeKey, AttributeRange } from "../../query/attributes.ts";
import { parseTraceql } from "../../query/search-traceql.ts";
import type { SpanFilter } from "../../query/search-filter.ts";
import type { TraceQueries } from "../../query/trace-queries.ts";

export interface TagValue {
  type: "string" | "int" | "float" | "bool" | "keyword";
  value: string;
}

const intrinsics = [
  "duration",
  "event:name",
  "instrumentation:name",
  "instrumentation:version",
  "kind",
  "name",
  "rootName",
  "rootServiceName",
  "span:duration",
  "span:id",
  "span:kind",
  "span:name",
  "span:parentID",
  "span:status",
  "span:statusMessage",
  "status",
  "statusMessage",
  "trace:duration",
  "trace:id",
  "trace:rootName",
  "trace:rootService",
  "traceDuration",
];

/** v1: names without scopes. */
export function tagNamesOf(keys: readonly AttributeKey[]): string[] {
  return [...new Set(keys.map(({ key }) => key))].sort();
}

/** v2: names by scope; `scope` asks for one. @throws SightglassError invalid_argument */
export function tagScopes(
  keys: readonly AttributeKey[],
  wanted: string | undefined,
): { name: string; tags: string[] }[] {
  const scopes = [
    { name: "resource", tags: tagNamesOf(keys.filter(({ type }) => type === "resource")) },
    { name: "span", tags: tagNamesOf(keys.filter(({ type }) => type !== "resource")) },
    { name: "intrinsic", tags: intrinsics },
  ];
  if (wanted === undefined || wanted === "none" || wanted === "all") return scopes;
  if (["event", "link", "instrumentation"].includes(wanted)) return [{ name: wanted, tags: [] }];
  const only = scopes.filter(({ name }) => name === wanted);
  if (only.length > 0) return only;
  throw new SightglassError("invalid_argument", `invalid scope: "${wanted}"`, {
    hint: "use resource, span, intrinsic, event, link, instrumentation or none",
  });
}

const statusWords = ["error", "ok", "unset"];
const kindWords = ["client", "consumer", "internal", "producer", "server", "unspecified"];
const typeNames = { string: "string", int: "int", double: "float", bool: "bool" } as const;

export interface TagValuesRequest {
  /** `name`, `.key`, `span.key`, `resource.key`, or a key without a scope (v1). */
  tag: string;
  /** TraceQL that narrows the values: its service is heeded. */
  query: string | undefined;
  limit: number;
  range: AttributeRange;
}

export async function readTagValues(traces: TraceQueries, request: TagValuesRequest): Promise<TagValue[]> {
  const { limit, range } = request;
  const name = request.tag.replace(/^(span|trace):/, "");
  const signal = range.signal === undefined ? {} : { signal: range.signal };
  const service = serviceOf(request.query);
  const texts = (values: Iterable<string>): TagValue[] =>
    [...new Set(values)].slice(0, limit).map((value) => ({ type: "string", value }));
  if (name === "status") return statusWords.map((value) => ({ type: "keyword", value }));
  if (name === "kind") return kindWords.map((value) => ({ type: "keyword", value }));
  if (name === "name" || name === "rootName") {
    const operations = await traces.operations(service === undefined ? {} : { service }, signal);
    return texts(operations.map((operation) => operation.name));
  }
  if (["rootServiceName", "rootService", "service.name", ".service.name", "resource.service.name"].includes(name))
    return texts(await traces.serviceNames(signal));
  if (intrinsics.includes(request.tag)) return [];
  const scoped = /^(span|resource|event|link|instrumentation)?\.(.+)$/s.exec(request.tag);
  const [scope, key] = scoped === null ? [undefined, request.tag] : [scoped[1], scoped[2]];
  if (scope === "event" || scope === "link" || scope === "instrumentation") return [];
  const found = await traces.attributeValues({
    ...range,
    ...(service === undefined ? {} : { service }),
    key: (key ?? "").replace(/^"(.*)"$/s, "$1"),
    scope: scope === "span" || scope === "resource" ? scope : "any",
  });
  return found.slice(0, limit).map(({ value, type }) => ({ type: typeNames[type], value }));
}

/** A query that is still being typed narrows nothing. */
function serviceOf(query: string | undefined): string | undefined {
  if (query === undefined) return undefined;
  try {
    return serviceIn(parseTraceql(query).filter);
  } catch {
    return undefined;
  }
}

function serviceIn(filter: SpanFilter): string | undefined {
  if (filter.kind === "and") return filter.parts.map(serviceIn).find((service) => service !== undefined);
  const isService = filter.kind === "field" && filter.field === "service" && filter.op === "=";
  return isService ? String(filter.value) : undefined;
}
