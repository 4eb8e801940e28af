import { ROOT_CONTEXT } from "@opentelemetry/api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Counts } from "./counts.ts";
import { Scope } from "./scope.ts";
import { ManualClock } from "./testing/manual-clock.ts";
import { Memory } from "./testing/memory.ts";
import { Watch } from "./watch.ts";

let memory: Memory;
let clock: ManualClock;
let watch: Watch;
beforeEach(() => {
  memory = new Memory();
  clock = new ManualClock();
  watch = new Watch(clock);
});
afterEach(() => memory.remove());

function open(kind: "run" | "stage", within?: Scope): Scope {
  const scope = new Scope({
    kind,
    name: `the ${kind}`,
    attributes: () => ({ "pipeline.name": "p", "pipeline.run.id": "r" }),
    ...(within === undefined ? {} : { within }),
    parent: within?.context ?? ROOT_CONTEXT,
    clock,
  });
  watch.add(scope);
  return scope;
}

function close(scope: Scope): void {
  scope.succeed();
  watch.remove(scope);
}

const events = () => memory.logs.map((log) => log.eventName);

describe("announcements", () => {
  it("say at once that a run has begun, with what its span will say", () => {
    const run = open("run");
    const [log] = memory.logs;
    close(run);
    const span = memory.span("the run");
    expect(log).toMatchObject({ eventName: "pipeline.run.start", hrTime: span.startTime, severityNumber: 9 });
    expect(log?.spanContext).toMatchObject({ traceId: span.spanContext().traceId, spanId: span.spanContext().spanId });
    expect(log?.attributes).toEqual({
      "pipeline.span.name": "the run",
      "pipeline.name": "p",
      "pipeline.run.id": "r",
    });
  });

  it("come for a stage that is still open after a moment, with its parent's id", async () => {
    const run = open("run");
    open("stage", run);
    close(open("stage", run));
    await clock.advance(99);
    expect(events()).toEqual(["pipeline.run.start"]);
    await clock.advance(1);
    expect(events()).toEqual(["pipeline.run.start", "pipeline.stage.start"]);
    expect(memory.logs[1]?.attributes["pipeline.parent_span_id"]).toBe(run.span.spanContext().spanId);
  });
});

describe("heartbeats", () => {
  it("come every 10 s with the counts so far and the span's start", async () => {
    const run = open("run");
    const stage = open("stage", run);
    stage.counts = new Counts();
    stage.counts.read(5);
    await clock.advance(10_000);
    stage.counts.read(6);
    await clock.advance(10_000);
    const beats = memory.logs.filter((log) => log.eventName === "pipeline.heartbeat");
    expect(
      beats.map((beat) => [beat.attributes["pipeline.span.name"], beat.attributes["pipeline.records.read"]]),
    ).toEqual([
      ["the run", undefined],
      ["the stage", 5],
      ["the run", undefined],
      ["the stage", 11],
    ]);
    expect(beats.map((beat) => beat.hrTime[0])).toEqual([1010, 1010, 1020, 1020]);
    close(stage);
    const [seconds, nanos] = memory.span("the stage").startTime;
    expect(beats[1]?.attributes["pipeline.span.start_time_unix_nano"]).toBe(
      (BigInt(seconds) * 1_000_000_000n + BigInt(nanos)).toString(),
    );
  });

  it("carry attributes that were set meanwhile", async () => {
    open("run").setAttribute("pipeline.note", "half way");
    await clock.advance(10_000);
    expect(memory.logs.at(-1)?.attributes["pipeline.note"]).toBe("half way");
  });

  it("stop with the last run, and no timer stays", async () => {
    close(open("run"));
    await clock.advance(30_000);
    expect(events()).toEqual(["pipeline.run.start"]);
    expect(clock.timerCount).toBe(0);
  });
});

describe("the end of the process", () => {
  it("ends what is open, the innermost first", () => {
    const run = open("run");
    open("stage", run);
    watch.abandonAll("the process was ended by SIGTERM", "cancelled");
    expect(memory.spans.map((span) => [span.name, span.status.message, span.attributes["pipeline.status"]])).toEqual([
      ["the stage", "the process was ended by SIGTERM", "cancelled"],
      ["the run", "the process was ended by SIGTERM", "cancelled"],
    ]);
    close(run);
    expect(memory.spans).toHaveLength(2);
  });

  it("writes down the error that ended it", () => {
    open("run");
    watch.abandonAll("uncaught", "failed", new TypeError("boom"));
    expect(memory.span("the run").events[0]?.attributes?.["exception.message"]).toBe("boom");
  });
});
