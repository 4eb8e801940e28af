import { type Attributes, type HrTime, ROOT_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { type LogAttributes, logs, SeverityNumber } from "@opentelemetry/api-logs";
import { eventNames, scopeName } from "./attribute-names.ts";
import { safely } from "./safely.ts";
import { version } from "./version.ts";

/** The log records that say what goes on before its span can. */
const announcements: ReadonlySet<string> = new Set([eventNames.runStart, eventNames.stageStart, eventNames.heartbeat]);

/** Whether somebody may be waiting to see it: what is announced is shown while it happens. */
export function isAnnouncement(eventName: string): boolean {
  return announcements.has(eventName);
}

/** Emits one, as a log record of `span`. Never throws. */
export function announce(span: Span, eventName: string, timestamp: HrTime, attributes: Attributes): void {
  safely(() => {
    logs.getLogger(scopeName, version).emit({
      eventName,
      timestamp,
      severityNumber: SeverityNumber.INFO,
      severityText: "INFO",
      context: trace.setSpan(ROOT_CONTEXT, span),
      attributes: known(attributes),
    });
  }, undefined);
}

export function toHrTime(epochMs: number): HrTime {
  const seconds = Math.trunc(epochMs / 1000);
  return [seconds, Math.round((epochMs - seconds * 1000) * 1e6)];
}

export function nanoseconds([seconds, nanos]: HrTime): string {
  return (BigInt(seconds) * 1_000_000_000n + BigInt(nanos)).toString();
}

/** Spans leave out what is undefined; log records would keep it as an empty value. */
function known(attributes: Attributes): LogAttributes {
  return Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
}
