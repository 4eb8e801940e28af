import { useQuery } from "@tanstack/react-query";
import { getRouteApi, Link } from "@tanstack/react-router";
import { targetsQuery } from "../../api/prometheus-queries.ts";
import type { Target } from "../../api/prometheus.ts";
import { countOf } from "../../format/count.ts";
import { Button } from "../../primitives/button.tsx";
import { EmptyState } from "../../primitives/empty-state.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { Duration, RelativeTime } from "../../primitives/measures.tsx";
import { Panel } from "../../primitives/panel.tsx";
import { SearchField } from "../../primitives/search-field.tsx";
import { Segments } from "../../primitives/segments.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { StatusShape } from "../../primitives/status.tsx";
import { Header, Row, Table } from "../../primitives/table.tsx";
import { VerdictLine } from "../../primitives/verdict.tsx";
import { useTitle } from "../../shell/use-title.ts";
import type { TargetsSearch } from "../../url/targets-search.ts";
import { MetricsTabs } from "../metrics/metrics-tabs.tsx";
import { type Job, jobsOf, lastScrapeOf } from "./target-list.ts";
import "../metrics/metrics.css";
import "./targets.css";

const route = getRouteApi("/targets");

/** `/targets`: what is scraped, and what could not be. */
export function TargetsPage() {
  useTitle("Targets");
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const { data, error, refetch } = useQuery(targetsQuery());
  const change = (next: { [K in keyof TargetsSearch]?: TargetsSearch[K] | undefined }) =>
    void navigate({ search: (before) => ({ ...before, ...next }) as TargetsSearch, replace: true });
  const targets = data?.data.activeTargets ?? [];
  return (
    <div className="page">
      <div className="page-head">
        <h1>Metrics</h1>
      </div>
      <MetricsTabs current="targets" />
      {data === undefined ? (
        error === null ? (
          <SkeletonRows rows={8} label="Reading the targets" />
        ) : (
          <ErrorState what="the targets" error={error} onRetry={() => void refetch()} />
        )
      ) : targets.length === 0 ? (
        <NoTargets />
      ) : (
        <>
          <div className="targets-verdict">
            <Verdict targets={targets} />
          </div>
          <search className="metrics-filter">
            <SearchField
              label="Find a target"
              placeholder="Job, address or error"
              value={search.q ?? ""}
              onChange={(q) => change({ q: q || undefined })}
            />
            <Segments
              label="Health"
              options={["all", "down"] as const}
              words={{ all: "All", down: "Down" }}
              value={search.health ?? "all"}
              onChange={(health) => change({ health: health === "all" ? undefined : health })}
            />
          </search>
          <Jobs jobs={jobsOf(targets, search)} onAll={() => change({ q: undefined, health: undefined })} />
        </>
      )}
    </div>
  );
}

function Verdict({ targets }: { targets: readonly Target[] }) {
  const down = targets.filter(({ health }) => health === "down").length;
  const waiting = targets.filter(({ health }) => health === "unknown").length;
  const detail = waiting === 0 ? undefined : `${countOf(waiting, "target")} not scraped yet.`;
  if (down > 0)
    return (
      <VerdictLine tone="failed" detail={detail}>
        {down} of {countOf(targets.length, "target")} cannot be scraped.
      </VerdictLine>
    );
  return (
    <VerdictLine tone={waiting === targets.length ? "quiet" : "good"} detail={detail}>
      {waiting === targets.length ? "Nothing is scraped yet." : `${countOf(targets.length - waiting, "target")} up.`}
    </VerdictLine>
  );
}

function Jobs({ jobs, onAll }: { jobs: readonly Job[]; onAll: () => void }) {
  if (jobs.length === 0)
    return (
      <EmptyState title="No target matches" actions={<Button onClick={onAll}>Show all</Button>}>
        <p>Neither in its job and address, nor in its last error.</p>
      </EmptyState>
    );
  return jobs.map((job) => <JobPanel key={job.name} job={job} />);
}

function JobPanel({ job }: { job: Job }) {
  const selector = `{job=${JSON.stringify(job.targets[0]?.labels["job"] ?? job.name)}}`;
  return (
    <Panel
      title={job.name}
      note={`${job.up} of ${job.count} up`}
      actions={
        <Link
          to="/explore"
          search={{ expr: [`up${selector}`, `scrape_duration_seconds${selector}`] }}
          className="metric-link"
        >
          Explore<span className="visually-hidden"> the scrapes of {job.name}</span>
        </Link>
      }
    >
      <Table caption={`Targets of ${job.name}`} className="targets" dense>
        <thead>
          <tr>
            <Header className="target-health">Health</Header>
            <Header>Target</Header>
            <Header numeric>Last scrape</Header>
            <Header numeric>Took</Header>
            <Header numeric className="wide">
              Every
            </Header>
          </tr>
        </thead>
        <tbody>
          {job.targets.map((target) => (
            <TargetRow key={`${target.scrapeUrl} ${JSON.stringify(target.labels)}`} target={target} />
          ))}
        </tbody>
      </Table>
    </Panel>
  );
}

const healthWords = { up: "Up", down: "Down", unknown: "Waiting" } as const;
const healthShapes = { up: "succeeded", down: "failed", unknown: "skipped" } as const;

function TargetRow({ target }: { target: Target }) {
  const labels = Object.entries(target.labels).filter(([name]) => name !== "job");
  const lastScrape = lastScrapeOf(target);
  return (
    <Row>
      <td>
        <span className={`status status-quiet status-${healthShapes[target.health]}`}>
          <StatusShape status={healthShapes[target.health]} />
          <span className="status-word">{healthWords[target.health]}</span>
        </span>
      </td>
      <td className="target">
        <span className="mono">{target.scrapeUrl}</span>
        <span className="target-labels">
          {labels.map(([name, value]) => (
            <span key={name} className="mono">
              {name}={value}
            </span>
          ))}
        </span>
        {target.lastError === "" ? null : <span className="target-error">{target.lastError}</span>}
      </td>
      <td className="num">
        <RelativeTime at={lastScrape} />
      </td>
      <td className="num">
        <Duration ms={lastScrape === null ? null : Math.round(target.lastScrapeDuration * 1e6) / 1000} />
      </td>
      <td className="num wide">{target.scrapeInterval ?? "–"}</td>
    </Row>
  );
}

function NoTargets() {
  return (
    <EmptyState
      title="Nothing is scraped"
      commands={[
        {
          label: "In sightglass.yaml, as in prometheus.yml:",
          text: "scrape_configs:\n  - job_name: node\n    static_configs:\n      - targets: ['127.0.0.1:9100']",
        },
      ]}
    >
      <p>
        Targets are only needed for programs that offer their metrics to be fetched. What is sent by OTLP or remote
        write is in the <Link to="/catalogue">catalogue</Link> without.
      </p>
    </EmptyState>
  );
}
