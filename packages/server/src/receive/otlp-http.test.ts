import { request as httpRequest } from "node:http";
import { connect } from "node:net";
import { deflateSync, gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeMessage } from "../decode/testing/otlp-messages.ts";
import { framedSnappy, snappy } from "../decode/testing/write-messages.ts";
import { systemClock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { Admission } from "./admission.ts";
import { createOtlpHttpReceiver, type OtlpHttpOptions } from "./otlp-http.ts";
import { ReceiverStats } from "./receiver-stats.ts";
import type { Receiver } from "./receiver.ts";
import { Gate } from "./gate.ts";
import { FakeSink } from "./testing/fake-sink.ts";
import { logBody, traceBody, traceJson } from "./testing/otlp-requests.ts";
import { storedZstd } from "./testing/stored-zstd.ts";
import { zstd } from "./zstd.ts";

const bodyBytesMax = 100_000;
const protobuf = { "content-type": "application/x-protobuf" };
const json = { "content-type": "application/json" };

let sink: FakeSink;
let admission: Admission;
let receiver: Receiver;
let port: number;
let internalErrors: unknown[];

async function start(options: Partial<OtlpHttpOptions> = {}): Promise<void> {
  sink = new FakeSink();
  internalErrors = [];
  admission = new Admission({ requestsMax: 3, bytesMax: 150_000 });
  receiver = createOtlpHttpReceiver({
    address: { host: "127.0.0.1", port: 0 },
    sink,
    largeBodies: new Gate(1),
    authorize: () => {},
    clock: systemClock,
    admission,
    stats: new ReceiverStats("otlp-http"),
    bodyBytesMax,
    onInternalError: (error) => internalErrors.push(error),
    ...options,
  });
  ({ port } = await receiver.start());
}

beforeEach(() => start());
afterEach(() => receiver.stop());

function post(path: string, headers: Record<string, string>, body: Uint8Array | string = ""): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${path}`, { method: "POST", headers, body: body as BodyInit });
}

const bytesOf = async (response: Response) => new Uint8Array(await response.arrayBuffer());

describe("accepted requests", () => {
  it("in protobuf are answered with an empty message: partial_success unset", async () => {
    const response = await post("/v1/traces", protobuf, traceBody({ good: 3 }));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/x-protobuf");
    expect(await bytesOf(response)).toHaveLength(0);
    expect(sink.spanBlock.rowCount).toBe(3);
  });

  it("in JSON are answered with an empty object", async () => {
    const response = await post("/v1/traces", { "content-type": "application/json; charset=utf-8" }, traceJson);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
    expect(await response.text()).toBe("{}");
    expect(sink.spanBlock.rowCount).toBe(1);
  });

  it.each([
    { encoding: "gzip", compress: gzipSync },
    { encoding: "deflate", compress: deflateSync },
    { encoding: "zlib", compress: deflateSync },
    { encoding: "snappy", compress: snappy },
    { encoding: "snappy", compress: framedSnappy },
    { encoding: "x-snappy-framed", compress: framedSnappy },
    ...(zstd === undefined ? [] : [{ encoding: "zstd", compress: storedZstd }]),
  ])("may be compressed with $encoding", async ({ encoding, compress }) => {
    const headers = { ...protobuf, "content-encoding": encoding };
    expect((await post("/v1/traces", headers, compress(traceBody({ good: 50 })))).status).toBe(200);
    expect(sink.spanBlock.rowCount).toBe(50);
  });

  it("may be logs, and may be empty", async () => {
    expect((await post("/v1/logs", protobuf, logBody({ good: 2 }))).status).toBe(200);
    expect((await post("/v1/logs", protobuf)).status).toBe(200);
    expect((await post("/v1/traces", json, "{}")).status).toBe(200);
    expect(sink.logBlock.rowCount).toBe(2);
  });

  it("are answered only when they are durable", async () => {
    let makeDurable = (): void => {};
    sink.durable = new Promise((resolve) => (makeDurable = resolve));
    let isAnswered = false;
    const response = post("/v1/traces", protobuf, traceBody()).then((answer) => {
      isAnswered = true;
      return answer;
    });
    while (sink.spanBlock.rowCount === 0) await new Promise(setImmediate);
    expect(isAnswered).toBe(false);
    makeDurable();
    expect((await response).status).toBe(200);
  });

  it("with bad spans are a partial success with count and reason", async () => {
    const response = await post("/v1/traces", protobuf, traceBody({ good: 2, bad: 3 }));
    expect(response.status).toBe(200);
    expect(decodeMessage("ExportResponse", await bytesOf(response))).toEqual({
      partialSuccess: {
        rejected: "3",
        errorMessage: "3 x trace_id must be 16 bytes and not all zero (first: resourceSpans[0].scopeSpans[0].spans[2])",
      },
    });
    expect(sink.spanBlock.rowCount).toBe(2);
  });

  it("with bad items in JSON name the field of their signal", async () => {
    const logs = { resourceLogs: [{ scopeLogs: [{ logRecords: [{ spanId: "00" }, {}] }] }] };
    const response = await post("/v1/logs", json, JSON.stringify(logs));
    expect(await response.json()).toEqual({
      partialSuccess: { rejectedLogRecords: "1", errorMessage: expect.stringContaining("span_id") },
    });
    const spans = await post("/v1/traces", json, traceJson.replaceAll("0B", "00"));
    expect(await spans.json()).toMatchObject({ partialSuccess: { rejectedSpans: "1" } });
  });
});

describe("refusals", () => {
  const cases: [string, string, Record<string, string>, Uint8Array | string, number, number][] = [
    ["another path", "/v1/profiles", json, "{}", 404, 5],
    ["an unknown content type", "/v1/traces", { "content-type": "text/plain" }, "{}", 415, 3],
    ["an unknown encoding", "/v1/traces", { ...json, "content-encoding": "br" }, "{}", 415, 3],
    ["broken Snappy", "/v1/traces", { ...json, "content-encoding": "snappy" }, "{}", 400, 3],
    [
      "zstd that this Node does not know, or that is none",
      "/v1/traces",
      { ...json, "content-encoding": "zstd" },
      "{}",
      zstd === undefined ? 415 : 400,
      3,
    ],
    [
      "a Snappy bomb",
      "/v1/traces",
      { ...json, "content-encoding": "snappy" },
      snappy(Buffer.alloc(50 * bodyBytesMax)),
      413,
      8,
    ],
    ["broken JSON", "/v1/traces", json, "{", 400, 3],
    ["a truncated gzip", "/v1/traces", { ...json, "content-encoding": "gzip" }, gzipSync("{}").subarray(0, 12), 400, 3],
    ["no gzip at all", "/v1/traces", { ...json, "content-encoding": "gzip" }, "{}", 400, 3],
    ["a body over the limit", "/v1/traces", json, " ".repeat(bodyBytesMax + 1), 413, 8],
    [
      "a gzip bomb",
      "/v1/traces",
      { ...json, "content-encoding": "gzip" },
      gzipSync(Buffer.alloc(50 * bodyBytesMax)),
      413,
      8,
    ],
  ];
  it.each(cases)("%s", async (_name, path, headers, body, status, code) => {
    const response = await post(path, headers, body);
    expect(response.status).toBe(status);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("retry-after")).toBeNull();
    expect(await response.json()).toMatchObject({ code, message: expect.stringMatching(/\S/) });
    expect(sink.spanBlock.rowCount).toBe(0);
    expect(admission.requestCount).toBe(0);
  });

  it("to protobuf are a google.rpc.Status in protobuf", async () => {
    const response = await post("/v1/traces", protobuf, "\u0007\u0007");
    expect(response.status).toBe(400);
    expect(response.headers.get("content-type")).toBe("application/x-protobuf");
    const status = decodeMessage("Status2", await bytesOf(response));
    expect(status).toMatchObject({
      code: 3,
      message: expect.stringContaining("invalid protobuf at byte 0"),
      details: [{ typeUrl: "type.googleapis.com/google.rpc.BadRequest" }],
    });
  });

  it("name the JSON path", async () => {
    const response = await post(
      "/v1/traces",
      json,
      '{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SERVER"}]}]}]}',
    );
    expect(((await response.json()) as { message: string }).message).toContain(
      "$.resourceSpans[0].scopeSpans[0].spans[0].kind",
    );
  });

  it("405 says what is allowed", async () => {
    const response = await fetch(`http://127.0.0.1:${port}/v1/traces`);
    expect(response.status).toBe(405);
    expect(response.headers.get("allow")).toBe("POST");
    expect(await response.json()).toMatchObject({ code: 12 });
  });

  it.each(["spool_full", "spool_unwritable", "unavailable"] as const)("%s may be sent again later", async (code) => {
    sink.error = new SightglassError(code, "not now", { retryAfterMs: 2500 });
    const response = await post("/v1/traces", json, traceJson);
    expect(response.status).toBe(503);
    expect(response.headers.get("retry-after")).toBe("3");
    expect(await response.json()).toEqual({
      code: 14,
      message: "not now",
      details: [{ "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "2.5s" }],
    });
  });

  it("of our own making tell nothing, and the log everything", async () => {
    sink.error = new Error("secret path");
    const response = await post("/v1/traces", json, traceJson);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toContain("secret");
    expect(internalErrors).toEqual([sink.error]);
  });

  it("are counted by code", async () => {
    await post("/v1/traces", json, "{");
    await post("/v1/traces", json, "[");
    await post("/v1/nothing", json, "{}");
    await post("/v1/traces", json, "{}");
    expect(receiver.stats).toMatchObject({
      protocol: "otlp-http",
      address: `127.0.0.1:${port}`,
      requests: 4,
      refused: 3,
      refusals: { invalid_argument: 2, not_found: 1 },
    });
  });
});

describe("tokens", () => {
  it("are checked before the body is read", async () => {
    await receiver.stop();
    await start({
      authorize: ({ headers: { authorization } }, scope) => {
        if (authorization === undefined) throw new SightglassError("unauthenticated", "a token is needed");
        if (authorization !== `Bearer ${scope}`) throw new SightglassError("permission_denied", "the scope is missing");
      },
    });
    const refused = await post("/v1/traces", json, traceJson);
    expect(refused.status).toBe(401);
    expect(refused.headers.get("www-authenticate")).toContain("Bearer");
    expect((await post("/v1/traces", { ...json, authorization: "Bearer read" }, traceJson)).status).toBe(403);
    expect((await post("/v1/traces", { ...json, authorization: "Bearer ingest" }, traceJson)).status).toBe(200);
  });
});

describe("browsers", () => {
  const preflight = (origin: string) =>
    fetch(`http://127.0.0.1:${port}/v1/traces`, {
      method: "OPTIONS",
      headers: { origin, "access-control-request-method": "POST", "access-control-request-headers": "content-type" },
    });

  it("are not let in by default", async () => {
    const response = await preflight("https://app.example");
    expect(response.status).toBe(405);
    expect(response.headers.get("access-control-allow-origin")).toBeNull();
  });

  it("of a configured origin are", async () => {
    await receiver.stop();
    await start({ corsOrigins: () => ["https://app.example"] });
    const response = await preflight("https://app.example");
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(response.headers.get("access-control-allow-headers")).toBe("content-type");
    expect(response.headers.get("access-control-allow-credentials")).toBe("true");
    expect((await preflight("https://evil.example")).headers.get("access-control-allow-origin")).toBeNull();
    const sent = await post("/v1/traces", { ...json, origin: "https://app.example" }, traceJson);
    expect(sent.headers.get("access-control-allow-origin")).toBe("https://app.example");
    expect(sent.headers.get("access-control-expose-headers")).toBe("Retry-After");
  });
});

describe("clients that misbehave", () => {
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it("go away in the middle of a body, and leave nothing behind", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    await until(() => admission.requestCount === 1);
    socket.destroy();
    await until(() => admission.requestCount === 0);
    expect(sink.spanBlock.rowCount).toBe(0);
    expect(receiver.stats.refused).toBe(0);
  });

  it("send drop by drop, and are cut off", async () => {
    await receiver.stop();
    await start({ headersTimeoutMs: 100, requestTimeoutMs: 200 });
    const socket = connect(port, "127.0.0.1");
    let answer = "";
    socket.on("data", (chunk: Buffer) => (answer += chunk.toString()));
    socket.write(
      "POST /v1/traces HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
    );
    await new Promise((resolve) => socket.once("close", resolve));
    expect(answer).toContain("408");
    await until(() => admission.requestCount === 0);
  });

  it("declare a large body, and get the answer before they send it", async () => {
    const status = await new Promise<number | undefined>((resolve) => {
      const request = httpRequest(
        { port, path: "/v1/traces", method: "POST", headers: { ...json, "content-length": bodyBytesMax + 1 } },
        (response) => {
          resolve(response.statusCode);
          request.destroy();
        },
      );
      request.on("error", () => {});
      request.flushHeaders();
    });
    expect(status).toBe(413);
  });

  it("are too many at once, and are told to come again", async () => {
    let makeDurable = (): void => {};
    sink.durable = new Promise((resolve) => (makeDurable = resolve));
    const waiting = [1, 2, 3].map(() => post("/v1/traces", json, traceJson));
    await until(() => sink.spanBlock.rowCount === 3);
    const refused = await post("/v1/traces", json, traceJson);
    expect(refused.status).toBe(503);
    expect(refused.headers.get("retry-after")).toBe("1");
    makeDurable();
    expect((await Promise.all(waiting)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it("hold too much memory together, and the last one is told to come again", async () => {
    let makeDurable = (): void => {};
    sink.durable = new Promise((resolve) => (makeDurable = resolve));
    const padded = `${traceJson}${" ".repeat(90_000)}`;
    const first = post("/v1/traces", json, padded);
    await until(() => sink.spanBlock.rowCount === 1);
    expect((await post("/v1/traces", json, padded)).status).toBe(503);
    makeDurable();
    expect((await first).status).toBe(200);
    expect((await post("/v1/traces", json, padded)).status).toBe(200);
  });
});

describe("start and stop", () => {
  it("says which port is taken", async () => {
    const second = createOtlpHttpReceiver({
      address: { host: "127.0.0.1", port },
      sink,
      largeBodies: new Gate(1),
      authorize: () => {},
      clock: systemClock,
      admission,
      stats: new ReceiverStats("otlp-http"),
      onInternalError: () => {},
    });
    await expect(second.start()).rejects.toMatchObject({
      code: "port_taken",
      message: `127.0.0.1:${port} is already in use`,
      hint: expect.stringContaining("--otlp-http"),
    });
    await second.stop();
  });

  it("ends what is under way and refuses what is new", async () => {
    // Without the time after which it would cut requests off.
    await receiver.stop();
    await start({ clock: { ...systemClock, after: () => () => {} } });
    let makeDurable = (): void => {};
    sink.durable = new Promise((resolve) => (makeDurable = resolve));
    const underWay = post("/v1/traces", json, traceJson);
    while (sink.spanBlock.rowCount === 0) await new Promise(setImmediate);
    admission.stop();
    expect((await post("/v1/traces", json, traceJson)).status).toBe(503);
    const stopped = receiver.stop();
    makeDurable();
    expect((await underWay).status).toBe(200);
    await stopped;
    await expect(post("/v1/traces", json, traceJson)).rejects.toThrow();
  });
});
