import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { StatusResponse, TraceResponse } from "sightglass/contract";
import { afterAll, describe, expect, it } from "vitest";
import { spanRequest } from "./otlp-load.ts";
import { freePorts, Server, until } from "./server.ts";

/** How often the server is killed; 100 in a full run, fewer in CI. */
const kills = Number(process.env.SIGHTGLASS_KILLS ?? 10);
const data = mkdtempSync(join(tmpdir(), "sightglass-kill-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));

describe(`kill -9 at ${kills} random moments under load`, () => {
  it(
    "keeps every acknowledged span exactly once, and the ledger balances",
    async () => {
      const ports = await freePorts();
      const acknowledged = new Map<string, string[]>();
      let requestNumber = 0;
      for (let kill = 0; kill < kills; kill++) {
        const server = await Server.start({ data, ports });
        const alive = new AbortController();
        const clients = Array.from({ length: 4 }, async () => {
          while (!alive.signal.aborted) {
            const { body, spanIds, traceId } = spanRequest(requestNumber++, 1 + (requestNumber % 40));
            const answer = await fetch(`${server.otlpHttp}/v1/traces`, {
              method: "POST",
              headers: { "content-type": "application/json" },
              body,
            }).catch(() => undefined);
            if (answer?.status === 200) acknowledged.set(traceId, spanIds);
            // An answer that never came may be stored or not: the client would send again.
            await answer?.text().catch(() => undefined);
          }
        });
        const before = acknowledged.size;
        await until(() => acknowledged.size > before, { what: () => `an acknowledgement: ${server.output}` });
        await sleep((kill * 271) % 700);
        await server.stop("SIGKILL");
        alive.abort();
        await Promise.all(clients);
      }

      const server = await Server.start({ data, ports });
      try {
        await until(async () => (await server.get<StatusResponse>("/api/status")).ledger.spans.spooled === 0, {
          what: () => `the spool to be stored: ${server.output}`,
        });
        const { ledger } = await server.get<StatusResponse>("/api/status");
        expect(ledger.spans.received).toBe(ledger.spans.stored + ledger.spans.refused);
        expect(acknowledged.size).toBeGreaterThanOrEqual(kills);
        for (const [traceId, spanIds] of acknowledged) {
          const trace = await server.get<TraceResponse>(`/api/traces/${traceId}?fields=summary`);
          expect(trace.spans.map(({ spanId }) => spanId).sort()).toEqual(spanIds.toSorted());
        }
      } finally {
        await server.dispose();
      }
    },
    60_000 + kills * 40_000,
  );
});
