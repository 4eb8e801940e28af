import type { Span } from "@opentelemetry/api";
import { attributeNames as names, eventNames } from "./attribute-names.ts";
import { asText, safely } from "./safely.ts";

/** What may be said about a failed record. Its content is never kept. */
export interface FailureDetail {
  /** The record itself: only a SHA-256 of it is kept, so that the same record can be recognised again. */
  record?: unknown;
  /** A hash or an id of your own, kept instead of ours. */
  hash?: string;
}

/** Failed records of one reason that become events of their own. */
const samplesPerReasonMax = 5;
/** Reasons told apart; the rest are counted under `other`. With the summaries this stays below OpenTelemetry's limit
 * of 128 events on a span, so that none of them is dropped. */
const reasonsMax = 16;
const reasonCharsMax = 200;
const reasonUnknown = "unspecified";
const reasonOverflow = "other";

interface Tally {
  samples: number;
  /** Counted, but not yet in an event. */
  pending: number;
}

/** The failed records of one stage by reason: the first few of each as events, the rest as one event with a count. */
export class Failures {
  readonly #byReason = new Map<string, Tally>();

  add(span: Span, count: number, reason?: string, detail?: FailureDetail): void {
    if (!(count > 0)) return;
    const key = this.#reasonKey(reason);
    const tally = this.#byReason.get(key) ?? { samples: 0, pending: 0 };
    this.#byReason.set(key, tally);
    if (tally.samples >= samplesPerReasonMax || !span.isRecording()) {
      tally.pending += count;
      return;
    }
    tally.samples += 1;
    const hash = detail === undefined ? undefined : safely(() => hashOf(detail), undefined);
    span.addEvent(eventNames.recordFailed, {
      [names.failureReason]: key,
      [names.failureCount]: count,
      ...(hash === undefined ? {} : { [names.recordHash]: hash }),
    });
  }

  /** Writes what is not yet in an event, one event for each reason. The counts of all events then add up. */
  finish(span: Span): void {
    for (const [reason, tally] of this.#byReason) {
      if (tally.pending === 0) continue;
      span.addEvent(eventNames.recordFailed, { [names.failureReason]: reason, [names.failureCount]: tally.pending });
      tally.pending = 0;
    }
  }

  #reasonKey(reason: string | undefined): string {
    const key = typeof reason === "string" && reason !== "" ? reason.slice(0, reasonCharsMax) : reasonUnknown;
    return this.#byReason.has(key) || this.#byReason.size < reasonsMax - 1 ? key : reasonOverflow;
  }
}

/** The first 16 hexadecimal digits of the SHA-256 of a record: enough to recognise it, useless to read it. */
function hashOf(detail: FailureDetail): string | undefined {
  if (detail.hash !== undefined) return asText(detail.hash).slice(0, 64);
  if (detail.record === undefined) return undefined;
  const content =
    typeof detail.record === "string" || detail.record instanceof Uint8Array
      ? detail.record
      : JSON.stringify(detail.record, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  // Loaded when the first record fails, so that importing the SDK stays quick.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return createHash("sha256")
    .update(content ?? "undefined")
    .digest("hex")
    .slice(0, 16);
}
