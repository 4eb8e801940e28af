import { connect, type IncomingHttpHeaders } from "node:http2";
import { Client, compressionAlgorithms, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { decodeMessage } from "../decode/testing/otlp-messages.ts";
import { framedSnappy, snappy } from "../decode/testing/write-messages.ts";
import { systemClock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { Admission } from "./admission.ts";
import { createOtlpGrpcReceiver, type OtlpGrpcOptions } from "./otlp-grpc.ts";
import { ReceiverStats } from "./receiver-stats.ts";
import type { Receiver } from "./receiver.ts";
import { Gate } from "./gate.ts";
import { FakeSink } from "./testing/fake-sink.ts";
import { logBody, traceBody } from "./testing/otlp-requests.ts";
import { storedZstd } from "./testing/stored-zstd.ts";
import { zstd } from "./zstd.ts";

const bodyBytesMax = 100_000;
const traces = "opentelemetry.proto.collector.trace.v1.TraceService";
const logs = "opentelemetry.proto.collector.logs.v1.LogsService";

let sink: FakeSink;
let admission: Admission;
let receiver: Receiver;
let port: number;
let client: Client;

async function start(options: Partial<OtlpGrpcOptions> = {}): Promise<void> {
  sink = new FakeSink();
  admission = new Admission({ requestsMax: 3, bytesMax: 150_000 });
  receiver = createOtlpGrpcReceiver({
    address: { host: "127.0.0.1", port: 0 },
    sink,
    largeBodies: new Gate(1),
    authorize: () => {},
    clock: systemClock,
    admission,
    stats: new ReceiverStats("otlp-grpc"),
    bodyBytesMax,
    onInternalError: () => {},
    ...options,
  });
  ({ port } = await receiver.start());
  client = newClient();
}

function newClient(compression = compressionAlgorithms.identity): Client {
  return new Client(`127.0.0.1:${port}`, credentials.createInsecure(), {
    "grpc.default_compression_algorithm": compression,
  });
}

beforeEach(() => start());
afterEach(async () => {
  client.close();
  await receiver.stop();
});

function send(service: string, body: Buffer, { metadata = new Metadata(), over = client } = {}): Promise<Buffer> {
  const same = (bytes: Buffer) => bytes;
  return new Promise((resolve, reject) => {
    over.makeUnaryRequest(`/${service}/Export`, same, same, body, metadata, (error, answer) => {
      if (error !== null) reject(error);
      else resolve(answer ?? Buffer.alloc(0));
    });
  });
}

async function refusal(sent: Promise<unknown>) {
  const error = await sent.then(
    () => expect.fail("accepted"),
    (error: ServiceError) => error,
  );
  const bytes = error.metadata.get("grpc-status-details-bin")[0];
  return {
    code: error.code,
    details: error.details,
    status: bytes === undefined ? undefined : decodeMessage("Status2", bytes as Buffer),
  };
}

/** A call whose message is compressed as no client for Node can, with the status that it is answered by. */
async function sendCompressed(encoding: string, compressed: Buffer): Promise<string> {
  const session = connect(`http://127.0.0.1:${port}`);
  const headers = { "content-type": "application/grpc", te: "trailers", "grpc-encoding": encoding };
  const call = session.request({ ":method": "POST", ":path": `/${traces}/Export`, ...headers });
  const prefix = Buffer.alloc(5);
  prefix.writeUInt8(1);
  prefix.writeUInt32BE(compressed.length, 1);
  call.end(Buffer.concat([prefix, compressed]));
  const status = await new Promise<string>((resolve, reject) => {
    const take = (got: IncomingHttpHeaders) => {
      if (got["grpc-status"] !== undefined) resolve(String(got["grpc-status"]));
    };
    call.on("response", take).on("trailers", take).on("error", reject).resume();
  });
  session.close();
  return status;
}

const typeUrls = (status: Record<string, unknown> | undefined) =>
  ((status?.["details"] ?? []) as { typeUrl: string }[]).map(({ typeUrl }) => typeUrl.split(".").at(-1));

describe("accepted requests", () => {
  it("are answered with an empty message", async () => {
    expect(await send(traces, traceBody({ good: 3 }))).toHaveLength(0);
    expect(await send(logs, logBody({ good: 2 }))).toHaveLength(0);
    expect(await send(traces, Buffer.alloc(0))).toHaveLength(0);
    expect([sink.spanBlock.rowCount, sink.logBlock.rowCount]).toEqual([3, 2]);
  });

  it("may be compressed", async () => {
    const compressing = newClient(compressionAlgorithms.gzip);
    await send(traces, traceBody({ good: 60 }), { over: compressing });
    compressing.close();
    expect(sink.spanBlock.rowCount).toBe(60);
  });

  it.each([
    { encoding: "snappy", compress: framedSnappy },
    { encoding: "snappy", compress: snappy },
    ...(zstd === undefined ? [] : [{ encoding: "zstd", compress: storedZstd }]),
  ])("may be compressed as Collectors do: $encoding", async ({ encoding, compress }) => {
    expect(await sendCompressed(encoding, compress(traceBody({ good: 60 })))).toBe("0");
    expect(sink.spanBlock.rowCount).toBe(60);
  });

  it("with bad items are a partial success", async () => {
    expect(decodeMessage("ExportResponse", await send(logs, logBody({ good: 1, bad: 2 })))).toEqual({
      partialSuccess: { rejected: "2", errorMessage: expect.stringContaining("2 x trace_id") },
    });
  });
});

describe("refusals", () => {
  it("of garbage are INVALID_ARGUMENT with BadRequest", async () => {
    const { code, details, status } = await refusal(send(traces, Buffer.from("garbage")));
    expect(code).toBe(3);
    expect(details).toContain("invalid protobuf at byte");
    expect(status).toMatchObject({ code: 3, message: details });
    expect(typeUrls(status)).toEqual(["BadRequest"]);
  });

  it.each(["spool_full", "spool_unwritable", "unavailable"] as const)(
    "%s are UNAVAILABLE with RetryInfo",
    async (name) => {
      sink.error = new SightglassError(name, "not now", { retryAfterMs: 1500 });
      const { code, status } = await refusal(send(traces, traceBody()));
      expect(code).toBe(14);
      expect(typeUrls(status)).toEqual(["RetryInfo"]);
      const [detail] = (status?.["details"] ?? []) as { value: Uint8Array }[];
      // RetryInfo { Duration { seconds: 1, nanos: 500000000 } }
      expect(Buffer.from(detail?.value ?? []).toString("hex")).toBe("0a0808011080cab5ee01");
    },
  );

  it("of profiles are UNIMPLEMENTED", async () => {
    const service = "opentelemetry.proto.collector.profiles.v1development.ProfilesService";
    expect((await refusal(send(service, Buffer.alloc(0)))).code).toBe(12);
  });

  it("of a body over the limit are RESOURCE_EXHAUSTED without RetryInfo", async () => {
    const { code, status } = await refusal(send(traces, Buffer.alloc(bodyBytesMax + 1)));
    expect(code).toBe(8);
    expect(status).toBeUndefined();
  });

  it("of a body over the limit after decompression too", async () => {
    const compressing = newClient(compressionAlgorithms.gzip);
    const { code, status } = await refusal(send(traces, Buffer.alloc(50 * bodyBytesMax), { over: compressing }));
    compressing.close();
    expect(code).toBe(8);
    expect(status).toBeUndefined();
    expect(admission.requestCount).toBe(0);
  });

  it.each([
    ["Snappy that is broken", "snappy", Buffer.from("no"), "3"],
    ["a Snappy bomb", "snappy", framedSnappy(Buffer.alloc(50 * bodyBytesMax)), "8"],
    ["zstd that this Node does not know, or that is none", "zstd", Buffer.from("no"), zstd === undefined ? "12" : "3"],
    ["an encoding that nobody knows", "lzma", Buffer.from("no"), "12"],
  ])("of %s", async (_name, encoding, compressed, status) => {
    expect(await sendCompressed(encoding, compressed)).toBe(status);
    expect(admission.requestCount).toBe(0);
  });

  it("of our own making tell nothing", async () => {
    sink.error = new Error("secret path");
    const { code, details } = await refusal(send(traces, traceBody()));
    expect(code).toBe(13);
    expect(details).not.toContain("secret");
  });

  it("are counted by code", async () => {
    await refusal(send(traces, Buffer.from("garbage")));
    await send(traces, traceBody());
    await refusal(send(traces, Buffer.alloc(bodyBytesMax + 1)));
    await expect
      .poll(() => receiver.stats)
      .toMatchObject({
        address: `127.0.0.1:${port}`,
        requests: 3,
        refused: 2,
        refusals: { invalid_argument: 1, payload_too_large: 1 },
      });
  });

  it("come when too many requests are under way", async () => {
    let makeDurable = (): void => {};
    sink.durable = new Promise((resolve) => (makeDurable = resolve));
    const waiting = [1, 2, 3].map(() => send(traces, traceBody()));
    while (sink.spanBlock.rowCount < 3) await new Promise(setImmediate);
    const { code, status } = await refusal(send(traces, traceBody()));
    expect(code).toBe(14);
    expect(typeUrls(status)).toEqual(["RetryInfo"]);
    makeDurable();
    await Promise.all(waiting);
    expect(admission.requestCount).toBe(0);
  });
});

describe("tokens", () => {
  it("are checked before the body is read", async () => {
    client.close();
    await receiver.stop();
    await start({
      authorize: (authorization, scope) => {
        if (authorization === undefined) throw new SightglassError("unauthenticated", "a token is needed");
        if (authorization !== `Bearer ${scope}`) throw new SightglassError("permission_denied", "the scope is missing");
      },
    });
    const metadata = (token: string) => {
      const metadata = new Metadata();
      metadata.set("authorization", `Bearer ${token}`);
      return metadata;
    };
    expect((await refusal(send(traces, traceBody()))).code).toBe(16);
    expect((await refusal(send(traces, traceBody(), { metadata: metadata("read") }))).code).toBe(7);
    await send(traces, traceBody(), { metadata: metadata("ingest") });
    expect(sink.spanBlock.rowCount).toBe(1);
    expect(receiver.stats).toMatchObject({ requests: 3, refused: 2 });
  });
});

describe("clients that misbehave", () => {
  const openStream = () => {
    const session = connect(`http://127.0.0.1:${port}`);
    session.on("error", () => {});
    const stream = session.request({
      ":method": "POST",
      ":path": `/${traces}/Export`,
      "content-type": "application/grpc",
      te: "trailers",
    });
    stream.on("error", () => {});
    // A frame that promises 100 bytes, and one of them.
    stream.write(Buffer.from([0, 0, 0, 0, 100, 1]));
    return { session, stream };
  };
  const until = async (condition: () => boolean) => {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
  };

  it("go away in the middle of a message, and leave nothing behind", async () => {
    const { session } = openStream();
    await until(() => admission.requestCount === 1);
    session.destroy();
    await until(() => admission.requestCount === 0);
    expect(sink.spanBlock.rowCount).toBe(0);
  });

  it("never send the rest, and are cut off", async () => {
    client.close();
    await receiver.stop();
    await start({ requestTimeoutMs: 100 });
    const { session, stream } = openStream();
    const headers = await new Promise<Record<string, unknown>>((resolve) => stream.once("response", resolve));
    expect(headers["grpc-status"]).toBe("14");
    expect(admission.requestCount).toBe(0);
    session.destroy();
  });
});

describe("start and stop", () => {
  it("says which port is taken", async () => {
    const second = createOtlpGrpcReceiver({
      address: { host: "127.0.0.1", port },
      sink,
      largeBodies: new Gate(1),
      authorize: () => {},
      clock: systemClock,
      admission,
      stats: new ReceiverStats("otlp-grpc"),
      onInternalError: () => {},
    });
    await expect(second.start()).rejects.toMatchObject({
      code: "port_taken",
      hint: expect.stringContaining("--otlp-grpc"),
    });
    await second.stop();
  });

  it("ends what is under way", async () => {
    let makeDurable = (): void => {};
    sink.durable = new Promise((resolve) => (makeDurable = resolve));
    const underWay = send(traces, traceBody());
    while (sink.spanBlock.rowCount === 0) await new Promise(setImmediate);
    const stopped = receiver.stop();
    makeDurable();
    expect(await underWay).toHaveLength(0);
    client.close();
    await stopped;
  });
});
