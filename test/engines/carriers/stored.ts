import type { SpanDetail, TraceResponse } from "sightglass/contract";
import { type Server, until } from "../../app/server.ts";

/** A span of a trace, when the server has it. */
export async function spanNamed(server: Server, traceId: string, name: string): Promise<SpanDetail> {
  let found: SpanDetail | undefined;
  await until(
    async () => {
      const answer = await fetch(`${server.url}/api/traces/${traceId}`);
      const spans = answer.ok ? ((await answer.json()) as TraceResponse).spans : [];
      found = (spans as SpanDetail[]).find((span) => span.name === name);
      return found !== undefined;
    },
    { what: () => `the span "${name}" in the trace ${traceId}; the server said ${server.output}` },
  );
  return found as SpanDetail;
}
