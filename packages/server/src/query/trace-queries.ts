import type { LogsResponse, ServicesResponse, SpanResponse, TraceSummary } from "../http/contract.ts";
import type { Store } from "../store/store.ts";
import {
  listAttributeKeys,
  listAttributeValues,
  type AttributeKey,
  type AttributeRange,
  type AttributeValueCount,
} from "./attributes.ts";
import { readTraceLogs, type TraceLogsFilter } from "./logs-trace.ts";
import type { SpanFilter } from "./search-filter.ts";
import { readMatchedSpans, type MatchedSpans } from "./search-matched-spans.ts";
import {
  readTraceExtents,
  searchTraces,
  summarizeTraces,
  type FoundTrace,
  type TraceExtent,
  type TraceSearch,
} from "./search-traces.ts";
import { listDependencies, type Dependency } from "./services-dependencies.ts";
import { listOperations, listServiceNames, listServices, type Operation } from "./services.ts";
import { openTrace, openTraces, type OpenTrace, type TracePlace } from "./trace-batches.ts";
import { findSpan, openTraceDocument, type TraceDocumentOptions } from "./trace-document.ts";

interface ReadOptions {
  signal?: AbortSignal;
}

/** Everything that is read of traces, for the routes of every trace API. */
export interface TraceQueries {
  document(traceId: string, options: TraceDocumentOptions): Promise<AsyncGenerator<string> | null>;
  span(ids: { traceId: string; spanId: string }, options?: ReadOptions): Promise<SpanResponse | null>;
  /** Null when no span of the trace is stored. */
  logs(filter: TraceLogsFilter): Promise<LogsResponse | null>;
  open(traceId: string, options?: ReadOptions): Promise<OpenTrace | null>;
  openAll(places: readonly TracePlace[], options?: ReadOptions): AsyncGenerator<OpenTrace>;
  extents(traceIds: readonly string[], options?: ReadOptions): Promise<Map<string, TraceExtent>>;
  search(search: TraceSearch): Promise<{ traces: FoundTrace[]; next: string | null }>;
  summarize(traces: readonly FoundTrace[], options?: ReadOptions): Promise<TraceSummary[]>;
  matchedSpans(
    traces: readonly FoundTrace[],
    wanted: { filter: SpanFilter; spansPerTrace: number; signal?: AbortSignal },
  ): Promise<MatchedSpans>;
  services(options?: ReadOptions): Promise<ServicesResponse["services"]>;
  serviceNames(options?: ReadOptions): Promise<string[]>;
  operations(wanted: { service?: string; kind?: number }, options?: ReadOptions): Promise<Operation[]>;
  attributeKeys(range: AttributeRange & { prefix?: string }): Promise<AttributeKey[]>;
  attributeValues(
    range: AttributeRange & { key: string; prefix?: string; scope?: "any" | "span" | "resource" },
  ): Promise<AttributeValueCount[]>;
  dependencies(range: { startNs: bigint; endNs: bigint; signal?: AbortSignal }): Promise<Dependency[]>;
}

export function createTraceQueries({ store }: { store: Store }): TraceQueries {
  return {
    document: (traceId, options) => openTraceDocument(store, traceId, options),
    span: (ids, options) => findSpan(store, ids, options),
    logs: (filter) => readTraceLogs(store, filter),
    open: (traceId, options) => openTrace(store, traceId, options),
    openAll: (places, options) => openTraces(store, places, options),
    extents: (traceIds, options) => readTraceExtents(store, traceIds, options),
    search: (search) => searchTraces(store, search),
    summarize: (traces, options) => summarizeTraces(store, traces, options),
    matchedSpans: (traces, wanted) => readMatchedSpans(store, traces, wanted),
    services: (options) => listServices(store, options),
    serviceNames: (options) => listServiceNames(store, options),
    operations: (wanted, options) => listOperations(store, wanted, options),
    attributeKeys: (range) => listAttributeKeys(store, range),
    attributeValues: (range) => listAttributeValues(store, range),
    dependencies: (range) => listDependencies(store, range),
  };
}
