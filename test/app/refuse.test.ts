import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { StatusResponse, TraceResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { spanRequest } from "./otlp-load.ts";
import { Server, until } from "./server.ts";

const json = { "content-type": "application/json" };

function post(
  server: Server,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string> = json,
): Promise<Response> {
  return fetch(`${server.otlpHttp}/v1/traces`, { method: "POST", headers, body });
}

describe("what is refused, is refused as the OTLP specification has it", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(() => server?.dispose());

  it.each([
    ["a body that is not JSON", "{", json, 400],
    ["a body that is not protobuf", "\u0007\u0007", { "content-type": "application/x-protobuf" }, 400],
    ["an unknown content type", "{}", { "content-type": "text/csv" }, 415],
    ["an unknown encoding", "{}", { ...json, "content-encoding": "br" }, 415],
    ["a truncated gzip", gzipSync("{}").subarray(0, 12), { ...json, "content-encoding": "gzip" }, 400],
    ["a gzip bomb", gzipSync(Buffer.alloc(80 * 1024 * 1024)), { ...json, "content-encoding": "gzip" }, 413],
  ])("%s", async (_name, body, headers, status) => {
    const answer = await post(server, body, headers);
    expect(answer.status).toBe(status);
    if (answer.headers.get("content-type") === "application/json") {
      expect(await answer.json()).toMatchObject({ code: expect.any(Number), message: expect.stringMatching(/\S/) });
    }
  });

  it("a method other than POST, with 405", async () => {
    expect((await fetch(`${server.otlpHttp}/v1/traces`)).status).toBe(405);
  });

  it("single bad spans, with a partial success that gives the reason, and keeps the rest", async () => {
    const { body, spanIds, traceId } = spanRequest(1, 3);
    const request = JSON.parse(body) as { resourceSpans: { scopeSpans: { spans: object[] }[] }[] };
    request.resourceSpans[0]?.scopeSpans[0]?.spans.push({
      traceId: "00000000000000000000000000000000",
      spanId: "0102030405060708",
      name: "bad",
    });
    const answer = await post(server, JSON.stringify(request));
    expect(answer.status).toBe(200);
    const { partialSuccess } = (await answer.json()) as {
      partialSuccess: { rejectedSpans: string; errorMessage: string };
    };
    expect(Number(partialSuccess.rejectedSpans)).toBe(1);
    expect(partialSuccess.errorMessage).toMatch(/trace/i);
    await until(async () => (await fetch(`${server.url}/api/traces/${traceId}`)).ok, { what: () => "the good spans" });
    expect((await server.get<TraceResponse>(`/api/traces/${traceId}`)).spans).toHaveLength(spanIds.length);
  });

  it("everything is counted in the ledger", async () => {
    const { ledger } = await server.get<StatusResponse>("/api/status");
    expect(ledger.spans.refused).toBeGreaterThanOrEqual(1);
    expect(ledger.spans.received).toBe(ledger.spans.stored + ledger.spans.refused + ledger.spans.spooled);
  });
});

const mountPoint = mkdtempSync(join(tmpdir(), "sightglass-disk-"));
const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", "size=420m", "tmpfs", mountPoint]).status === 0;
afterAll(() => {
  if (mounted) spawnSync("umount", ["-l", mountPoint]);
  rmSync(mountPoint, { recursive: true, force: true });
});

const until200 = (server: Server, body: string) =>
  until(async () => (await post(server, body)).status === 200, {
    what: () => "the server to accept again",
  });

const spooledToNone = (server: Server) =>
  until(async () => (await server.get<StatusResponse>("/api/status")).ledger.spans.spooled === 0, {
    what: () => "an empty spool",
  });

describe.skipIf(!mounted)("a full disk (needs the right to mount a tmpfs)", () => {
  it("is refused as retryable, loses nothing, and is over when there is room again", { timeout: 120_000 }, async () => {
    const server = await Server.start({ data: mountPoint });
    try {
      const before = spanRequest(1, 20);
      expect((await post(server, before.body)).status).toBe(200);

      const ballast = join(mountPoint, "ballast");
      execFileSync("fallocate", ["-l", "280m", ballast]);
      const refused = spanRequest(2, 20);
      let answer = await post(server, refused.body);
      await until(async () => (answer = await post(server, refused.body)).status === 503, { what: () => "a refusal" });
      expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
      expect(await answer.json()).toMatchObject({ code: 14, message: expect.stringMatching(/disk|space|free/i) });
      expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);

      rmSync(ballast);
      const after = spanRequest(3, 20);
      await until200(server, after.body);
      await spooledToNone(server);
      for (const { traceId, spanIds } of [before, after]) {
        const trace = await server.get<TraceResponse>(`/api/traces/${traceId}?fields=summary`);
        expect(trace.spans.length % spanIds.length).toBe(0);
        expect(trace.spans.length).toBeGreaterThan(0);
      }
      const { ledger } = await server.get<StatusResponse>("/api/status");
      expect(ledger.spans.received).toBe(ledger.spans.stored + ledger.spans.refused);
    } finally {
      await server.dispose();
    }
  });
});

describe.skipIf(!mounted)("a spool that becomes read-only (needs the right to mount a tmpfs)", () => {
  // The engine holds a file open for writing, so only the spool's folder can be made read-only beneath the server.
  const data = mkdtempSync(join(tmpdir(), "sightglass-data-"));
  const spool = join(data, "spool");
  beforeAll(() => {
    mkdirSync(spool);
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=420m", "tmpfs", spool]);
  });
  afterAll(() => {
    spawnSync("umount", ["-l", spool]);
    rmSync(data, { recursive: true, force: true });
  });
  const remount = (mode: "ro" | "rw") =>
    until(() => spawnSync("mount", ["-o", `remount,${mode}`, spool]).status === 0, {
      what: () => `the mount to become ${mode}`,
    });

  it(
    "is refused as retryable, loses nothing, and is over when it can be written again",
    { timeout: 120_000 },
    async () => {
      const server = await Server.start({ data });
      try {
        const before = spanRequest(11, 20);
        expect((await post(server, before.body)).status).toBe(200);
        await spooledToNone(server);

        await remount("ro");
        const answer = await post(server, spanRequest(12, 20).body);
        expect(answer.status).toBe(503);
        expect(Number(answer.headers.get("retry-after"))).toBeGreaterThan(0);
        expect(await answer.json()).toMatchObject({ code: 14, message: expect.stringContaining("EROFS") });
        expect((await fetch(`${server.url}/health/ready`)).status).toBe(503);
        const read = await server.get<TraceResponse>(`/api/traces/${before.traceId}`);
        expect(read.spans).toHaveLength(before.spanIds.length);

        await remount("rw");
        const after = spanRequest(13, 20);
        await until200(server, after.body);
        await spooledToNone(server);
        for (const { traceId, spanIds } of [before, after]) {
          const trace = await server.get<TraceResponse>(`/api/traces/${traceId}?fields=summary`);
          expect(trace.spans).toHaveLength(spanIds.length);
        }
        const { ledger } = await server.get<StatusResponse>("/api/status");
        expect(ledger.spans.received).toBe(ledger.spans.stored + ledger.spans.refused);
      } finally {
        await server.dispose();
      }
    },
  );
});
