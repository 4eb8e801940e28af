import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { RunResponse, SpanResponse } from "sightglass/contract";
import { type ReactNode, useEffect, useState } from "react";
import { spanQuery } from "../../api/queries.ts";
import { formatDuration } from "../../format/duration.ts";
import { isProfileEvent, readProfile } from "../../flame/profile-events.ts";
import { ProfileSection } from "../../flame/profile-section.tsx";
import { formatRatio } from "../../format/count.ts";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { ErrorState } from "../../primitives/error-state.tsx";
import { SkeletonRows } from "../../primitives/skeleton.tsx";
import { Status } from "../../primitives/status.tsx";
import { kinds } from "../../waterfall/span-table.ts";
import { idOf, isPlaceholder, nodeOf, type SpanTree, startsBeforeParentNs } from "../../waterfall/span-tree.ts";
import { AttributeList } from "./attribute-list.tsx";
import type { LoadedTrace } from "./read-trace.ts";
import { Section } from "./section.tsx";
import { SpanError } from "./span-error.tsx";
import { SpanEvents } from "./span-events.tsx";
import { SpanLinks } from "./span-links.tsx";
import { SpanLogs } from "./span-logs.tsx";
import { formatInstant, formatInstantExact } from "./instant.ts";
import "./span-panel.css";

export interface SpanPanelProps {
  trace: LoadedTrace;
  run: RunResponse | undefined;
  /** -1 when no such span is in the trace. */
  node: number;
  spanId: string;
  selfNs: number | null;
  onSelect: (node: number) => void;
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

function titleOf(tree: SpanTree, node: number): string {
  if (node < 0) return "No such span";
  if (isPlaceholder(tree, node)) return "Parent span has not arrived";
  return tree.spans.names.get(tree.spans.nameCodes[node] ?? 0) || "(no name)";
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
      <Facts {...props} />
      <Places {...props} />
      {detail.data === undefined ? (
        detail.error === null ? (
          <SkeletonRows rows={8} height={28} label="Reading the span" />
        ) : (
          <ErrorState what="this span" error={detail.error} onRetry={() => void detail.refetch()} />
        )
      ) : (
        <Sections trace={trace} span={detail.data} onSpan={onSpan} />
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

function Facts({ trace, node, spanId, selfNs, onSelect }: SpanPanelProps) {
  const { tree } = trace;
  const { spans } = tree;
  const durationNs = spans.durationNs[node] ?? 0;
  const wholeNs = tree.extent.endNs - tree.extent.startNs;
  const parent = tree.parent[node] ?? -1;
  const skewNs = startsBeforeParentNs(tree, node);
  const startUnixNano = spans.originUnixNano + BigInt(Math.round(tree.startNs[node] ?? 0));
  return (
    <dl className="span-facts">
      <Fact term="Status">
        <SpanStatusMark code={spans.statusCodes[node] ?? 0} />
      </Fact>
      <Fact term="Duration">
        {formatDuration(durationNs / 1e6)}{" "}
        {wholeNs > 0 ? <span className="muted">{formatRatio(durationNs / wholeNs)} of the trace</span> : null}
      </Fact>
      <Fact term="Own time">
        {selfNs === null ? "–" : formatDuration(selfNs / 1e6)} <span className="muted">not in its children</span>
      </Fact>
      <Fact term="Start">
        <span title={formatInstantExact(startUnixNano)}>{formatInstant(startUnixNano)}</span>{" "}
        <span className="muted">+{formatDuration(((tree.startNs[node] ?? 0) - tree.extent.startNs) / 1e6)}</span>
      </Fact>
      {skewNs > 0 ? (
        <Fact term="Clock">
          <Status
            status="lost"
            quiet
            word={`starts ${formatDuration(skewNs / 1e6)} before its parent: two clocks disagree`}
          />
        </Fact>
      ) : null}
      <Fact term="Kind">{kinds[spans.kindCodes[node] ?? 0]}</Fact>
      <Fact term="Span id">
        <code>{spanId}</code>
        <CopyButton text={spanId} label="Copy the span id" />
      </Fact>
      {parent < 0 ? null : (
        <Fact term="Parent">
          <button type="button" className="link-button truncate" onClick={() => onSelect(parent)}>
            {isPlaceholder(tree, parent) ? `${idOf(tree, parent)}, not arrived` : titleOf(tree, parent)}
          </button>
        </Fact>
      )}
    </dl>
  );
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div>
      <dt>{term}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function SpanStatusMark({ code }: { code: number }) {
  if (code === 2) return <Status status="failed" word="Error" />;
  if (code === 1) return <Status status="succeeded" word="OK" />;
  return <span className="muted">unset (no error reported)</span>;
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

interface SectionsProps {
  trace: LoadedTrace;
  span: SpanResponse;
  onSpan: (spanId: string) => void;
}

function Sections({ trace, span, onSpan }: SectionsProps) {
  const resource = span.resources[span.resource];
  const scope = span.scopes[span.scope];
  const profile = readProfile(span);
  const events = span.events.filter(({ name }) => !isProfileEvent(name));
  return (
    <>
      <SpanError span={span} />
      <Section title="Attributes" count={span.attributes.length} dropped={span.droppedAttributesCount}>
        <AttributeList label="Attributes" items={span.attributes} />
      </Section>
      {profile === null ? null : (
        <Section title="Profile" note={`${profile.sampleCount} samples`}>
          <ProfileSection profile={profile} of={span.name} />
        </Section>
      )}
      <Section title="Events" count={events.length} dropped={span.droppedEventsCount}>
        <SpanEvents events={events} startTimeUnixNano={span.startTimeUnixNano} />
      </Section>
      <Section title="Links" count={span.links.length} dropped={span.droppedLinksCount}>
        <SpanLinks span={span} traceId={trace.traceId} onSpan={onSpan} />
      </Section>
      <SpanLogs traceId={trace.traceId} span={span} />
      <Section
        title="Resource"
        count={resource?.attributes.length ?? 0}
        dropped={resource?.droppedAttributesCount ?? 0}
      >
        <AttributeList label="Resource" items={resource?.attributes ?? []} />
        {resource?.schemaUrl ? <p className="span-note">Schema: {resource.schemaUrl}</p> : null}
      </Section>
      <Section
        title="Scope"
        count={scope?.attributes.length ?? 0}
        note={scopeText(scope)}
        dropped={scope?.droppedAttributesCount ?? 0}
      >
        <AttributeList label="Scope" items={scope?.attributes ?? []} />
        {span.traceState === "" ? null : <p className="span-note">Trace state: {span.traceState}</p>}
      </Section>
    </>
  );
}

const scopeText = (scope: { name: string; version: string } | undefined) =>
  scope === undefined ? "" : `${scope.name} ${scope.version}`.trim();
