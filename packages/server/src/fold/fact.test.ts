import { describe, expect, it } from "vitest";
import { factOf, type FactRow } from "./fact.ts";

const row: FactRow = {
  fact: "span",
  insertedAtMs: 0,
  traceId: "",
  spanId: "",
  parentId: "",
  service: "",
  resource: "",
  scope: "",
  name: "",
  startMicros: 0,
  durationMicros: 0,
  statusCode: 0,
  statusMessage: "",
  attributes_string: {},
  attributes_int: {},
  attributes_double: {},
  attributes_bool: {},
  exception: "",
  stateEvent: "",
  linkSpanIds: [],
};

describe("the times of a span", () => {
  const endMicros = 1_790_000_000_000_000;
  it.each([
    ["its own", { startMicros: endMicros - 5000, durationMicros: 5000 }, endMicros / 1000 - 5, endMicros / 1000],
    ["an end before the start", { startMicros: endMicros, durationMicros: -7000 }, endMicros / 1000, endMicros / 1000],
    ["no start", { startMicros: 0, durationMicros: endMicros }, endMicros / 1000, endMicros / 1000],
    ["neither", { startMicros: 0, durationMicros: 0 }, 0, 0],
  ])("%s", (_case, times, timeMs, endMs) => {
    expect(factOf({ ...row, ...times })).toMatchObject({ timeMs, endMs });
  });
});
