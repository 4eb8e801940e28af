import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link, useNavigate } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { isNotFound } from "../../api/errors.ts";
import { runQuery } from "../../api/queries.ts";
import { formatMoment } from "../../format/time.ts";
import { useNow } from "../../format/use-now.ts";
import { useShortcuts } from "../../keyboard/shortcuts.ts";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { Crumbs } from "../../primitives/crumbs.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Skeleton, SkeletonRows } from "../../primitives/skeleton.tsx";
import { Status, UnexplainedShape } from "../../primitives/status.tsx";
import { type Tab, Tabs } from "../../primitives/tabs.tsx";
import { VerdictLine } from "../../primitives/verdict.tsx";
import { useTitle } from "../../shell/use-title.ts";
import { type RunSearch, type RunTab, runTabs } from "../../url/run-search.ts";
import { AttributesTab } from "./attributes-tab.tsx";
import { ChecksTab } from "./checks-tab.tsx";
import { CodeWords } from "./code-words.tsx";
import { CompareTab } from "./compare-tab.tsx";
import { ErrorsTab } from "./errors-tab.tsx";
import { failedGroups } from "./failed-groups.ts";
import { LogsTab } from "./logs-tab.tsx";
import { OverviewTab } from "./overview-tab.tsx";
import { RunFacts } from "./run-facts.tsx";
import { isTroubled, runVerdict } from "./run-verdict.ts";
import { inTreeOrder } from "./timeline-layout.ts";
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
      <VerdictLine tone={verdict.tone} detail={<Detail run={run} words={verdict.detail} nowMs={nowMs} />}>
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

/** What follows the verdict: its own detail, and how far back the last good run lies when this one is not good. */
function Detail({ run, words, nowMs }: { run: RunResponse; words: string; nowMs: number }) {
  return (
    <>
      <CodeWords text={words} />{" "}
      {run.status === "failed" ? (
        <>
          <Link to="." search={{ tab: "errors" }}>
            Show the error
          </Link>
          .{" "}
        </>
      ) : null}
      {isTroubled(run) ? (
        run.lastGoodRunId === null ? (
          "No earlier run was good."
        ) : (
          <LastGood runId={run.lastGoodRunId} nowMs={nowMs} />
        )
      ) : null}
    </>
  );
}

function LastGood({ runId, nowMs }: { runId: string; nowMs: number }) {
  const { data } = useQuery(runQuery(runId));
  return (
    <Link to="." search={{ tab: "compare" }}>
      {data === undefined
        ? "Compare with the last good run."
        : `Last good run: ${[data.partition, formatMoment(data.startedAt, nowMs)].filter((part) => part !== null).join(", ")}. Compare.`}
    </Link>
  );
}

function RunHead({ run, nowMs }: { run: RunResponse; nowMs: number }) {
  return (
    <>
      <Crumbs>
        <Link to="/pipelines">Pipelines</Link>
        <Link to="/pipelines/$pipeline" params={{ pipeline: run.pipeline }}>
          {run.pipeline}
        </Link>
        <span title={run.id}>
          <code>{run.id}</code>
          <CopyButton text={run.id} label="Copy the run's id" />
        </span>
      </Crumbs>
      <div className="page-head">
        <h1>
          {run.pipeline} <span className="run-when">{run.partition ?? formatMoment(run.startedAt, nowMs)}</span>
        </h1>
        <Status status={run.status} />
        {run.isBackfill ? <span className="tag">backfill</span> : null}
        <div className="page-actions">
          <Neighbour runId={run.previousRunId} label="Older run" keys="[">
            ←
          </Neighbour>
          <Neighbour runId={run.nextRunId} label="Newer run" keys="]">
            →
          </Neighbour>
          <Link to="/traces/$traceId" params={{ traceId: run.traceId }} className="button">
            Open trace
          </Link>
        </div>
      </div>
    </>
  );
}

function Neighbour({
  runId,
  label,
  keys,
  children,
}: {
  runId: string | null;
  label: string;
  keys: string;
  children: string;
}) {
  const search = route.useSearch();
  if (runId === null) {
    return (
      <button type="button" className="button" disabled aria-label={`${label}: there is none`}>
        {children}
      </button>
    );
  }
  return (
    <Link
      to="/runs/$runId"
      params={{ runId }}
      search={tabSearch(search.tab ?? "overview", search)}
      className="button"
      aria-label={label}
      title={`${label}   ${keys}`}
    >
      {children}
    </Link>
  );
}

const tabWords: Record<RunTab, string> = {
  overview: "Overview",
  errors: "Errors",
  checks: "Checks",
  logs: "Logs",
  attributes: "Attributes",
  compare: "Compare",
};

/** A tab's address. The stage stays: from its bar to its logs and back. */
const tabSearch = (tab: RunTab, { stage }: RunSearch): RunSearch => ({
  ...(tab === "overview" ? {} : { tab }),
  ...(stage === undefined ? {} : { stage }),
});

function runTabLinks(run: RunResponse, search: RunSearch): Tab[] {
  const errors =
    run.stages.filter((stage) => stage.error !== null || stage.status === "failed").length + failedGroups(run).length;
  const notMet = run.quality.checks.filter(({ status }) => status !== "passed").length;
  const unexplained = (run.recordsUnexplained ?? 0) !== 0 || run.handoffs.some((handoff) => handoff.unexplained !== 0);
  return runTabs.map((tab) => ({
    key: tab,
    label: tabWords[tab],
    ...(tab === "errors" && errors > 0 ? { badge: errors } : {}),
    ...(tab === "checks" && notMet > 0 ? { badge: notMet } : {}),
    ...(tab === "overview" && unexplained ? { badge: <UnexplainedShape label="rows unexplained" /> } : {}),
    link: { to: "/runs/$runId", params: { runId: run.id }, search: tabSearch(tab, search), replace: true },
  }));
}

/** 1 to 6 choose a tab, j and k a stage, [ and ] the run before and after, c compares, Escape leaves the stage. */
function useRunKeys(run: RunResponse, search: RunSearch): void {
  const navigate = useNavigate({ from: "/runs/$runId" });
  const toTab = (tab: RunTab) => () => void navigate({ search: tabSearch(tab, search), replace: true });
  const toRun = (runId: string | null) =>
    runId === null
      ? undefined
      : () =>
          void navigate({
            to: "/runs/$runId",
            params: { runId },
            search: tabSearch(search.tab ?? "overview", search),
          });
  const names = inTreeOrder(run.stages).map(({ stage }) => stage.name);
  const toStage = (by: number) => () => {
    const at = names.indexOf(search.stage ?? "");
    const next = names[at < 0 ? (by > 0 ? 0 : names.length - 1) : Math.min(Math.max(at + by, 0), names.length - 1)];
    if (next === undefined) return;
    void navigate({ search: { stage: next }, replace: true });
    document.querySelector(`[data-stage="${CSS.escape(next)}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const isOverview = search.tab === undefined || search.tab === "overview";
  useShortcuts({
    ...Object.fromEntries(runTabs.map((tab, index) => [String(index + 1), toTab(tab)])),
    "[": toRun(run.previousRunId),
    "]": toRun(run.nextRunId),
    c: toTab("compare"),
    j: isOverview ? toStage(1) : undefined,
    k: isOverview ? toStage(-1) : undefined,
    Escape:
      search.stage === undefined
        ? undefined
        : () => void navigate({ search: search.tab === undefined ? {} : { tab: search.tab }, replace: true }),
  });
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
