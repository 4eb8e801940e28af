import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Workshop } from "../testing/program.ts";
import { type Behaviour, Receiver } from "../testing/receiver.ts";

/** Whatever the server does, the pipeline's result and time stay the same, and it says at most one line. */
let workshop: Workshop;
/** What the pipeline takes without any telemetry, on this machine and now. */
let plainMs: number;
beforeAll(async () => {
  workshop = new Workshop();
  const result = await workshop.run("plain.mjs", source, { OTEL_SDK_DISABLED: "true" });
  plainMs = (JSON.parse(result.stdout) as { durationMs: number }).durationMs;
});
afterAll(() => workshop.remove());

const source = `
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { pipeline } from "@sightglass/sdk";
  bootstrap({ service: "chaos", exitTimeoutMs: 500 });
  const startedAt = performance.now();
  let rows = 0;
  for (let i = 0; i < 40; i++)
    rows += await pipeline("p", (run) => run.stage("s", async (stage) => {
      stage.read(10);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 10;
    }));
  console.log(JSON.stringify({ rows, durationMs: performance.now() - startedAt }));
`;

async function pipelineAgainst(endpoint: string): Promise<{ durationMs: number; stderr: string; totalMs: number }> {
  const result = await workshop.run("chaos.mjs", source, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  expect(result.code).toBe(0);
  const { rows, durationMs } = JSON.parse(result.stdout) as { rows: number; durationMs: number };
  expect(rows).toBe(400);
  return { durationMs, stderr: result.stderr, totalMs: result.durationMs };
}

const misbehaviours: [string, Behaviour][] = [
  ["answers 500", (_request, response) => Boolean(response.writeHead(500).end())],
  [
    "answers 429 and to come back in an hour",
    (_request, response) => Boolean(response.writeHead(429, { "retry-after": "3600" }).end()),
  ],
  ["answers 503 for ever", (_request, response) => Boolean(response.writeHead(503).end())],
  ["answers 200 and garbage", (_request, response) => Boolean(response.writeHead(200).end(Buffer.alloc(5000, 0xff)))],
  ["answers what is no HTTP", (request) => Boolean(request.socket.end("SSH-2.0-OpenSSH_9.6\r\n"))],
  ["never answers", () => true],
  [
    "answers half and stops",
    (_request, response) => response.writeHead(200, { "content-length": "1000" }).write("half") || true,
  ],
  ["cuts the connection", (request) => Boolean(request.socket.destroy())],
  ["redirects", (_request, response) => Boolean(response.writeHead(302, { location: "/elsewhere" }).end())],
];

describe("a server that", () => {
  it.each(misbehaviours)("%s", async (_name, behaviour) => {
    const receiver = await Receiver.start();
    receiver.behaviour = behaviour;
    const { durationMs, stderr, totalMs } = await pipelineAgainst(receiver.endpoint);
    await receiver.stop();
    expect(stderr.split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(1);
    expect(durationMs).toBeLessThan(plainMs * 2 + 500);
    // Start-up, and the 500 ms that the end may take.
    expect(totalMs - durationMs).toBeLessThan(4000);
  });

  it("is not there", async () => {
    const { durationMs, stderr } = await pipelineAgainst("http://127.0.0.1:1");
    expect(durationMs).toBeLessThan(plainMs * 2 + 500);
    expect(stderr).toMatch(/^sightglass: http:\/\/127\.0\.0\.1:1\/v1\/\w+ does not take [^\n]+ECONNREFUSED[^\n]+\n$/);
  });

  it("takes connections and nothing else", async () => {
    const sockets = new Set<Socket>();
    const silent = await listen((socket) => void sockets.add(socket.pause()));
    const { port } = silent.address() as AddressInfo;
    const { durationMs, totalMs } = await pipelineAgainst(`http://127.0.0.1:${port}`);
    expect(durationMs).toBeLessThan(plainMs * 2 + 500);
    expect(totalMs - durationMs).toBeLessThan(4000);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it("comes back has everything", async () => {
    const receiver = await Receiver.start();
    let isDown = true;
    receiver.behaviour = (_request, response) => isDown && Boolean(response.writeHead(503).end());
    setTimeout(() => (isDown = false), 600);
    await pipelineAgainst(receiver.endpoint);
    expect(receiver.spans).toHaveLength(80);
    expect(new Set(receiver.spans.map((span) => span.spanId)).size).toBe(80);
    await receiver.stop();
  });

  it("was restarted between two requests has everything", async () => {
    const first = await Receiver.start();
    const program = workshop.start(
      "restart.mjs",
      `
      import { bootstrap } from "@sightglass/sdk/bootstrap";
      import { pipeline } from "@sightglass/sdk";
      const telemetry = bootstrap();
      await pipeline("before", () => {});
      await telemetry.flush();
      console.log("flushed");
      // Blocked, so that nothing notices that the connection has gone.
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1500);
      await pipeline("after", () => {});`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: first.endpoint },
    );
    await program.printed("flushed");
    const { port } = first;
    await first.stop();
    const second = await Receiver.start(port);
    expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
    expect(second.spans.map((span) => span.name)).toEqual(["after"]);
    await second.stop();
  });

  it("rejects a part of what it accepts is quoted", async () => {
    const receiver = await Receiver.start();
    const message = "span 3 has no name";
    // ExportTraceServiceResponse{partial_success{rejected_spans: 1, error_message}}
    const partial = Buffer.concat([Buffer.from([0x08, 1, 0x12, message.length]), Buffer.from(message)]);
    const answer = Buffer.concat([Buffer.from([0x0a, partial.length]), partial]);
    receiver.behaviour = (_request, response) => Boolean(response.writeHead(200).end(answer));
    const { stderr } = await pipelineAgainst(receiver.endpoint);
    expect(stderr).toContain(message);
    await receiver.stop();
  });
});

function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(onConnection).listen(0, "127.0.0.1", () => resolve(server));
  });
}
