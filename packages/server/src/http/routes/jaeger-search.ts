import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import { allOf, type SpanFilter } from "../../query/search-filter.ts";
import type { FoundTrace } from "../../query/search-traces.ts";
import type { TraceQueries } from "../../query/trace-queries.ts";
import { parseGoDurationMs } from "../go-duration.ts";
import type { Parameters } from "../parameters.ts";
import { durationFilters } from "./traces.ts";

/** Kinds as Jaeger names them, by the numbers of the OTLP protocol. */
export const spanKinds = ["", "internal", "server", "client", "producer", "consumer"];

/** @throws SightglassError invalid_argument */
export function kindOf(parameter: string, name: string | undefined): number | undefined {
  if (name === undefined) return undefined;
  if (name.toLowerCase() === "unspecified") return 0;
  const kind = spanKinds.indexOf(name.toLowerCase());
  if (kind > 0) return kind;
  throw new SightglassError("invalid_argument", `parameter ${parameter}: "${name}" is not a span kind`, {
    hint: "use unspecified, internal, server, client, producer or consumer",
  });
}

export interface JaegerSearch {
  service: string | undefined;
  operation: string | undefined;
  tags: ReadonlyMap<string, string>;
  durations: SpanFilter[];
  startNs: bigint;
  endNs: bigint;
  limit: number;
}

const defaultLimit = 100;
const defaultLookbackNs = 2n * 86_400_000_000_000n;

/** The query string of `/api/traces`. @throws SightglassError invalid_argument */
export function searchOfV1(parameters: Parameters, clock: Clock): JaegerSearch {
  const service = parameters.text("service");
  if (service === undefined)
    throw new SightglassError("invalid_argument", "parameter 'service' is required", {
      hint: "name a service, or traces by traceID",
    });
  const end = parameters.text("end");
  const start = parameters.text("start");
  const endNs = end === undefined ? BigInt(clock.nowMs()) * 1_000_000n : microsecondsAsNs("end", end);
  const startNs = start === undefined ? endNs - defaultLookbackNs : microsecondsAsNs("start", start);
  if (startNs > endNs) throw new SightglassError("invalid_argument", "start time must be before end time");
  return {
    service,
    operation: parameters.text("operation"),
    tags: tagsOf(parameters.texts("tag"), parameters.texts("tags")),
    durations: durationFilters(durationOf(parameters, "minDuration"), durationOf(parameters, "maxDuration")),
    startNs,
    endNs,
    limit: parameters.integer("limit", { least: 1, most: limits.jaegerTracesMax.value }) ?? defaultLimit,
  };
}

export function durationOf(parameters: Parameters, ...names: string[]): number | undefined {
  for (const name of names) {
    const text = parameters.text(name);
    if (text !== undefined) return parseGoDurationMs(name, text);
  }
  return undefined;
}

/** Microseconds since the Unix epoch, in nanoseconds. @throws SightglassError invalid_argument */
export function microsecondsAsNs(name: string, text: string): bigint {
  if (/^\d{1,17}$/.test(text)) return BigInt(text) * 1000n;
  throw new SightglassError("invalid_argument", `unable to parse param '${name}': "${text.slice(0, 100)}"`, {
    hint: `send ${name} as a whole number`,
  });
}

/** `tag=key:value`, repeated, and `tags={"key":"value"}`. @throws SightglassError invalid_argument */
function tagsOf(simple: readonly string[], json: readonly string[]): Map<string, string> {
  const tags = new Map<string, string>();
  for (const tag of simple) {
    const colon = tag.indexOf(":");
    if (colon < 0)
      throw new SightglassError("invalid_argument", `malformed 'tag' parameter, expecting key:value, received: ${tag}`);
    tags.set(tag.slice(0, colon), tag.slice(colon + 1));
  }
  for (const text of json) for (const [key, value] of parseTagMap("tags", text)) tags.set(key, value);
  return tags;
}

/** A JSON object of strings; numbers and booleans are taken as they are written. */
export function parseTagMap(name: string, text: string): [string, string][] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new SightglassError("invalid_argument", `malformed '${name}' parameter, cannot unmarshal JSON: ${reason}`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new SightglassError("invalid_argument", `malformed '${name}' parameter, expecting a JSON object of strings`);
  return Object.entries(value).map(([key, entry]) => {
    if (typeof entry === "object")
      throw new SightglassError(
        "invalid_argument",
        `malformed '${name}' parameter: the value of "${key}" is not a string`,
      );
    return [key, String(entry)];
  });
}

/**
 * Tags are looked for on spans and resources first, and in events (Jaeger's logs) only when that finds nothing: looking
 * at events takes a whole scan.
 */
export async function findJaegerTraces(
  traces: TraceQueries,
  search: JaegerSearch,
  signal: AbortSignal,
): Promise<FoundTrace[]> {
  const find = async (inEvents: boolean) => {
    const { startNs, endNs, limit } = search;
    const found = await traces.search({ filter: filterOf(search, inEvents), startNs, endNs, limit, signal });
    return found.traces;
  };
  const found = await find(false);
  return found.length > 0 || search.tags.size === 0 ? found : find(true);
}

function filterOf({ service, operation, tags, durations }: JaegerSearch, inEvents: boolean): SpanFilter {
  const parts: SpanFilter[] = [...durations];
  if (service !== undefined) parts.push({ kind: "field", field: "service", op: "=", value: service });
  if (operation !== undefined) parts.push({ kind: "field", field: "name", op: "=", value: operation });
  for (const [key, value] of tags) parts.push(tagFilter(key, value, inEvents));
  return allOf(...parts);
}

/** Some tags of Jaeger are fields of a span here (trace-jaeger.ts writes them). */
function tagFilter(key: string, value: string, inEvents: boolean): SpanFilter {
  const attribute: SpanFilter = { kind: "attribute", scope: "any", key, op: "=", value: { type: "text", value } };
  const alternatives: SpanFilter[] = [attribute];
  if (key === "error" && value === "true")
    alternatives.push({ kind: "field", field: "status", op: "=", value: "error" });
  if (key === "span.kind" && spanKinds.indexOf(value) > 0)
    alternatives.push({ kind: "field", field: "kind", op: "=", value });
  if (key === "otel.status_code" && /^(ok|error)$/i.test(value))
    alternatives.push({ kind: "field", field: "status", op: "=", value: value.toLowerCase() });
  if (key === "otel.status_description") alternatives.push({ kind: "field", field: "statusMessage", op: "=", value });
  if (key === "otel.scope.name") alternatives.push({ kind: "field", field: "scopeName", op: "=", value });
  if (key === "otel.scope.version") alternatives.push({ kind: "field", field: "scopeVersion", op: "=", value });
  if (inEvents) {
    alternatives.push({ ...attribute, scope: "event" });
    if (key === "event") alternatives.push({ kind: "field", field: "eventName", op: "=", value });
  }
  return alternatives.length === 1 ? attribute : { kind: "or", parts: alternatives };
}
