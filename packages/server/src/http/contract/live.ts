import type { RunStatus } from "./runs.ts";

/**
 * `GET /api/live?pipeline=&run=`: server-sent events that say what changed; the page reads it again.
 * `data` is one of these, the event name is its `type`.
 */
export type LiveEvent =
  | { type: "run"; runId: string; pipeline: string; status: RunStatus; updatedAt: string }
  | { type: "hello"; now: string; version: string };
