import { Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { countOf, formatCount } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { Button } from "../../primitives/button.tsx";
import { Crumbs } from "../../primitives/crumbs.tsx";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { MomentExact } from "../../primitives/measures.tsx";
import { StatusShape, statusWords } from "../../primitives/status.tsx";
import { longestRoot } from "../../waterfall/critical-path.ts";
import { isPlaceholder, type SpanTree } from "../../waterfall/span-tree.ts";
import type { LoadedTrace } from "./read-trace.ts";

export interface TraceHeaderProps {
  trace: LoadedTrace;
  run: RunResponse | undefined;
  /** Of a later read: what is on screen stays. */
  error: Error | null;
  isReloading: boolean;
  onReload: () => void;
}

export function TraceHeader({ trace, run, error, isReloading, onReload }: TraceHeaderProps) {
  const { tree } = trace;
  const { spans, extent } = tree;
  return (
    <header className="trace-header">
      <Crumbs>
        <Link to="/traces">Traces</Link>
        <span title={trace.traceId}>
          <code>{trace.traceId.slice(0, 12)}…</code>
          <CopyButton text={trace.traceId} label="Copy the trace id" />
        </span>
      </Crumbs>
      <div className="trace-title">
        <h1 className="truncate">{rootName(tree)}</h1>
        {run === undefined ? null : <RunLink run={run} />}
        <div className="page-actions">
          {trace.isWhole ? null : <Progress trace={trace} />}
          <Button variant="quiet" onClick={onReload} disabled={isReloading || !trace.isWhole}>
            {isReloading ? "Reading…" : "Read again"}
          </Button>
        </div>
      </div>
      <dl className="trace-facts">
        <Fact term="Duration">{formatDuration((extent.endNs - extent.startNs) / 1e6)}</Fact>
        <Fact term="Started">{trace.startedAt === "" ? "–" : <MomentExact at={trace.startedAt} />}</Fact>
        <Fact term="Spans">{formatCount(trace.isWhole ? spans.count : trace.spanCount)}</Fact>
        <Fact term="Errors">
          {spans.errorCount === 0 ? (
            "none"
          ) : (
            <span className="trace-errors">
              <StatusShape status="failed" />
              {formatCount(spans.errorCount)}
            </span>
          )}
        </Fact>
        <Fact term="Services">{formatCount(spans.services.values.length)}</Fact>
      </dl>
      <Notices tree={tree} isWhole={trace.isWhole} isRunning={run?.status === "running"} error={error} />
    </header>
  );
}

function Fact({ term, children }: { term: string; children: React.ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

export function rootName(tree: SpanTree): string {
  const root = longestRoot(tree);
  if (root < 0) return "Empty trace";
  if (!isPlaceholder(tree, root)) return tree.spans.names.get(tree.spans.nameCodes[root] ?? 0) || "(no name)";
  const child = tree.firstChild[root] ?? 0;
  return `${tree.spans.services.get(tree.spans.serviceCodes[child] ?? 0)}: root span not here yet`;
}

function RunLink({ run }: { run: RunResponse }) {
  return (
    <Link to="/runs/$runId" params={{ runId: run.id }} className="trace-run">
      <StatusShape status={run.status} label={statusWords[run.status]} />
      <span className="truncate">
        Run of {run.pipeline}
        {run.partition === null ? "" : ` · ${run.partition}`}
      </span>
      <span aria-hidden="true">→</span>
    </Link>
  );
}

function Progress({ trace }: { trace: LoadedTrace }) {
  const count = trace.tree.spans.count;
  const text = `${formatCount(count)} of ${formatCount(trace.spanCount)} spans`;
  return (
    <span className="trace-progress">
      <progress max={Math.max(1, trace.spanCount)} value={count} aria-label="Spans read" />
      {text}
    </span>
  );
}

interface NoticesProps {
  tree: SpanTree;
  isWhole: boolean;
  isRunning: boolean;
  error: Error | null;
}

/** What a reader must know before trusting the picture. */
function Notices({ tree, isWhole, isRunning, error }: NoticesProps) {
  const notices: string[] = [];
  if (error !== null) notices.push(`Reading it again failed: ${error.message} What is shown is from before.`);
  if (isWhole && tree.missingIds.length > 0) {
    const isOne = tree.missingIds.length === 1;
    const spans = countOf(tree.missingIds.length, "parent span has", "parent spans have");
    const why = isOne
      ? "It may still be on its way, or was never sent: its children stand under a dashed bar."
      : "They may still be on their way, or were never sent: their children stand under dashed bars.";
    notices.push(`${spans} not arrived. ${isRunning ? "The run goes on, and spans arrive when they end." : why}`);
  }
  const inCycle = tree.inCycle.reduce((sum, one) => sum + one, 0);
  if (inCycle > 0) {
    notices.push(
      `${countOf(inCycle, "span names", "spans name")} each other as parents in a circle; it is cut at the earliest.`,
    );
  }
  if (notices.length === 0) return null;
  return (
    <ul className="trace-notices">
      {notices.map((notice) => (
        <li key={notice}>
          <StatusShape status="lost" /> {notice}
        </li>
      ))}
    </ul>
  );
}
