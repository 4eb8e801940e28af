import { expect, it } from "vitest";
import { severityOf } from "./severity.ts";

it.each([
  ["2026-11-20 ERROR could not connect", 17],
  ["[error] lower case words are prose", 9],
  ["WARNING: deprecated", 13],
  ["12:00:01 INFO loaded, no ERROR found here", 17],
  ["DEBUG x", 5],
  ['{"level":"error","msg":"INFO"}', 17],
  ['{"severity":"WARNING","msg":"x"}', 13],
  ['{"level":"info","msg":"ERROR in the text"}', 9],
  ["Traceback (most recent call last):", 17],
  ["ValueError: bad", 17],
  ["java.lang.IllegalStateException: no", 17],
  ["panic: runtime error", 21],
  ["TERRORS are no errors", 9],
  ["plain words", 9],
  ["", 9],
])("%j is %i", (line, severity) => {
  expect(severityOf(line)).toBe(severity);
});
