import { diag, type DiagLogFunction, DiagLogLevel } from "@opentelemetry/api";

const levels: Readonly<Record<string, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

/**
 * Shows OpenTelemetry's diagnostics, in which all that goes wrong with telemetry is told in full, as lines on standard error: what a
 * program prints itself stays as it is. Without OTEL_LOG_LEVEL they are left to whoever calls `diag.setLogger`.
 *
 * @returns a function that takes that back
 */
export function showDiagnostics(
  level: string | undefined,
  complain: (problem: string) => void,
  write: (line: string) => void,
): () => void {
  if (level === undefined) return () => {};
  const logLevel = levels[level.toLowerCase()];
  if (logLevel === undefined) {
    complain(`OTEL_LOG_LEVEL="${level}" is none of ${Object.keys(levels).join(", ")}; it is not used`);
    return () => {};
  }
  const at =
    (name: string): DiagLogFunction =>
    (message, ...more) =>
      write([`OpenTelemetry ${name}: ${message}`, ...more.map(textOf)].join(" "));
  const logger = { error: at("error"), warn: at("warn"), info: at("info"), debug: at("debug"), verbose: at("verbose") };
  diag.setLogger(logger, { logLevel, suppressOverrideMessage: true });
  return () => diag.disable();
}

function textOf(part: unknown): string {
  if (part instanceof Error) return part.stack ?? part.message;
  return typeof part === "string"
    ? part
    : process.getBuiltinModule("node:util").inspect(part, { breakLength: Infinity });
}
