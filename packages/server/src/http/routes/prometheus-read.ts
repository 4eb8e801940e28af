import { Hono } from "hono";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { MetricQueries } from "../../query/metrics-queries.ts";
import { chunkedReadResponse, hasHistograms } from "../../query/metrics-remote-read-stream.ts";
import { decodeReadRequest, encodeReadResponse, type RemoteReadQuery } from "../../query/metrics-remote-read.ts";
import { type ExternalLabels, withExternal, withoutExternal } from "../exposition/external-labels.ts";
import { streamBody } from "../stream-body.ts";
import { readBody } from "./prometheus-parameters.ts";

export interface PrometheusReadDeps {
  metrics: MetricQueries;
  externalLabels: () => ExternalLabels;
}

/** Remote read 1.0: samples, which every client can take, or chunks in a stream, which Prometheus asks for. */
export function prometheusReadRoutes({ metrics, externalLabels }: PrometheusReadDeps): Hono {
  const app = new Hono();
  app.post("/api/v1/read", async (context) => {
    const encoding = context.req.header("content-encoding") ?? "snappy";
    if (encoding !== "snappy")
      throw new SightglassError("unsupported_media_type", `content encoding ${encoding} is not snappy`);
    const request = decodeReadRequest(await readBody(context, limits.queryFormBytesMax.value));
    const { signal } = context.req.raw;
    // Both ends belong to the answer.
    const read = async ({ matchers: asked, startMs, endMs }: RemoteReadQuery) => {
      const matchers = withoutExternal(asked, externalLabels());
      const found = await metrics.samples({ matchers, startMs: startMs - 1, endMs, signal });
      return found.map((series) => ({ ...series, labels: withExternal(series.labels, externalLabels()) }));
    };
    const results = await Promise.all(request.queries.map(read));
    // Who takes both has native histograms as samples.
    if (request.wantsChunks && !(request.takesSamples && hasHistograms(results))) {
      return new Response(streamBody(chunkedReadResponse(results)), {
        headers: { "content-type": "application/x-streamed-protobuf; proto=prometheus.ChunkedReadResponse" },
      });
    }
    return context.body(Uint8Array.from(encodeReadResponse(results)), 200, {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
    });
  });
  return app;
}
