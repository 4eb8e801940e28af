import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunResponse } from "sightglass/contract";
import { useEffect, useState } from "react";
import { spanQuery } from "../../api/queries.ts";
import { ErrorState } from "../../primitives/error-state.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { isPlaceholder, nodeOf } from "../../waterfall/span-tree.ts";
import { SpanFacts, type SpanFactsProps, titleOf } from "./span-facts.tsx";
import { SpanSections } from "./span-sections.tsx";
import "./span-panel.css";

export interface SpanPanelProps extends SpanFactsProps {
  run: RunResponse | undefined;
  onClose: () => void;
}

/** Moving fast over many spans asks only for the one where it rests. */
const restMs = 120;

/** Everything about one span: what is known at once from the trace, the rest when it has been read. */
export function SpanPanel(props: SpanPanelProps) {
  const { trace, node, spanId, onClose } = props;
  const { tree } = trace;
  return (
    <aside className="span-panel" aria-label="Span details">
      <header className="span-panel-head">
        <div>
          <h2>{titleOf(tree, node)}</h2>
          {node < 0 || isPlaceholder(tree, node) ? null : (
            <p className="muted">{tree.spans.services.get(tree.spans.serviceCodes[node] ?? 0)}</p>
          )}
        </div>
        <button type="button" className="icon-button" aria-label="Close details" title="Close (Esc)" onClick={onClose}>
          <svg viewBox="0 0 16 16" aria-hidden="true">
            <path d="m4 4 8 8m0-8-8 8" fill="none" stroke="currentColor" strokeWidth="1.4" />
          </svg>
        </button>
      </header>
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, by keyboard too */}
      <section className="span-panel-body" tabIndex={0} aria-label="Span details, scrollable">
        {node < 0 ? (
          <p className="span-note">
            No span <code>{spanId}</code> is in this trace.
          </p>
        ) : isPlaceholder(tree, node) ? (
          <p className="span-note">
            {tree.childCount[node]} spans name <code>{spanId}</code> as their parent, but it has not arrived. Spans are
            sent when they end; a process that was killed never sends its open ones.
          </p>
        ) : (
          <ArrivedSpan {...props} />
        )}
      </section>
    </aside>
  );
}

function ArrivedSpan(props: SpanPanelProps) {
  const { trace, spanId, onSelect } = props;
  const isAtRest = useIsAtRest();
  const detail = useQuery({ ...spanQuery(trace.traceId, spanId), enabled: isAtRest });
  const onSpan = (id: string) => {
    const target = nodeOf(trace.tree, id);
    if (target >= 0) onSelect(target);
  };
  return (
    <>
      <SpanFacts {...props} />
      <Places {...props} />
      {detail.data === undefined ? (
        detail.error === null ? (
          <SkeletonRows rows={8} height={28} label="Reading the span" />
        ) : (
          <ErrorState what="this span" error={detail.error} onRetry={() => void detail.refetch()} />
        )
      ) : (
        <SpanSections trace={trace} span={detail.data} onSpan={onSpan} />
      )}
    </>
  );
}

function useIsAtRest(): boolean {
  const [isAtRest, setIsAtRest] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setIsAtRest(true), restMs);
    return () => clearTimeout(timer);
  }, []);
  return isAtRest;
}

/** Where to go from here. */
function Places({ trace, run, node }: SpanPanelProps) {
  const { spans } = trace.tree;
  const name = spans.names.get(spans.nameCodes[node] ?? 0);
  const service = spans.services.get(spans.serviceCodes[node] ?? 0);
  const stage = spans.stages.get(spans.stageCodes[node] ?? 0);
  return (
    <nav className="span-places" aria-label="From this span">
      {trace.runId === null ? null : (
        <Link
          className="button"
          to="/runs/$runId"
          params={{ runId: trace.runId }}
          search={stage === "" ? {} : { stage }}
        >
          {stage === "" ? `Run${run === undefined ? "" : ` of ${run.pipeline}`}` : `Stage ${stage}`}
        </Link>
      )}
      <Link className="button" to="/traces" search={{ service, name }}>
        Traces with this operation
      </Link>
    </nav>
  );
}
