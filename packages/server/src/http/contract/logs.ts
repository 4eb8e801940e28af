import type { KeyValue } from "./values.ts";

/**
 * `GET /api/runs/ID/logs?stage=&severity=&q=&limit=&cursor=`, `GET /api/traces/ID/logs?span=&limit=&cursor=`: oldest
 * first. (`span` is one span id: the log records that were written inside it.)
 */
export interface LogsResponse {
  logs: LogRecord[];
  next: string | null;
}

export interface LogRecord {
  time: string;
  /** 1-24, 0 unset (OpenTelemetry logs data model). */
  severityNumber: number;
  severityText: string;
  body: string;
  service: string;
  traceId: string | null;
  spanId: string | null;
  attributes: KeyValue[];
}
