import type { ServerResponse } from "node:http";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { useWorkshop } from "../testing/hooks.ts";
import { type Behaviour, Receiver } from "../testing/receiver.ts";

/** Whatever the server does, the pipeline's result stays the same, it never waits for the server, and there is at most one line. */
const workshop = useWorkshop();

const source = `
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { pipeline } from "@sightglass/sdk";
  bootstrap({ service: "chaos", exitTimeoutMs: 500 });
  let rows = 0;
  for (let i = 0; i < 40; i++)
    rows += await pipeline("p", (run) => run.stage("s", async (stage) => {
      stage.read(10);
      await new Promise((resolve) => setTimeout(resolve, 20));
      return 10;
    }));
  console.log("rows " + rows);
`;

/** Where everything must arrive, the program's end may take its time. */
const patient = source.replace("exitTimeoutMs: 500", "exitTimeoutMs: 20_000");

/** Runs the pipeline to its end; what it wrote to standard error. */
async function pipelineAgainst(endpoint: string, program = source): Promise<string> {
  const { ended } = workshop.start("chaos.mjs", program, { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint });
  const result = await ended;
  expect(result).toMatchObject({ code: 0, stdout: "rows 400\n" });
  expect(result.stderr.split("\n").filter((line) => line !== "").length).toBeLessThanOrEqual(1);
  return result.stderr;
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
  ["resets the connection", (request) => Boolean(request.socket.resetAndDestroy())],
  ["ends the connection after the head", (_request, response) => hangUp(response.writeHead(200))],
  ["answers without an end", (_request, response) => flood(response.writeHead(200))],
  ["answers a byte at a time", (_request, response) => drip(response.writeHead(200))],
  [
    "answers 200 and garbage that says it is gzip",
    (_request, response) => Boolean(response.writeHead(200, { "content-encoding": "gzip" }).end("garbage")),
  ],
  ["answers 400", (_request, response) => Boolean(response.writeHead(400).end("no"))],
  ["redirects", (_request, response) => Boolean(response.writeHead(302, { location: "/elsewhere" }).end())],
];

/** Writes as fast as it is read. */
function flood(response: ServerResponse): true {
  const write = () => void (response.destroyed || response.write(Buffer.alloc(65_536), () => setImmediate(write)));
  write();
  return true;
}

function hangUp(response: ServerResponse): true {
  response.flushHeaders();
  response.socket?.end();
  return true;
}

function drip(response: ServerResponse): true {
  const timer = setInterval(() => response.write("."), 100);
  response.once("close", () => clearInterval(timer));
  return true;
}

describe("a server that", () => {
  it.each(misbehaviours)("%s", async (_name, behaviour) => {
    const receiver = await Receiver.start();
    receiver.behaviour = behaviour;
    await pipelineAgainst(receiver.endpoint);
    expect(receiver.requests.length).toBeGreaterThan(0);
    await receiver.stop();
  });

  it("answers nothing before the pipeline is over: the pipeline did not wait for it, and nothing is lost", async () => {
    const receiver = await Receiver.start();
    let isOver = false;
    const held: (() => void)[] = [];
    receiver.behaviour = (request, response, body) => {
      if (isOver) return false;
      held.push(() => receiver.answer(request, response, body));
      return true;
    };
    const program = workshop.start("held.mjs", patient, {
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_TIMEOUT: "600000",
    });
    await program.printed("rows 400");
    isOver = true;
    expect(held.length).toBeGreaterThan(0);
    for (const answer of held) answer();
    expect(await program.ended).toMatchObject({ code: 0, stderr: "" });
    expect(new Set(receiver.spans.map(({ spanId }) => spanId)).size).toBe(80);
    expect(receiver.spans).toHaveLength(80);
    await receiver.stop();
  });

  it("is not there", async () => {
    expect(await pipelineAgainst("http://127.0.0.1:1")).toMatch(
      /^sightglass: http:\/\/127\.0\.0\.1:1\/v1\/\w+ does not take [^\n]+ECONNREFUSED[^\n]+\n$/,
    );
  });

  it("has a name that nobody knows", async () => {
    // Too long for a label, so that no name server is asked, which may take its time.
    expect(await pipelineAgainst(`http://${"a".repeat(64)}.invalid:4318`)).toMatch(
      /does not take .*\((?:getaddrinfo|.*ENOTFOUND|.*EAI_AGAIN)/,
    );
  });

  it("takes connections and nothing else", async () => {
    const sockets = new Set<Socket>();
    const silent = await listen((socket) => void sockets.add(socket.pause()));
    const { port } = silent.address() as AddressInfo;
    await pipelineAgainst(`http://127.0.0.1:${port}`);
    for (const socket of sockets) socket.destroy();
    silent.close();
  });

  it("comes back has everything", async () => {
    const receiver = await Receiver.start();
    let refusals = 0;
    receiver.behaviour = (_request, response) => (refusals += 1) <= 3 && Boolean(response.writeHead(503).end());
    await pipelineAgainst(receiver.endpoint, patient);
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
      import { existsSync } from "node:fs";
      const telemetry = bootstrap();
      await pipeline("before", () => {});
      await telemetry.flush();
      console.log("flushed");
      // Blocked, so that nothing notices that the connection has gone.
      while (!existsSync("restarted")) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
      await pipeline("after", () => {});`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: first.endpoint },
    );
    await program.printed("flushed");
    const { port } = first;
    await first.stop();
    const second = await Receiver.start(port);
    workshop.write("restarted", "");
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
    expect(await pipelineAgainst(receiver.endpoint)).toContain(message);
    await receiver.stop();
  });
});

function listen(onConnection: (socket: Socket) => void): Promise<Server> {
  return new Promise((resolve) => {
    const server = createServer(onConnection).listen(0, "127.0.0.1", () => resolve(server));
  });
}
