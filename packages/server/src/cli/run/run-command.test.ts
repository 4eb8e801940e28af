import { EventEmitter } from "node:events";
import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { systemClock } from "../../model/clock.ts";
import type { RunOptions } from "./options.ts";
import { randomIds } from "./random.ts";
import { runCommand, type RunIo } from "./run-command.ts";
import { type Receiver, startReceiver } from "./testing/receiver.ts";

type Write = (chunk: Buffer, done: (error?: Error) => void) => void;

/** Somebody who reads our output. */
class Sink extends Writable {
  readonly chunks: Buffer[] = [];

  constructor(accept: Write = (_chunk, done) => done()) {
    super({
      write: (chunk: Buffer, _encoding, done) => {
        this.chunks.push(chunk);
        accept(chunk, done);
      },
    });
  }
  get bytes(): Buffer {
    return Buffer.concat(this.chunks);
  }
  get text(): string {
    return this.bytes.toString();
  }
}

let receiver: Receiver;
let stdout: Sink;
let stderr: Sink;
let signals: EventEmitter;

beforeEach(async () => {
  receiver = await startReceiver();
  stdout = new Sink();
  stderr = new Sink();
  signals = new EventEmitter();
});
afterEach(() => receiver.stop());

const node = (code: string): [string, ...string[]] => [process.execPath, "-e", code];
const shell = (code: string): [string, ...string[]] => ["/bin/sh", "-c", code];
/** A command that does something, and ends when it gets SIGUSR1. */
const untilSigusr1 = (code: string) => shell(`trap 'exit 0' USR1; ${code}; while :; do sleep 0.05; done`);

function run(
  command: [string, ...string[]],
  options: Partial<RunOptions> = {},
  environment: RunIo["environment"] = {},
) {
  const io: RunIo = {
    stdout,
    stderr,
    environment: { PATH: process.env["PATH"], OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, ...environment },
    clock: systemClock,
    send: fetch,
    signals,
    isOnTerminal: false,
    hostName: "test-host",
    ids: randomIds,
  };
  return runCommand({ keepsOutput: true, ...options, command }, io);
}

const spanOf = (kind: "run" | "stage") => {
  const found = receiver.spans.find((span) => (span.attributes["pipeline.kind"] === "run") === (kind === "run"));
  if (found === undefined) throw new Error(`no ${kind} span`);
  return found;
};
const outputLogs = () => receiver.logs.filter((log) => log.eventName === "");

describe("a command becomes a run", () => {
  it("sends a run and a stage with what the flags say", async () => {
    const code = await run(shell("exit 0"), {
      pipeline: "nightly",
      stage: "load",
      partition: "2001-01-13",
      source: { system: "s3", table: "bucket/key" },
      sink: { system: "postgresql", table: "public.orders" },
    });
    expect(code).toBe(0);
    const [runSpan, stage] = [spanOf("run"), spanOf("stage")];
    expect(runSpan).toMatchObject({ name: "nightly", parentSpanId: "", statusCode: 1 });
    expect(runSpan.attributes).toMatchObject({
      "pipeline.name": "nightly",
      "pipeline.kind": "run",
      "pipeline.partition.key": "2001-01-13",
      "process.exit.code": 0,
    });
    expect(stage).toMatchObject({ name: "load", parentSpanId: runSpan.spanId, traceId: runSpan.traceId });
    expect(stage.attributes).toMatchObject({
      "pipeline.stage": "load",
      "pipeline.attempt": 1,
      "pipeline.run.id": runSpan.attributes["pipeline.run.id"],
      "pipeline.source.system": "s3",
      "pipeline.source.table": "bucket/key",
      "pipeline.sink.system": "postgresql",
      "pipeline.sink.table": "public.orders",
      "process.executable.name": "sh",
    });
    expect(runSpan.resource).toMatchObject({ "service.name": "nightly", "host.name": "test-host" });
  });

  it("announces the run and the stage while the command runs", async () => {
    const ended = run(untilSigusr1("echo ready"));
    await expect
      .poll(() => receiver.logs.slice(0, 2).map((log) => log.eventName))
      .toEqual(["pipeline.run.start", "pipeline.stage.start"]);
    expect(receiver.spans).toEqual([]);
    await expect.poll(() => stdout.text).toBe("ready\n");
    signals.emit("SIGUSR1");
    await ended;
    const [runStart, stageStart] = receiver.logs;
    expect(runStart).toMatchObject({ traceId: spanOf("run").traceId, spanId: spanOf("run").spanId });
    expect(runStart?.attributes["pipeline.span.name"]).toBe("sh");
    expect(stageStart?.spanId).toBe(spanOf("stage").spanId);
    expect(stageStart?.attributes["pipeline.parent_span_id"]).toBe(spanOf("run").spanId);
  });

  it("hands the trace and the address to the command", async () => {
    await run(node("console.log(JSON.stringify(process.env))"), { pipeline: "a b" }, { BAGGAGE: "k=v" });
    const seen = JSON.parse(stdout.text) as Record<string, string>;
    const stage = spanOf("stage");
    expect(seen["TRACEPARENT"]).toBe(`00-${stage.traceId}-${stage.spanId}-01`);
    expect(seen["BAGGAGE"]).toBe("k=v");
    expect(seen["OTEL_EXPORTER_OTLP_ENDPOINT"]).toBe(receiver.endpoint);
    expect(seen["OTEL_RESOURCE_ATTRIBUTES"]).toContain("pipeline.name=a%20b,pipeline.run.id=");
  });

  it("tells the command where --endpoint points, and that it is HTTP", async () => {
    await run(
      node("console.log(JSON.stringify(process.env))"),
      { endpoint: receiver.endpoint },
      {
        OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:1",
      },
    );
    expect(JSON.parse(stdout.text)).toMatchObject({
      OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
    });
    expect(receiver.spans).toHaveLength(2);
  });

  it("continues the trace of its own parent", async () => {
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    await run(shell("echo $TRACESTATE"), {}, { TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01`, TRACESTATE: "a=1" });
    expect(spanOf("run")).toMatchObject({ traceId, parentSpanId: "b7ad6b7169203331" });
    expect(stdout.text).toBe("a=1\n");
  });

  it("sends nothing for a trace that is not sampled, but hands it on", async () => {
    const parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";
    await run(shell("echo $TRACEPARENT"), {}, { TRACEPARENT: parent });
    expect(stdout.text).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-00\n$/);
    expect(receiver.headers).toEqual([]);
  });

  it("sends the headers of OTEL_EXPORTER_OTLP_HEADERS", async () => {
    await run(shell("exit 0"), {}, { OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20secret" });
    expect(receiver.headers[0]).toMatchObject({ authorization: "Bearer secret" });
  });
});

describe("exit codes", () => {
  it.each([
    ["its own", shell("exit 3"), 3],
    ["128 + n for a signal", shell("kill -9 $$"), 137],
    ["127 for a command that is not there", ["/no/such/command"], 127],
    ["126 for a file that cannot be run", ["/etc/passwd"], 126],
  ] as [string, [string, ...string[]], number][])("%s", async (_name, command, expected) => {
    expect(await run(command)).toBe(expected);
    expect(spanOf("run").statusCode).toBe(2);
    expect(spanOf("run").attributes["process.exit.code"]).toBe(expected);
    expect(spanOf("stage").events.at(-1)?.name).toBe("exception");
  });

  it("says what went wrong, with the end of the standard error", async () => {
    await run(node("console.error('first'); throw new Error('boom')"));
    const exception = spanOf("stage").events.at(-1);
    expect(exception?.attributes["exception.message"]).toBe("the command ended with exit code 1");
    expect(exception?.attributes["exception.stacktrace"]).toMatch(/first[^]*Error: boom/);
  });

  it("says it with the end of the standard output when the command wrote to nothing else", async () => {
    await run(shell("for i in $(seq 30); do echo model $i; done; echo 'Failure in model broken'; exit 1"));
    const lines = String(spanOf("stage").events.at(-1)?.attributes["exception.stacktrace"]).split("\n");
    expect(lines).toHaveLength(20);
    expect(lines.at(-1)).toBe("Failure in model broken");
  });
});

describe("signals", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("forwards %s and calls a run it ended cancelled", async (signal) => {
    const ended = run(shell("echo ready; exec sleep 30"));
    await expect.poll(() => stdout.text).toBe("ready\n");
    signals.emit(signal);
    expect(await ended).toBe(signal === "SIGTERM" ? 143 : 130);
    expect(spanOf("run").attributes["pipeline.status"]).toBe("cancelled");
    expect(signals.eventNames()).toEqual([]);
  });

  it("leaves the decision to the command", async () => {
    const ended = run(shell("trap 'exit 5' TERM; echo ready; while :; do sleep 0.05; done"));
    await expect.poll(() => stdout.text).toBe("ready\n");
    signals.emit("SIGTERM");
    expect(await ended).toBe(5);
    expect(spanOf("run").attributes["pipeline.status"]).toBeUndefined();
  });
});

describe("output", () => {
  it("passes both streams through byte for byte", async () => {
    const bytes = "Buffer.from(Array.from({length: 300000}, (_, i) => (i * 7919) % 256))";
    await run(node(`process.stdout.write(${bytes}); process.stderr.write("err\\r\\nno newline")`));
    const expected = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919) % 256));
    expect(stdout.bytes.equals(expected)).toBe(true);
    expect(stderr.text).toBe("err\r\nno newline");
  });

  it("lets the command open its own streams by name", async () => {
    expect(await run(shell("echo out > /dev/stdout && echo err > /dev/stderr && echo copy | tee /dev/stderr"))).toBe(0);
    expect(stdout.text).toBe("out\ncopy\n");
    expect(stderr.text).toBe("err\ncopy\n");
  });

  it("passes output on as it comes, not at the end", async () => {
    const ended = run(untilSigusr1("printf first"));
    await expect.poll(() => stdout.text).toBe("first");
    signals.emit("SIGUSR1");
    await ended;
  });

  it("keeps lines as log records of the stage", async () => {
    await run(shell("printf 'one\\n\\033[31mERROR two\\033[0m\\n'; printf '10%%\\r20%%\\rthree' >&2"));
    expect(outputLogs().map((log) => [log.attributes["log.iostream"], log.severity, log.body])).toEqual(
      expect.arrayContaining([
        ["stdout", 9, "one"],
        ["stdout", 17, "ERROR two"],
        ["stderr", 9, "three"],
      ]),
    );
    expect(outputLogs()[0]).toMatchObject({ traceId: spanOf("stage").traceId, spanId: spanOf("stage").spanId });
  });

  it("keeps a bounded part of endless output, and says how much it left out", async () => {
    await run(node("for (let i = 0; i < 30000; i++) process.stdout.write('line ' + i + '\\n')"));
    expect(stdout.text.split("\n")).toHaveLength(30_001);
    const kept = outputLogs();
    expect(kept.length).toBeGreaterThanOrEqual(10_000);
    expect(kept.length).toBeLessThan(25_000);
    const last = kept.at(-1);
    expect(last?.attributes["sightglass.lines_skipped"]).toBe(30_000 - (kept.length - 1));
  });

  it("keeps the beginning of a line that is too long", async () => {
    await run(node("process.stdout.write('x'.repeat(100000) + '\\nnext\\n')"));
    const [long, next] = outputLogs();
    expect(String(long?.body)).toBe("x".repeat(16 * 1024));
    expect(long?.attributes["sightglass.line_truncated"]).toBe(true);
    expect(next?.body).toBe("next");
  });

  it("ends the command when the reader of its output is gone, as a shell would", async () => {
    stdout = new Sink((_chunk, done) => done(new Error("EPIPE")));
    expect(await run(["yes"])).toBe(141);
  });

  it("waits for a slow reader, with nothing lost", async () => {
    stdout = new Sink((_chunk, done) => void setTimeout(done, 30));
    await run(node("process.stdout.write('x'.repeat(500000))"));
    expect(stdout.bytes.byteLength).toBe(500_000);
    expect(stdout.chunks.length).toBeGreaterThan(1);
  });

  it("does not wait for a process that the command left behind", async () => {
    expect(await run(shell("sleep 600 & echo $!"))).toBe(0);
    process.kill(Number(stdout.text));
  });

  it("has what comes from there after the end while this process had no time to read", async () => {
    setTimeout(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000), 150);
    expect(await run(shell("(sleep 0.3; echo late) & exit 0"))).toBe(0);
    expect(stdout.text).toBe("late\n");
  });
});

describe("row counts", () => {
  it("reads them from the output, adds them up, and passes the lines through", async () => {
    const lines = [
      '::sightglass read=60 written=50 failed=2 reason="bad date"::',
      '{"sightglass":{"read":40,"written":40,"failed":{"bad date":1,"no key":4},"filtered":3,"bytes":1000}}',
    ];
    await run(node(`console.log(${JSON.stringify(lines[0])}); console.error(${JSON.stringify(lines[1])})`));
    expect(stdout.text).toBe(`${lines[0]}\n`);
    expect(spanOf("stage").attributes).toMatchObject({
      "pipeline.records.read": 100,
      "pipeline.records.written": 90,
      "pipeline.records.failed": 7,
      "pipeline.records.filtered": 3,
      "pipeline.bytes.processed": 1000,
    });
    expect(spanOf("stage").attributes["pipeline.records.deduplicated"]).toBeUndefined();
    expect(spanOf("stage").events.map((event) => event.attributes)).toEqual([
      { "pipeline.failure.reason": "bad date", "pipeline.failure.count": 3 },
      { "pipeline.failure.reason": "no key", "pipeline.failure.count": 4 },
    ]);
    expect(outputLogs()).toEqual([]);
  });

  it("warns once about lines that cannot be read, and keeps them as output", async () => {
    await run(shell("echo '::sightglass read=many::'; echo '::sightglass rows=1::'"));
    expect(stderr.text.match(/sightglass run:/g)).toHaveLength(1);
    expect(stderr.text).toContain(': read="many" is not a whole number of rows');
    expect(stderr.text).not.toContain("Error");
    expect(outputLogs()).toHaveLength(2);
  });
});

describe("without a server", () => {
  it("runs the command all the same, with one warning", async () => {
    await receiver.stop();
    expect(await run(shell("echo out; exit 4"))).toBe(4);
    expect(stdout.text).toBe("out\n");
    expect(stderr.text.match(/sightglass run:/g)).toHaveLength(1);
    expect(stderr.text).toContain("ECONNREFUSED");
    receiver = await startReceiver();
  });

  it("runs the command all the same when the server refuses", async () => {
    receiver.status = 401;
    expect(await run(shell("exit 0"))).toBe(0);
    expect(stderr.text).toContain("HTTP 401");
  });

  it("ends within its limit when the server never answers, with one warning", async () => {
    receiver.status = 0;
    expect(await run(shell("exit 6"))).toBe(6);
    expect(stderr.text.match(/sightglass run:/g)).toHaveLength(1);
  });

  it("sends nothing with OTEL_SDK_DISABLED", async () => {
    await run(shell("exit 0"), {}, { OTEL_SDK_DISABLED: "true" });
    expect(receiver.headers).toEqual([]);
    expect(stderr.text).toBe("");
  });

  it.each(["OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"])(
    "runs the command all the same when %s is no URL, with one warning",
    async (name) => {
      expect(await run(shell("echo started; exit 3"), {}, { [name]: "collector:4317" })).toBe(3);
      expect(stdout.text).toBe("started\n");
      expect(stderr.text).toMatch(/^sightglass run: telemetry is not sent \(.*"collector:4317.* is not .* URL.*\)/);
      expect(stderr.text.trim().split("\n")).toHaveLength(1);
      expect(receiver.spans).toEqual([]);
    },
  );

  it("refuses an endpoint that is no URL before it starts anything", async () => {
    await expect(run(shell("echo started"), { endpoint: "localhost" })).rejects.toThrow(/not an http or https URL/);
    expect(stdout.text).toBe("");
  });
});
