import { useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type MouseEvent, useEffect, useMemo, useRef, useState } from "react";
import type { CriticalSegment } from "./critical-path.ts";
import { NameResizer } from "./name-resizer.tsx";
import { idOf, isPlaceholder, nodeOf, type SpanTree, type TimeRange } from "./span-tree.ts";
import { timeTicks } from "./time-axis.ts";
import { TimeAxisHeader } from "./time-axis-header.tsx";
import { useCrosshair } from "./use-crosshair.ts";
import { useElementWidth } from "./use-element-width.ts";
import { useZoomWheel } from "./use-zoom-wheel.ts";
import { rowOf } from "./visible-rows.ts";
import { commandOf, type WaterfallCommand } from "./waterfall-keys.ts";
import { type ColourMode, rowHeightPx, rowId, WaterfallRow } from "./waterfall-row.tsx";
import type { WaterfallState } from "./waterfall-state.ts";
import "./waterfall.css";

export interface WaterfallProps {
  tree: SpanTree;
  rows: Int32Array;
  state: WaterfallState;
  /** The node whose details are open, or -1. */
  opened: number;
  mode: ColourMode;
  colourOf: (node: number) => number;
  matches: Uint8Array | null;
  /** Null while the critical path is not shown. */
  critical: ReadonlyMap<number, CriticalSegment[]> | null;
  onCommand: (command: WaterfallCommand) => void;
  onOpen: (node: number) => void;
  onToggle: (node: number) => void;
  onRange: (range: TimeRange) => void;
}

const tickRoomPx = 80;
const narrowPx = 640;
/** Letters are shortcuts of the whole page; these belong to whatever has the focus. */
const listKeys = /^(Arrow|Page|Home$|End$|Enter$)/;

/** The spans of a trace as rows with bars on a common time scale; only the rows in sight exist. */
export function Waterfall(props: WaterfallProps) {
  const { tree, rows, state, onRange } = props;
  const range = state.range ?? tree.extent;
  const body = useRef<HTMLDivElement>(null);
  const [chosenShare, setNameShare] = useState(readNameShare);
  const width = useElementWidth(body);
  // On a phone a third of the width holds no name.
  const nameShare = width > 0 && width < narrowPx ? Math.max(0.46, chosenShare) : chosenShare;
  const trackPx = width * (1 - nameShare);
  const ticks = useMemo(
    () => timeTicks(range, tree.extent.startNs, Math.max(1, Math.floor(trackPx / tickRoomPx))),
    [range, tree.extent.startNs, trackPx],
  );
  return (
    <div className="wf" style={{ ["--wf-name" as string]: `${nameShare * 100}%` }}>
      <div className="wf-head">
        <div className="wf-head-name">Span</div>
        <TimeAxisHeader range={range} ticks={ticks} onRange={onRange} />
        <NameResizer share={nameShare} onShare={(share) => setNameShare(keepNameShare(share))} />
      </div>
      <div ref={body} className="wf-body">
        <div className="wf-grid" aria-hidden="true">
          {ticks.map((tick) => (
            <span
              key={tick.atNs}
              style={{ left: `${((tick.atNs - range.startNs) / (range.endNs - range.startNs)) * 100}%` }}
            />
          ))}
        </div>
        <Rows {...props} range={range} />
        {rows.length === 0 ? <p className="wf-none">No spans yet.</p> : null}
      </div>
    </div>
  );
}

function Rows(props: WaterfallProps & { range: TimeRange }) {
  const { tree, rows, state, range, opened, mode, colourOf, matches, critical } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const cursor = nodeOf(tree, state.cursorId);
  // oxlint-disable-next-line react/incompatible-library -- its answers stay in this component
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeightPx,
    overscan: 12,
    // A synchronous render inside each scroll event would hold the frame up.
    useFlushSync: false,
  });
  const cursorRow = cursor < 0 ? -1 : rowOf(tree, rows, cursor);
  useEffect(() => {
    if (cursorRow < 0) return;
    const { range: seen } = virtualizer;
    // One step scrolls by a row; a jump puts its target in the middle, with what is around it.
    const isFar = seen !== null && (cursorRow < seen.startIndex - 1 || cursorRow > seen.endIndex + 1);
    virtualizer.scrollToIndex(cursorRow, { align: isFar ? "center" : "auto" });
  }, [cursorRow, virtualizer]);
  const crosshair = useCrosshair(tree, range, useElementWidth(scroller));
  useZoomWheel(scroller, { tree, range, onRange: props.onRange });
  return (
    <>
      <div
        ref={scroller}
        className="wf-scroll"
        role="tree"
        aria-label="Spans"
        tabIndex={0}
        {...(cursorRow >= 0 ? { "aria-activedescendant": rowId(rows[cursorRow] ?? 0) } : {})}
        onKeyDown={(event) => onListKey(event, props.onCommand)}
        onClick={(event) => onListClick(event, props)}
        onPointerMove={crosshair.onMove}
        onPointerLeave={crosshair.onLeave}
      >
        <div className="wf-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map((item) => {
            const node = rows[item.index] ?? 0;
            return (
              <WaterfallRow
                key={node}
                tree={tree}
                node={node}
                topPx={item.start}
                range={range}
                colour={isPlaceholder(tree, node) ? 0 : colourOf(node)}
                mode={mode}
                isCollapsed={state.collapsed.has(idOf(tree, node))}
                isCursor={node === cursor}
                isOpened={node === opened}
                found={matches === null ? null : matches[node] === 1 ? "hit" : "miss"}
                critical={critical === null ? null : critical.get(node)}
              />
            );
          })}
        </div>
      </div>
      <div ref={crosshair.line} className="wf-crosshair" aria-hidden="true" hidden>
        <span ref={crosshair.label} />
      </div>
    </>
  );
}

function onListKey(event: KeyboardEvent, onCommand: (command: WaterfallCommand) => void): void {
  if (!listKeys.test(event.key)) return;
  const command = commandOf(event);
  if (command === null) return;
  event.preventDefault();
  onCommand(command);
}

function onListClick(event: MouseEvent, { onOpen, onToggle }: WaterfallProps): void {
  if (!(event.target instanceof Element)) return;
  const toggle = event.target.closest<HTMLElement>("[data-toggle]");
  if (toggle !== null) {
    onToggle(Number(toggle.dataset["toggle"]));
    return;
  }
  const row = event.target.closest<HTMLElement>("[data-node]");
  if (row !== null) onOpen(Number(row.dataset["node"]));
}

const nameShareKey = "sightglass.waterfall.name-share";

function readNameShare(): number {
  const kept = Number(localStorage.getItem(nameShareKey));
  return kept >= 0.15 && kept <= 0.75 ? kept : 0.36;
}

function keepNameShare(share: number): number {
  const kept = Math.min(0.75, Math.max(0.15, share));
  localStorage.setItem(nameShareKey, String(kept));
  return kept;
}
