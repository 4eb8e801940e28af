import { Hono } from "hono";
import { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import type { MetricQueries } from "../../query/metrics-queries.ts";
import { decodeReadRequest, encodeReadResponse } from "../../query/metrics-remote-read.ts";
import { readBody } from "./prometheus-parameters.ts";

/** Remote read 1.0 with the answer type SAMPLES, which every client can take. */
export function prometheusReadRoutes({ metrics }: { metrics: MetricQueries }): Hono {
  const app = new Hono();
  app.post("/api/v1/read", async (context) => {
    const encoding = context.req.header("content-encoding") ?? "snappy";
    if (encoding !== "snappy")
      throw new SightglassError("unsupported_media_type", `content encoding ${encoding} is not snappy`);
    const queries = decodeReadRequest(await readBody(context, limits.queryFormBytesMax.value));
    const { signal } = context.req.raw;
    const results = await Promise.all(
      // Both ends belong to the answer.
      queries.map(({ matchers, startMs, endMs }) => metrics.samples({ matchers, startMs: startMs - 1, endMs, signal })),
    );
    return context.body(Uint8Array.from(encodeReadResponse(results)), 200, {
      "content-type": "application/x-protobuf",
      "content-encoding": "snappy",
    });
  });
  return app;
}
