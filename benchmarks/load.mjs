import { Agent, request } from "node:http";
import grpc from "@grpc/grpc-js";
import { makePayload } from "./otlp-payload.mjs";

/**
 * The load generator, a process of its own: `node load.mjs PROTOCOL ADDRESS SECONDS CONNECTIONS SPANS_A_REQUEST`.
 * Payloads are made before the clock starts. Prints `started` then, and one line of JSON at the end.
 */
const [protocol, address, seconds, connections, spansPerRequest] = process.argv.slice(2);
const variants = Array.from({ length: Math.ceil(400_000 / Number(spansPerRequest)) }, () =>
  makePayload(Number(spansPerRequest)),
);
const nowNs = BigInt(Date.now()) * 1_000_000n;
for (const [index, payload] of variants.entries()) payload.refresh(nowNs + BigInt(index) * 10_000_000n);

const send = protocol === "grpc" ? grpcSender() : httpSender();
const latenciesMs = [];
let accepted = 0;
let refused = 0;
let next = 0;
process.stdout.write("started\n");
const usedBefore = process.cpuUsage();
const startedAt = performance.now();
const deadline = startedAt + Number(seconds) * 1000;
await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    while (performance.now() < deadline) {
      const { body, spanCount } = variants[next++ % variants.length];
      const sentAt = performance.now();
      if (await send(body)) accepted += spanCount;
      else {
        refused += spanCount;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      latenciesMs.push(performance.now() - sentAt);
    }
  }),
);
const elapsedMs = performance.now() - startedAt;
const { user, system } = process.cpuUsage(usedBefore);
latenciesMs.sort((a, b) => a - b);
const quantile = (q) => latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * q))];
process.stdout.write(
  `${JSON.stringify({
    accepted,
    refused,
    elapsedMs,
    processorMs: (user + system) / 1000,
    bytesPerSpan: variants[0].body.length / Number(spansPerRequest),
    acknowledgeP50Ms: quantile(0.5),
    acknowledgeP99Ms: quantile(0.99),
  })}\n`,
);
process.exit(0);

function httpSender() {
  const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
  const url = new URL("/v1/traces", address);
  return (body) =>
    new Promise((resolve) => {
      const call = request(
        url,
        { method: "POST", agent, headers: { "content-type": "application/x-protobuf", "content-length": body.length } },
        (answer) => {
          answer.resume();
          answer.on("end", () => resolve(answer.statusCode === 200));
        },
      );
      call.on("error", () => resolve(false));
      call.end(body);
    });
}

function grpcSender() {
  const clients = Array.from(
    { length: Number(connections) },
    () =>
      new grpc.Client(address, grpc.credentials.createInsecure(), {
        "grpc.use_local_subchannel_pool": 1,
        "grpc.max_send_message_length": -1,
      }),
  );
  let turn = 0;
  const identity = (value) => value;
  return (body) =>
    new Promise((resolve) => {
      clients[turn++ % clients.length].makeUnaryRequest(
        "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
        identity,
        identity,
        body,
        (error) => resolve(error === null),
      );
    });
}
