import { memo } from "react";
import { formatCountShort } from "../format/count.ts";
import { formatDuration } from "../format/duration.ts";
import { StatusShape } from "../primitives/status.tsx";
import type { CriticalSegment } from "./critical-path.ts";
import { descendantCount, errorsWithin, isPlaceholder, type SpanTree, type TimeRange } from "./span-tree.ts";
import "./waterfall-row.css";

export type ColourMode = "service" | "status";

export interface WaterfallRowProps {
  tree: SpanTree;
  node: number;
  topPx: number;
  range: TimeRange;
  /** Number of `--service-N`. */
  colour: number;
  mode: ColourMode;
  isCollapsed: boolean;
  isCursor: boolean;
  isOpened: boolean;
  /** `hit` and `miss` while something is looked for. */
  found: "hit" | "miss" | null;
  /** Where the critical path lies in it; undefined off the path; null while it is not shown. */
  critical: readonly CriticalSegment[] | undefined | null;
}

export const rowHeightPx = 26;
export const rowId = (node: number) => `span-row-${node}`;

/** One span. Plain markup without handlers: the list listens for all its rows. */
export const WaterfallRow = memo(function WaterfallRow(props: WaterfallRowProps) {
  const { tree, node, topPx, isCollapsed, isCursor, isOpened, found, critical } = props;
  const hasChildren = (tree.childCount[node] ?? 0) > 0;
  const classes = ["wf-row"];
  if (isCursor) classes.push("is-cursor");
  if (isOpened) classes.push("is-opened");
  if (found !== null) classes.push(`is-${found}`);
  if (critical === undefined) classes.push("is-off-path");
  return (
    <div
      id={rowId(node)}
      role="treeitem"
      aria-level={(tree.depth[node] ?? 0) + 1}
      aria-selected={isOpened}
      {...(hasChildren ? { "aria-expanded": !isCollapsed } : {})}
      className={classes.join(" ")}
      data-node={node}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      <Name {...props} />
      <div className="wf-track">
        <Bar {...props} />
      </div>
    </div>
  );
});

function Name({ tree, node, colour, mode, isCollapsed }: WaterfallRowProps) {
  const { spans } = tree;
  const depth = tree.depth[node] ?? 0;
  const hasChildren = (tree.childCount[node] ?? 0) > 0;
  const missing = isPlaceholder(tree, node);
  const isError = !missing && spans.isError(node);
  const hiddenErrors = isCollapsed ? errorsWithin(tree, node) - (isError ? 1 : 0) : 0;
  return (
    <div className="wf-name">
      <span className="wf-indent" style={{ width: indentWidth(depth) }} />
      {hasChildren ? (
        <span className={`wf-toggle${isCollapsed ? "" : " is-open"}`} data-toggle={node}>
          <svg viewBox="0 0 10 10" aria-hidden="true">
            <path d="m3.5 2 3.5 3-3.5 3" fill="none" stroke="currentColor" strokeWidth="1.4" />
          </svg>
        </span>
      ) : (
        <span className="wf-toggle" />
      )}
      {missing ? null : <span className="wf-mark" style={{ background: barColour(tree, node, colour, mode) }} />}
      {isError ? <StatusShape status="failed" label="Error:" /> : null}
      <span className={`wf-label${isError ? " is-error" : ""}${missing ? " is-missing" : ""}`}>
        {missing ? "Parent span has not arrived" : spans.names.get(spans.nameCodes[node] ?? 0) || "(no name)"}
      </span>
      {missing ? null : <span className="wf-service">{spans.services.get(spans.serviceCodes[node] ?? 0)}</span>}
      {isCollapsed && hasChildren ? (
        <span className="wf-hidden-count">
          +{formatCountShort(descendantCount(tree, node))}
          {hiddenErrors > 0 ? (
            <span className="wf-hidden-errors">
              <StatusShape status="failed" label="errors inside:" />
              {formatCountShort(hiddenErrors)}
            </span>
          ) : null}
        </span>
      ) : null}
    </div>
  );
}

/** Deep levels move in less, so that names stay readable at any depth. */
function indentWidth(depth: number): string {
  const px = depth <= 10 ? depth * 14 : 140 + (depth - 10) * 4;
  return `min(${px}px, 50%)`;
}

function barColour(tree: SpanTree, node: number, colour: number, mode: ColourMode): string {
  if (mode === "service") return `var(--service-${colour})`;
  const status = tree.spans.statusCodes[node];
  return status === 2 ? "var(--failed)" : status === 1 ? "var(--succeeded)" : "var(--skipped)";
}

function Bar({ tree, node, range, colour, mode, critical }: WaterfallRowProps) {
  const width = Math.max(1, range.endNs - range.startNs);
  const start = tree.startNs[node] ?? 0;
  const end = tree.endNs[node] ?? 0;
  const left = ((start - range.startNs) / width) * 100;
  const right = ((end - range.startNs) / width) * 100;
  const duration = formatDuration((end - start) / 1e6);
  if (right < 0 || left > 100) {
    return (
      <span className={`wf-outside ${right < 0 ? "is-before" : "is-after"}`} title={`${duration}, outside the zoom`}>
        {right < 0 ? "◂" : "▸"}
      </span>
    );
  }
  const from = Math.max(-1, left);
  const to = Math.min(101, right);
  const missing = isPlaceholder(tree, node);
  const isError = !missing && tree.spans.isError(node);
  return (
    <>
      <div
        className={`wf-bar${missing ? " is-missing" : ""}${isError ? " is-error" : ""}`}
        style={{ left: `${from}%`, width: `${to - from}%`, background: barColour(tree, node, colour, mode) }}
      />
      {critical == null ? null : <CriticalLine segments={critical} range={range} />}
      <span className="wf-duration" style={{ left: `${Math.min(100, Math.max(0, right))}%` }}>
        {duration}
      </span>
    </>
  );
}

/** More pieces than there are pixels say nothing more. */
const segmentsMax = 400;

function CriticalLine({ segments, range }: { segments: readonly CriticalSegment[]; range: TimeRange }) {
  const width = Math.max(1, range.endNs - range.startNs);
  const seen: { left: number; right: number }[] = [];
  // Latest first: a piece that follows the one before without a gap one could see is drawn as one with it.
  for (const { startNs, endNs } of segments) {
    if (endNs < range.startNs || startNs > range.endNs) continue;
    const left = (Math.max(0, startNs - range.startNs) / width) * 100;
    const right = (Math.min(width, endNs - range.startNs) / width) * 100;
    const later = seen.at(-1);
    if (later !== undefined && later.left - right < 0.1) later.left = left;
    else if (seen.length < segmentsMax) seen.push({ left, right });
  }
  return seen.map(({ left, right }) => (
    <span key={left} className="wf-critical" style={{ left: `${left}%`, width: `${right - left}%` }} />
  ));
}
