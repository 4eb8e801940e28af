import { type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { formatDuration } from "../format/duration.ts";
import { drawMinimap, emptyCell, errorCell, type Minimap } from "./minimap.ts";
import type { SpanTree, TimeRange } from "./span-tree.ts";
import { clampRange, isWhole } from "./time-axis.ts";
import { type Palette, usePalette } from "./use-palette.ts";
import "./overview.css";

export interface OverviewProps {
  tree: SpanTree;
  range: TimeRange;
  colourOf: (node: number) => number;
  onRange: (range: TimeRange) => void;
}

const columns = 600;
const linesMax = 56;
const handlePx = 6;

type Drag = { kind: "new" | "start" | "end" | "move"; fromNs: number; range: TimeRange };

/** The whole trace, small, with the zoom as a window: draw a new one, move it, or pull at its sides. */
export function Overview({ tree, range, colourOf, onRange }: OverviewProps) {
  const element = useRef<HTMLDivElement>(null);
  const drag = useRef<Drag | null>(null);
  const [cursor, setCursor] = useState("crosshair");
  const whole = tree.extent;
  const wholeWidth = Math.max(1, whole.endNs - whole.startNs);
  const percent = (ns: number) => ((ns - whole.startNs) / wholeWidth) * 100;

  const timeAt = (event: PointerEvent) => {
    const box = element.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return whole.startNs;
    return whole.startNs + Math.min(1, Math.max(0, (event.clientX - box.left) / box.width)) * wholeWidth;
  };
  const kindAt = (event: PointerEvent): Drag["kind"] => {
    if (isWhole(range, whole)) return "new";
    const nsPerPx = wholeWidth / (element.current?.getBoundingClientRect().width ?? 1);
    const at = timeAt(event);
    if (Math.abs(at - range.startNs) < handlePx * nsPerPx) return "start";
    if (Math.abs(at - range.endNs) < handlePx * nsPerPx) return "end";
    return at > range.startNs && at < range.endNs ? "move" : "new";
  };
  const dragTo = (event: PointerEvent) => {
    const held = drag.current;
    if (held === null) {
      setCursor({ new: "crosshair", start: "ew-resize", end: "ew-resize", move: "grab" }[kindAt(event)]);
      return;
    }
    onRange(clampRange(dragged(held, timeAt(event)), whole));
  };
  return (
    <div
      ref={element}
      className="wf-overview"
      style={{ cursor }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        drag.current = { kind: kindAt(event), fromNs: timeAt(event), range };
      }}
      onPointerMove={dragTo}
      onPointerUp={() => (drag.current = null)}
      onPointerCancel={() => (drag.current = null)}
      onDoubleClick={() => onRange(whole)}
    >
      <MinimapCanvas tree={tree} colourOf={colourOf} />
      {isWhole(range, whole) ? null : (
        <>
          <span className="wf-shade" style={{ left: 0, width: `${percent(range.startNs)}%` }} />
          <span className="wf-shade" style={{ left: `${percent(range.endNs)}%`, right: 0 }} />
          <span
            className="wf-window"
            style={{ left: `${percent(range.startNs)}%`, right: `${100 - percent(range.endNs)}%` }}
          >
            <span className="wf-window-width">{formatDuration((range.endNs - range.startNs) / 1e6)}</span>
          </span>
        </>
      )}
    </div>
  );
}

function dragged({ kind, fromNs, range }: Drag, atNs: number): TimeRange {
  if (kind === "new") return { startNs: Math.min(fromNs, atNs), endNs: Math.max(fromNs, atNs) };
  if (kind === "move") return { startNs: range.startNs + atNs - fromNs, endNs: range.endNs + atNs - fromNs };
  const other = kind === "start" ? range.endNs : range.startNs;
  return { startNs: Math.min(other, atNs), endNs: Math.max(other, atNs) };
}

function MinimapCanvas({ tree, colourOf }: { tree: SpanTree; colourOf: (node: number) => number }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const palette = usePalette();
  const map = useMemo(() => drawMinimap(tree, { columns, lines: linesMax }, colourOf), [tree, colourOf]);
  useEffect(() => {
    if (canvas.current !== null) paint(canvas.current, map, palette);
  }, [map, palette]);
  return (
    <canvas
      ref={canvas}
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role -- a canvas has no tag that says picture
      role="img"
      aria-label="The whole trace in small. Zoom with w and s, move with a and d."
      width={columns}
      height={map.lines}
    />
  );
}

/** One pixel per cell; CSS scales it up without smoothing. */
function paint(canvas: HTMLCanvasElement, map: Minimap, palette: Palette): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const image = context.createImageData(map.columns, map.lines);
  const failed = rgb(palette.failed);
  const services = palette.services.map(rgb);
  for (let cell = 0; cell < map.cells.length; cell += 1) {
    const value = map.cells[cell] ?? emptyCell;
    if (value === emptyCell) continue;
    const [red, green, blue] = (value === errorCell ? failed : services[value - 1]) ?? failed;
    image.data.set([red, green, blue, 255], cell * 4);
  }
  context.putImageData(image, 0, 0);
}

function rgb(hex: string): readonly [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}
