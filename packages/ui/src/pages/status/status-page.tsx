import { useQuery } from "@tanstack/react-query";
import type { StatusResponse } from "sightglass/contract";
import { useState } from "react";
import { statusQuery } from "../../api/queries.ts";
import { countOf } from "../../format/count.ts";
import { formatRelative } from "../../format/time.ts";
import { useNow } from "../../format/use-now.ts";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { StatusShape } from "../../primitives/status.tsx";
import { VerdictLine } from "../../primitives/verdict.tsx";
import { useTitle } from "../../shell/use-title.ts";
import { CardinalityPanel } from "./cardinality-panel.tsx";
import { LedgerPanel } from "./ledger-panel.tsx";
import { LedgerWatch } from "./ledger-check.ts";
import { findProblems, type LedgerVerdicts, type Problem } from "./problems.ts";
import { ProcessPanel } from "./process-panel.tsx";
import { ReceiversPanel } from "./receivers-panel.tsx";
import { SpoolPanel } from "./spool-panel.tsx";
import { StoragePanel } from "./storage-panel.tsx";
import { useRates } from "./use-rates.ts";
import "./status.css";

/** `/status`: Sightglass itself. What is wrong comes first, with what to do. */
export function StatusPage() {
  const { data, error, refetch, dataUpdatedAt } = useQuery(statusQuery());
  const [watch] = useState(() => new LedgerWatch());
  const rates = useRates(data);
  const verdicts = data === undefined ? {} : judge(watch, data);
  const problems = data === undefined ? [] : findProblems(data, verdicts);
  useTitle(problems.length > 0 ? `Status: ${countOf(problems.length, "problem")}` : "Status");
  return (
    <div className="page status-page">
      <div className="page-head">
        <h1>Status</h1>
        {data === undefined ? null : (
          <span className="muted">
            Sightglass {data.version}, data in <code>{data.dataDir}</code>
          </span>
        )}
      </div>
      {data === undefined ? (
        error === null ? (
          <StatusSkeleton />
        ) : (
          <ErrorState what="the status" error={error} onRetry={() => void refetch()} />
        )
      ) : (
        <>
          {error === null ? null : <Stale readAtMs={dataUpdatedAt} message={error.message} />}
          <Verdict problems={problems} isStale={error !== null} />
          <LedgerPanel ledger={data.ledger} verdicts={verdicts} rates={rates} />
          <SpoolPanel spool={data.spool} />
          <StoragePanel storage={data.storage} />
          <CardinalityPanel cardinality={data.cardinality} />
          <ReceiversPanel receivers={data.receivers} />
          <ProcessPanel status={data} />
        </>
      )}
    </div>
  );
}

function judge(watch: LedgerWatch, { ledger, now }: StatusResponse): LedgerVerdicts {
  const nowMs = Date.parse(now);
  return Object.fromEntries(
    Object.entries(ledger).map(([signal, counts]) => [signal, watch.judge(signal, counts, nowMs)]),
  );
}

function Verdict({ problems, isStale }: { problems: readonly Problem[]; isStale: boolean }) {
  if (problems.length === 0 && isStale)
    return <VerdictLine tone="quiet">All was well when it was last read. How it is now is not known.</VerdictLine>;
  if (problems.length === 0) {
    return (
      <VerdictLine
        tone="good"
        detail="Everything that was received is stored, refused with a reason, or safe in the spool."
      >
        All is well.
      </VerdictLine>
    );
  }
  const failed = problems.filter(({ severity }) => severity === "failed").length;
  return (
    <>
      <VerdictLine tone={failed > 0 ? "failed" : "lost"}>
        {failed > 0
          ? `${countOf(failed, "thing is", "things are")} wrong`
          : `${countOf(problems.length, "thing needs", "things need")} a look`}
      </VerdictLine>
      <ul className="problems" aria-label="Problems">
        {problems.map(({ severity, title, detail, action }) => (
          <li key={title} className={`problem problem-${severity}`}>
            <StatusShape
              status={severity === "failed" ? "failed" : "lost"}
              label={severity === "failed" ? "Wrong:" : "Warning:"}
            />
            <div>
              <h2>{title}</h2>
              <p>{detail}</p>
              <p>
                <strong>What to do:</strong> {action}
              </p>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}

function Stale({ readAtMs, message }: { readAtMs: number; message: string }) {
  const nowMs = useNow(1_000);
  return (
    <output className="status-stale">
      <StatusShape status="lost" /> The numbers are from {formatRelative(new Date(readAtMs).toISOString(), nowMs)}:
      reading them again failed. {message}
    </output>
  );
}

function StatusSkeleton() {
  return (
    <>
      <div className="verdict">
        <Skeleton width={420} height={20} />
      </div>
      <div className="status-loading">
        <SkeletonRows rows={12} label="Reading the status" />
      </div>
    </>
  );
}
