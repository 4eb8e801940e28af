import type { KeyValue } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { isProfileEvent, readProfile } from "./profile-events.ts";

const event = (name: string, values: Record<string, string | number> = {}) => ({
  timeUnixNano: "0",
  name,
  droppedAttributesCount: 0,
  attributes: Object.entries(values).map(([key, value]): KeyValue => ({
    key,
    value: typeof value === "string" ? { stringValue: value } : { doubleValue: value },
  })),
});
const part = (number: number, folded: string) =>
  event("pipeline.profile.stacks", { "pipeline.profile.part": number, "pipeline.profile.folded": folded });

describe("a profile in a span's events", () => {
  it("is put together, whatever the order of its parts", () => {
    const events = [
      event("exception"),
      part(1, "b 2\n"),
      event("pipeline.profile", {
        "pipeline.profile.reason": "slow",
        "pipeline.profile.duration_ms": 1000.5,
        "pipeline.profile.idle_ms": 10,
        "pipeline.profile.samples": 200,
        "pipeline.profile.expected_ms": 400,
      }),
      part(0, "a 1\n"),
      event("pipeline.profile.function", {
        "code.function.name": "parse",
        "code.file.path": "src/a.ts",
        "code.line.number": 3,
        "pipeline.profile.self_ms": 1.5,
        "pipeline.profile.total_ms": 2,
      }),
    ];
    expect(readProfile({ events })).toEqual({
      reason: "slow",
      durationMs: 1000.5,
      idleMs: 10,
      expectedMs: 400,
      sampleCount: 200,
      functions: [{ name: "parse", place: "src/a.ts:3", selfMs: 1.5, totalMs: 2 }],
      folded: "a 1\nb 2\n",
    });
    expect(events.map(({ name }) => isProfileEvent(name))).toEqual([false, true, true, true, true]);
  });

  it("is none without its summary", () => {
    expect(readProfile({ events: [part(0, "a 1\n")] })).toBeNull();
  });

  it("is shown as far as it is there", () => {
    const events = [
      event("pipeline.profile"),
      event("pipeline.profile.function", { "code.function.name": "(program)" }),
    ];
    expect(readProfile({ events })).toMatchObject({
      reason: "",
      expectedMs: null,
      folded: "",
      functions: [{ name: "(program)", place: "", selfMs: 0 }],
    });
  });
});
