import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import { parseLogfmt } from "../../query/search-attributes.ts";
import { allOf, everySpan, type SpanFilter } from "../../query/search-filter.ts";
import { parseTraceql, type TraceqlQuery } from "../../query/search-traceql.ts";
import type { FoundTrace, TraceExtent } from "../../query/search-traces.ts";
import { readResource, type StoredSpan } from "../../query/trace-span.ts";
import type { KeyValue } from "../contract.ts";
import { parseGoDurationMs } from "../go-duration.ts";
import type { Parameters } from "../parameters.ts";
import { clockAheadMs } from "./traces.ts";

export interface TempoSearch extends TraceqlQuery {
  startNs: bigint;
  endNs: bigint;
  limit: number;
  spansPerTrace: number;
}

const defaultLimit = 20;
const defaultSpansPerTrace = 3;

/** The query string of `/api/search`: TraceQL in `q`, else `tags` in logfmt. @throws SightglassError invalid_argument */
export function tempoSearchOf(parameters: Parameters, clock: Clock): TempoSearch {
  const query = parameters.text("q");
  const parsed = query === undefined ? tagQuery(parameters.text("tags") ?? "") : parseTraceql(query);
  const extent = durationCondition(parameters);
  return {
    ...parsed,
    trace: (trace) => parsed.trace(trace) && extent(trace),
    ...tempoRange(parameters, clock),
    limit: parameters.integer("limit", { least: 1, most: limits.listLimitMax.value }) ?? defaultLimit,
    spansPerTrace: parameters.integer("spss", { least: 0, most: 100 }) ?? defaultSpansPerTrace,
  };
}

/** `start` and `end` in seconds since the Unix epoch. */
export function tempoRange(parameters: Parameters, clock: Clock): { startNs: bigint; endNs: bigint } {
  const bounds = { least: 0, most: 99_999_999_999 };
  const start = parameters.integer("start", bounds) ?? 0;
  const end = parameters.integer("end", bounds) || Math.ceil((clock.nowMs() + clockAheadMs) / 1000);
  if (start > end)
    throw new SightglassError("invalid_argument", "http parameter start must be before end", {
      hint: "send both in seconds since 1970",
    });
  // The whole of the last second.
  return { startNs: BigInt(start) * secondNs, endNs: BigInt(end + 1) * secondNs - 1n };
}

const secondNs = 1_000_000_000n;

/** How long the trace took, not one span. */
function durationCondition(parameters: Parameters): (trace: TraceExtent) => boolean {
  const bound = (name: string) => {
    const text = parameters.text(name);
    return text === undefined ? undefined : BigInt(Math.round(parseGoDurationMs(name, text) * 1e6));
  };
  const [min, max] = [bound("minDuration"), bound("maxDuration")];
  if (min !== undefined && max !== undefined && min > max)
    throw new SightglassError("invalid_argument", "invalid maxDuration: must be greater than minDuration");
  return ({ durationNs }) => (min === undefined || durationNs >= min) && (max === undefined || durationNs <= max);
}

function tagQuery(text: string): TraceqlQuery {
  const parts: SpanFilter[] = [];
  const traceConditions: ((trace: TraceExtent) => boolean)[] = [];
  const selected: TraceqlQuery["selected"] = [];
  for (const [key, value] of parseLogfmt(text)) {
    if (key === "root.name") traceConditions.push((trace) => trace.rootName === value);
    else if (key === "root.service.name") traceConditions.push((trace) => trace.rootService === value);
    else if (key === "name") parts.push({ kind: "field", field: "name", op: "=", value });
    else if (key === "service.name") parts.push({ kind: "field", field: "service", op: "=", value });
    else if (key === "status" && /^(unset|ok|error)$/.test(value))
      parts.push({ kind: "field", field: "status", op: "=", value });
    else {
      const attribute: SpanFilter = { kind: "attribute", scope: "any", key, op: "=", value: { type: "text", value } };
      const isError = key === "error" && value === "true";
      const status: SpanFilter = { kind: "field", field: "status", op: "=", value: "error" };
      parts.push(isError ? { kind: "or", parts: [attribute, status] } : attribute);
      selected.push({ scope: "any", key });
    }
  }
  return {
    filter: parts.length === 0 ? everySpan : allOf(...parts),
    trace: (trace) => traceConditions.every((condition) => condition(trace)),
    selected,
  };
}

/** One result of a search. */
export function tempoFound(
  trace: FoundTrace,
  spans: readonly StoredSpan[],
  selected: TraceqlQuery["selected"],
): object {
  const spanSet = { spans: spans.map((span) => foundSpan(span, selected)), matched: trace.matchedSpans };
  return {
    traceID: trace.traceId,
    rootServiceName: trace.rootService === "" ? "<root span not yet received>" : trace.rootService,
    rootTraceName: trace.rootName,
    startTimeUnixNano: trace.startNs.toString(),
    durationMs: Number(trace.durationNs / 1_000_000n),
    spanSet,
    spanSets: [spanSet],
  };
}

/** With the attributes that the query speaks of, and those that tell what a span is. */
function foundSpan(span: StoredSpan, selected: TraceqlQuery["selected"]): object {
  const attributes: KeyValue[] = [{ key: "service.name", value: { stringValue: span.service } }];
  const resource = selected.length === 0 ? [] : readResource(span.resource).attributes;
  for (const { scope, key } of selected) {
    const own = scope === "resource" ? undefined : span.attributes.find((attribute) => attribute.key === key);
    const found = own ?? (scope === "span" ? undefined : resource.find((attribute) => attribute.key === key));
    if (found !== undefined && key !== "service.name") attributes.push(found);
  }
  return {
    spanID: span.spanId,
    name: span.name,
    startTimeUnixNano: span.startNs,
    durationNanos: span.durationNs,
    attributes,
  };
}
