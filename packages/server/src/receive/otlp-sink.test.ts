import { describe, expect, it } from "vitest";
import { systemClock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";
import { Gate } from "./gate.ts";
import { ingest } from "./otlp-sink.ts";
import { FakeSink } from "./testing/fake-sink.ts";

/** On this clock every step takes longer than a slice. */
let nowMs = 0;
const clock = { ...systemClock, monotonicMs: () => (nowMs += 1000) };

function context() {
  return { sink: new FakeSink(), clock, largeBodies: new Gate(1) };
}

function traces(spans: number, { name = "span", note = "" } = {}): Buffer {
  const one = (index: number) =>
    `{"traceId":"${"ab".repeat(16)}","spanId":"${(index + 1).toString(16).padStart(16, "0")}","name":"${name}",` +
    `"attributes":[{"key":"note","value":{"stringValue":"${note}"}}]}`;
  const list = Array.from({ length: spans }, (_, index) => one(index)).join(",");
  return Buffer.from(`{"resourceSpans":[{"scopeSpans":[{"spans":[${list}]}]}]}`);
}

const large = () => traces(3000, { name: "large", note: "x".repeat(1000) });
const json = (body: Buffer) => ({ signal: "spans" as const, encoding: "json" as const, body, receivedAtMs: 1 });

describe("a large body", () => {
  it("is one that is decoded in slices", () => {
    expect(large().length).toBeGreaterThan(limits.decodeAtOnceBytesMax.value);
  });

  it("lets a small one go before it", async () => {
    const { sink, ...rest } = context();
    const order: string[] = [];
    const slow = ingest({ sink, ...rest }, json(large())).then(() => order.push("large"));
    const quick = ingest({ sink, ...rest }, json(traces(1))).then(() => order.push("small"));
    await Promise.all([slow, quick]);
    expect(order).toEqual(["small", "large"]);
    expect(sink.spanBlock.rowCount).toBe(3001);
  });

  it("is stored as it would be at once", async () => {
    const [inSlices, atOnce] = [context(), context()];
    const outcome = await ingest(inSlices, json(large()));
    atOnce.clock = { ...clock, monotonicMs: () => 0 };
    expect(await ingest(atOnce, json(large()))).toEqual(outcome);
    const [sliced, whole] = [inSlices, atOnce].map(({ sink }) => Buffer.concat(sink.spanBlock.encode()));
    expect(sliced?.equals(whole ?? Buffer.alloc(0))).toBe(true);
  });

  it("with a fault leaves nothing behind, and the next one has its turn", async () => {
    const { sink, ...rest } = context();
    const broken = large();
    broken.write("!", broken.length - 10);
    const first = ingest({ sink, ...rest }, json(broken));
    const second = ingest({ sink, ...rest }, json(large()));
    await expect(first).rejects.toMatchObject({ code: "invalid_argument" });
    expect(await second).toMatchObject({ accepted: 3000 });
    expect(sink.spanBlock.rowCount).toBe(3000);
  });
});
