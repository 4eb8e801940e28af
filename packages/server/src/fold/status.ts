import type { RunStatus } from "../http/contract.ts";

/** The words that pipelines and orchestrators use for how something ended or stands, and what they mean here. */
const wordsOf: Record<RunStatus, readonly string[]> = {
  succeeded: [
    "succeeded",
    "success",
    "ok",
    "completed",
    "complete",
    "done",
    "finished",
    "pass",
    "passed",
    "reused",
    "no-op",
  ],
  failed: ["failed", "failure", "error", "crashed", "timeout", "timed_out", "up_for_retry", "fail", "shutdown"],
  skipped: ["skipped", "skip", "upstream_failed", "removed"],
  cancelled: ["cancelled", "canceled", "cancelling", "cancellation", "aborted", "restarting", "killed"],
  running: ["running", "started", "queued", "scheduled", "pending", "deferred", "paused", "up_for_reschedule"],
  lost: ["lost"],
};

const statusOfWords = new Map(
  (Object.keys(wordsOf) as RunStatus[]).flatMap((status) => wordsOf[status].map((word) => [word, status] as const)),
);

/** What a status word of a pipeline or an orchestrator means; null for a word that is not known, or none. */
export function statusOfWord(word: string | undefined): RunStatus | null {
  if (word === undefined) return null;
  // Python prints enumerations as TaskInstanceState.SUCCESS, dbt as NODE_OUTCOME_SUCCESS.
  const plain = word.replace(/^(\w+\.|node_outcome_|test_outcome_)/i, "").toLowerCase();
  return statusOfWords.get(plain) ?? null;
}

/**
 * Exceptions that say somebody stopped the work, by the last part of their type: it did not go wrong. Names of
 * JavaScript, Python, .NET, the JVM, Go and Prefect.
 */
const cancellations =
  /^(AbortError|CancelledError|Cancelled|Canceled|CancelledRun|TerminationSignal|KeyboardInterrupt|CancellationException|InterruptedException|OperationCanceledException|TaskCanceledException)$/;

export function isCancellation(exceptionType: string): boolean {
  return cancellations.test(exceptionType.slice(exceptionType.lastIndexOf(".") + 1));
}

/** How several executions that all belong to one thing stand together: the worst news wins, after that what goes on. */
export function combinedStatus(statuses: readonly RunStatus[]): RunStatus {
  for (const status of ["running", "failed", "lost", "cancelled", "succeeded"] as const)
    if (statuses.includes(status)) return status;
  return statuses.length === 0 ? "succeeded" : "skipped";
}
