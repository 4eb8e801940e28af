import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../model/clock.ts";
import { ClientGone } from "./body.ts";
import { endUnread } from "./end-unread.ts";
import { type OtlpRefusal, refusalOf, retryAfterSeconds } from "./otlp-status.ts";
import type { ReceiverStats } from "./receiver-stats.ts";

export interface RefuseOptions {
  readonly stats: ReceiverStats;
  readonly clock: Clock;
  /** Told of errors of the catalogue's code `internal`, whose text the client does not get. */
  readonly onInternalError: (error: unknown) => void;
  /** What `Allow` says to a method that is not possible here. */
  readonly allow: string;
  /** Writes status, body and the headers of its protocol. Not called when there is nobody left to answer. */
  readonly answer: (refusal: OtlpRefusal) => void;
}

/**
 * What all receivers over HTTP do with an error: nothing more when the client has gone; else count it, and say what HTTP
 * has a header for (RFC 9110).
 */
export function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  error: unknown,
  { stats, clock, onInternalError, allow, answer }: RefuseOptions,
): void {
  if (error instanceof ClientGone) {
    response.destroy();
    return;
  }
  const refusal = refusalOf(error);
  stats.refuse(refusal.code);
  if (refusal.code === "internal") onInternalError(error);
  if (response.destroyed || response.headersSent) return;
  if (refusal.retryAfterMs !== undefined) response.setHeader("Retry-After", retryAfterSeconds(refusal.retryAfterMs));
  if (refusal.code === "method_not_allowed") response.setHeader("Allow", allow);
  if (refusal.code === "unauthenticated") response.setHeader("WWW-Authenticate", 'Bearer realm="sightglass"');
  answer(refusal);
  endUnread(request, clock);
}
