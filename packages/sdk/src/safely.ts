import { diag } from "@opentelemetry/api";

/**
 * Runs a piece of telemetry so that nothing it throws reaches the pipeline: what is thrown goes to OpenTelemetry's
 * diagnostics, and `fallback` is the result.
 */
export function safely<T>(work: () => T, fallback: T): T {
  try {
    return work();
  } catch (thrown) {
    try {
      diag.error("sightglass: telemetry failed; the pipeline goes on", thrown);
    } catch {
      // The diagnostics logger is the user's; if it throws too, there is nobody left to tell.
    }
    return fallback;
  }
}

/** Text from a value that the types call a string, but that plain JavaScript may have made anything. */
export function asText(value: unknown): string {
  return typeof value === "string" ? value : safely(() => String(value), "");
}

/** The name of what was thrown, of an error its own. An error may be anything, a getter that throws among it. */
export function nameOfThrown(thrown: unknown): string {
  return safely(() => (thrown instanceof Error ? asText(thrown.name) : typeof thrown), "Error");
}
