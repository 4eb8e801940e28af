import type { AnyValue } from "@opentelemetry/api-logs";
import type { SdkLogRecord } from "@opentelemetry/sdk-logs";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import type { PersonalDataFilter } from "./personal-data.ts";

/** Cleans an ended span in place: attributes, events, links and the status. Returns true when it has. */
export function cleanSpan(span: ReadableSpan, filter: PersonalDataFilter | undefined): boolean {
  if (filter === undefined) return true;
  filter.clean(span.attributes);
  for (const { attributes } of [...span.events, ...span.links]) if (attributes !== undefined) filter.clean(attributes);
  if (span.status.message !== undefined) span.status.message = filter.text(span.status.message);
  return true;
}

/** Cleans a record in place: attributes and the body. Returns true when it has. */
export function cleanLogRecord(record: SdkLogRecord, filter: PersonalDataFilter | undefined): boolean {
  if (filter === undefined) return true;
  filter.clean(record.attributes);
  if (record.body !== undefined) record.setBody(filter.value(record.body) as AnyValue);
  return true;
}
