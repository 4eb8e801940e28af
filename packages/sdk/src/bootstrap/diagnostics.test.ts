import { diag } from "@opentelemetry/api";
import { afterEach, describe, expect, it } from "vitest";
import { showDiagnostics } from "./diagnostics.ts";

let hide = () => {};
afterEach(() => hide());

function linesAt(level: string | undefined): { lines: string[]; problems: string[] } {
  const lines: string[] = [];
  const problems: string[] = [];
  hide = showDiagnostics(
    level,
    (problem) => problems.push(problem),
    (line) => lines.push(line),
  );
  diag.error("broken", new Error("why"));
  diag.warn("odd", { a: 1 });
  diag.debug("fine");
  return { lines, problems };
}

describe("OTEL_LOG_LEVEL", () => {
  it("decides what is shown of OpenTelemetry's diagnostics", () => {
    const { lines, problems } = linesAt("WARN");
    expect(problems).toEqual([]);
    expect(lines).toEqual([
      expect.stringMatching(/^OpenTelemetry error: broken Error: why\n/),
      "OpenTelemetry warn: odd { a: 1 }",
    ]);
  });

  it.each([[undefined], ["none"]])("of %s shows nothing", (level) => {
    expect(linesAt(level)).toEqual({ lines: [], problems: [] });
  });

  it("that is not known is reported", () => {
    const { lines, problems } = linesAt("loud");
    expect(lines).toEqual([]);
    expect(problems).toEqual([
      'OTEL_LOG_LEVEL="loud" is none of none, error, warn, info, debug, verbose, all; it is not used',
    ]);
  });
});
