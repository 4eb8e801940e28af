import { Hono } from "hono";
import type { Clock } from "../../model/clock.ts";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import { resourceSpansProtobuf, tempoTraceProtobuf } from "../../query/trace-otlp-protobuf.ts";
import { resourceSpansJson } from "../../query/trace-otlp-json.ts";
import type { OpenTrace } from "../../query/trace-batches.ts";
import { parseTraceId } from "../../query/trace-id.ts";
import type { TraceQueries } from "../../query/trace-queries.ts";
import type { StoredSpan } from "../../query/trace-span.ts";
import { nothingAt } from "../nothing-at.ts";
import { Parameters } from "../parameters.ts";
import { problemOf } from "../problem.ts";
import { streamBody } from "../stream-body.ts";
import { tempoFound, tempoRange, tempoSearchOf } from "./tempo-search.ts";
import { readTagValues, tagNamesOf, tagScopes } from "./tempo-tags.ts";

export interface TempoRoutesDeps {
  traces: TraceQueries;
  clock: Clock;
  /** Of this server. */
  version: string;
  onFault?: (fault: { method: string; path: string; error: unknown }) => void;
}

/** Where Grafana's Tempo data source is pointed: `http://HOST:4319/tempo`. */
const base = "/tempo/api";

/** The version of Tempo's API that is followed; Grafana chooses features by it. */
const apiVersion = "2.8.0";

const protobufType = "application/protobuf";

/** Tempo's query API. Errors are plain text, as Tempo's are. */
export function tempoRoutes({ traces, clock, version, onFault }: TempoRoutesDeps): Hono {
  const app = new Hono();

  app.get(`${base}/echo`, (context) => context.text("echo"));
  app.get("/tempo/ready", (context) => context.text("ready"));
  app.get(`${base}/status/buildinfo`, (context) =>
    context.json({ version: apiVersion, revision: `sightglass-${version}`, branch: "", buildDate: "", goVersion: "" }),
  );

  const open = async (id: string, signal: AbortSignal): Promise<OpenTrace> => {
    const traceId = parseTraceId(id);
    const trace = await traces.open(traceId, { signal });
    if (trace === null) throw new SightglassError("not_found", `trace not found: ${traceId}`);
    return trace;
  };

  app.get(`${base}/traces/:traceId`, async (context) => {
    const trace = await open(context.req.param("traceId"), context.req.raw.signal);
    if (wantsProtobuf(context.req.header("accept"))) return protobuf(mapPages(trace, resourceSpansProtobuf));
    return json(traceJson(trace, { before: '{"batches":[', after: "]}" }));
  });

  app.get(`${base}/v2/traces/:traceId`, async (context) => {
    const trace = await open(context.req.param("traceId"), context.req.raw.signal);
    // The status COMPLETE is 0 and the message is empty: neither is on the wire.
    if (wantsProtobuf(context.req.header("accept"))) return protobuf(mapPages(trace, tempoTraceProtobuf));
    return json(
      traceJson(trace, {
        before: '{"trace":{"resourceSpans":[',
        after: ']},"metrics":{},"status":"COMPLETE","message":""}',
      }),
    );
  });

  app.get(`${base}/search`, async (context) => {
    const { signal } = context.req.raw;
    const parameters = new Parameters(context.req.url);
    const search = tempoSearchOf(parameters, clock);
    const found = await traces.search({ ...search, signal });
    const matched = await traces.matchedSpans(found.traces, {
      filter: search.filter,
      spansPerTrace: search.spansPerTrace,
      signal,
    });
    return context.json({
      traces: found.traces.map((trace) => tempoFound(trace, matched.get(trace.traceId) ?? [], search.selected)),
      metrics: { inspectedTraces: found.traces.length },
    });
  });

  app.get(`${base}/search/tags`, async (context) => {
    const parameters = new Parameters(context.req.url);
    const keys = await traces.attributeKeys({ ...tempoRange(parameters, clock), signal: context.req.raw.signal });
    return context.json({ tagNames: tagNamesOf(keys), metrics: {} });
  });

  app.get(`${base}/v2/search/tags`, async (context) => {
    const parameters = new Parameters(context.req.url);
    const keys = await traces.attributeKeys({ ...tempoRange(parameters, clock), signal: context.req.raw.signal });
    return context.json({ scopes: tagScopes(keys, parameters.text("scope")), metrics: {} });
  });

  const values = (context: { req: { param: (name: "tag") => string; url: string; raw: Request } }) => {
    const parameters = new Parameters(context.req.url);
    return readTagValues(traces, {
      tag: decodeTag(context.req.param("tag")),
      query: parameters.text("q"),
      limit: parameters.integer("limit", { least: 0, most: 1_000_000 }) || limits.attributeValuesMax.value,
      range: { ...tempoRange(parameters, clock), signal: context.req.raw.signal },
    });
  };

  app.get(`${base}/search/tag/:tag/values`, async (context) => {
    const found = await values(context);
    return context.json({ tagValues: [...new Set(found.map(({ value }) => value))], metrics: {} });
  });

  app.get(`${base}/v2/search/tag/:tag/values`, async (context) =>
    context.json({ tagValues: await values(context), metrics: {} }),
  );

  app.get(`${base}/metrics/:form`, () => {
    throw new SightglassError("not_implemented", "TraceQL metrics are not computed here", {
      hint: "the same spans are counted as series in PromQL: traces_spanmetrics_calls_total and traces_spanmetrics_latency",
    });
  });

  app.all("/tempo/*", (context) => {
    throw nothingAt(context.req);
  });

  app.onError((thrown, context) => {
    const { status, body, headers } = problemOf(thrown);
    if (status >= 500) onFault?.({ method: context.req.method, path: context.req.path, error: thrown });
    const { message, hint } = body.error;
    return context.text(hint === undefined ? message : `${message}: ${hint}`, status, headers);
  });
  return app;
}

function wantsProtobuf(accept = ""): boolean {
  return accept.includes(protobufType);
}

function protobuf(pieces: AsyncGenerator<Uint8Array>): Response {
  return new Response(streamBody(pieces), { headers: { "content-type": protobufType } });
}

function json(pieces: AsyncGenerator<string>): Response {
  return new Response(streamBody(pieces), { headers: { "content-type": "application/json" } });
}

async function* mapPages<Piece>(trace: OpenTrace, write: (page: StoredSpan[]) => Piece): AsyncGenerator<Piece> {
  for await (const page of trace.pages) yield write(page);
}

async function* traceJson(trace: OpenTrace, around: { before: string; after: string }): AsyncGenerator<string> {
  yield around.before;
  let separator = "";
  for await (const page of trace.pages) {
    const groups = resourceSpansJson(page, "proto").map((group) => JSON.stringify(group));
    yield separator + groups.join(",");
    separator = ",";
  }
  yield around.after;
}

/** Grafana encodes a tag's name twice. */
function decodeTag(tag: string): string {
  try {
    return decodeURIComponent(tag);
  } catch {
    return tag;
  }
}
