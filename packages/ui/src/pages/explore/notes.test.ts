import { expect, it } from "vitest";
import { noteOf } from "./notes.ts";

it.each([
  ["1:5: parse error: unexpected <by>", "sum by", { message: "unexpected <by>", at: 4, place: "1:5" }],
  ["2:3: parse error: no", "sum(\n  x", { message: "no", at: 7, place: "2:3" }],
  [
    'PromQL info: metric might not be a counter: "x" (1:6)',
    "rate(x[5m])",
    { message: 'metric might not be a counter: "x"', at: 5, place: "1:6" },
  ],
  ['invalid parameter "query": 1:1: parse error: no', "x", { message: "no", at: 0, place: "1:1" }],
  ["query timed out", "up", { message: "query timed out", at: null, place: null }],
  ["PromQL warning: mixed", "up", { message: "mixed", at: null, place: null }],
  ["9:9: parse error: far", "up", { message: "far", at: 2, place: "9:9" }],
])("reads %j", (text, query, expected) => {
  expect(noteOf("warning", text, query)).toEqual({ level: "warning", ...expected });
});
