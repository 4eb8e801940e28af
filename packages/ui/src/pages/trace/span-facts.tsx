import type { ReactNode } from "react";
import { formatRatio } from "../../format/count.ts";
import { formatDuration } from "../../format/duration.ts";
import { CopyButton } from "../../primitives/copy-button.tsx";
import { Status } from "../../primitives/status.tsx";
import { kinds } from "../../waterfall/span-table.ts";
import { idOf, isPlaceholder, type SpanTree, startsBeforeParentNs } from "../../waterfall/span-tree.ts";
import { formatInstant, formatInstantExact } from "./instant.ts";
import type { LoadedTrace } from "./read-trace.ts";

/** What a span is called; -1 is none. */
export function titleOf(tree: SpanTree, node: number): string {
  if (node < 0) return "No such span";
  if (isPlaceholder(tree, node)) return "Parent span has not arrived";
  return tree.spans.names.get(tree.spans.nameCodes[node] ?? 0) || "(no name)";
}

export interface SpanFactsProps {
  trace: LoadedTrace;
  /** -1 when no such span is in the trace. */
  node: number;
  spanId: string;
  selfNs: number | null;
  onSelect: (node: number) => void;
}

/** What the trace itself tells of a span. */
export function SpanFacts({ trace, node, spanId, selfNs, onSelect }: SpanFactsProps) {
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
