import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { isNotFound } from "../../api/errors.ts";
import { runQuery } from "../../api/queries.ts";
import { formatMoment } from "../../format/time.ts";
import { useNow } from "../../format/use-now.ts";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { Tabs } from "../../primitives/tabs.tsx";
import { VerdictLine } from "../../primitives/verdict.tsx";
import { useTitle } from "../../shell/use-title.ts";
import type { RunSearch } from "../../url/run-search.ts";
import { AttributesTab } from "./attributes-tab.tsx";
import { ChecksTab } from "./checks-tab.tsx";
import { CodeWords } from "./code-words.tsx";
import { CompareTab } from "./compare-tab.tsx";
import { ErrorsTab } from "./errors-tab.tsx";
import { LogsTab } from "./logs-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { RunDetail } from "./run-detail.tsx";
import { RunFacts } from "./run-facts.tsx";
import { RunHead } from "./run-head.tsx";
import { runTabLinks } from "./run-tabs.tsx";
import { runVerdict } from "./run-verdict.ts";
import { useRunKeys } from "./use-run-keys.ts";
import "./run.css";

const route = getRouteApi("/runs/$runId");

export function RunPage() {
  const { runId } = route.useParams();
  const { data, error, isPending, refetch } = useQuery(runQuery(runId));
  const nowMs = useNow(60_000);
  useTitle(data === undefined ? "Run" : (data.partition ?? formatMoment(data.startedAt, nowMs)), data?.pipeline);
  return (
    <div className="page">
      {data !== undefined ? (
        <Run key={data.id} run={data} />
      ) : isPending ? (
        <RunLoading />
      ) : isNotFound(error) ? (
        <EmptyState
          title="This run is not known"
          level={1}
          actions={
            <Link to="/pipelines" className="button">
              All pipelines
            </Link>
          }
        >
          <p>
            There is no run <code>{runId}</code>. It may be older than what is kept, or not have arrived yet: this page
            shows it as soon as it does.
          </p>
        </EmptyState>
      ) : (
        <ErrorState what="this run" level={1} error={error} onRetry={() => void refetch()} />
      )}
    </div>
  );
}

function Run({ run }: { run: RunResponse }) {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const tab = search.tab ?? "overview";
  const nowMs = useNow(run.status === "running" ? 1_000 : 60_000);
  const verdict = runVerdict(run, nowMs);
  const change = (next: RunSearch) => void navigate({ search: next, replace: true });
  useRunKeys(run, search);
  return (
    <>
      <RunHead run={run} nowMs={nowMs} />
      <VerdictLine tone={verdict.tone} detail={<RunDetail run={run} words={verdict.detail} nowMs={nowMs} />}>
        <CodeWords text={verdict.text} />
      </VerdictLine>
      <RunFacts run={run} />
      <Tabs label="Run" tabs={runTabLinks(run, search)} current={tab} />
      {tab === "overview" ? (
        <OverviewTab
          run={run}
          nowMs={nowMs}
          selected={search.stage}
          onSelect={(stage) => change(stage === undefined ? {} : { stage })}
        />
      ) : null}
      {tab === "errors" ? <ErrorsTab run={run} /> : null}
      {tab === "checks" ? <ChecksTab quality={run.quality} /> : null}
      {tab === "logs" ? <LogsTab run={run} search={search} onSearch={change} /> : null}
      {tab === "attributes" ? <AttributesTab run={run} /> : null}
      {tab === "compare" ? <CompareTab run={run} against={search.against} /> : null}
    </>
  );
}

function RunLoading() {
  return (
    <>
      <Skeleton width={120} height={14} />
      <div className="page-head">
        <Skeleton width={320} height={28} />
      </div>
      <Skeleton width={480} height={20} />
      <div className="run-loading">
        <SkeletonRows rows={9} height={30} label="Reading the run" />
      </div>
    </>
  );
}
