import { useQuery } from "@tanstack/react-query";
import type { LogRecord, LogsResponse, SpanDetail } from "sightglass/contract";
import { getJson, withParameters } from "../../api/client.ts";
import { formatExact, formatTimeOfDay } from "../../format/time.ts";
import { Button } from "../../primitives/button.tsx";
import { Section } from "./section.tsx";

const shownMax = 100;

/** The log records written inside the span, oldest first. */
export function SpanLogs({ traceId, span }: { traceId: string; span: SpanDetail }) {
  const logs = useQuery({
    queryKey: ["trace", traceId, "logs", span.spanId],
    queryFn: ({ signal }) =>
      getJson<LogsResponse>(
        withParameters(`/api/traces/${encodeURIComponent(traceId)}/logs`, { span: span.spanId, limit: shownMax }),
        signal,
      ),
    staleTime: 10_000,
  });
  if (logs.error !== null) {
    return (
      <p className="span-section-empty" role="alert">
        Logs <span>could not be read: {logs.error.message}</span>
        <Button variant="quiet" onClick={() => void logs.refetch()}>
          Try again
        </Button>
      </p>
    );
  }
  if (logs.data === undefined) {
    return (
      <p className="span-section-empty">
        Logs <span>reading…</span>
      </p>
    );
  }
  return (
    <Section title="Logs" count={logs.data.logs.length}>
      <ol className="span-logs">
        {logs.data.logs.map((log, index) => (
          <LogLine key={`${log.time} ${index}`} log={log} />
        ))}
      </ol>
      {logs.data.next === null ? null : <p className="span-note">The first {shownMax} are shown.</p>}
    </Section>
  );
}

function LogLine({ log }: { log: LogRecord }) {
  const level = log.severityNumber >= 17 ? "error" : log.severityNumber >= 13 ? "warn" : "info";
  return (
    <li className={`span-log is-${level}`}>
      <time dateTime={log.time} title={formatExact(log.time)}>
        {formatTimeOfDay(log.time)}
      </time>
      <span className="span-log-level">{log.severityText || "LOG"}</span>
      <span className="span-log-body">{log.body}</span>
    </li>
  );
}
