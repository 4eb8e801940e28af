import { logs, SeverityNumber } from "@opentelemetry/api-logs";

/** The log of one pipeline, over OpenTelemetry: a record belongs to the span that is active where it is written. */
export interface PipelineLog {
  info(body: string): void;
  warn(body: string): void;
}

export function logOf(pipeline: string): PipelineLog {
  const write = (severityNumber: SeverityNumber, severityText: string) => (body: string) =>
    logs.getLogger(pipeline).emit({ severityNumber, severityText, body });
  return { info: write(SeverityNumber.INFO, "INFO"), warn: write(SeverityNumber.WARN, "WARN") };
}
