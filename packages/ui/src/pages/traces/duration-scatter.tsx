import type { TraceSummary } from "sightglass/contract";
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from "react";
import { pointAfter } from "../../chart/point-keys.ts";
import { formatDuration, formatDurationShort } from "../../format/duration.ts";
import { formatClock, formatClockSeconds, formatDay } from "../../format/time.ts";
import { useElementWidth } from "../../waterfall/use-element-width.ts";
import { type Palette, usePalette } from "../../waterfall/use-palette.ts";
import {
  type Box,
  durationTicks,
  instantTicks,
  layOut,
  margin,
  nearest,
  type Plot,
  type PlotPoint,
  searchOfBox,
  xOf,
  yOf,
} from "./scatter-plot.ts";
import "./scatter.css";

export interface DurationScatterProps {
  traces: readonly TraceSummary[];
  /** Null takes the range of the traces. */
  range: { fromMs: number; toMs: number } | null;
  /** Lit up: the list's present row. */
  currentId: string | undefined;
  onOpen: (trace: TraceSummary) => void;
  onHover: (trace: TraceSummary | null) => void;
  onSelect: (search: ReturnType<typeof searchOfBox>) => void;
}

const height = 148;
const reachPx = 14;
const dragMinPx = 6;
const tickRoomPx = 76;
const labelHalfPx = 20;

/** How long the traces took over time. A click or Enter opens one; a box drawn around some searches for just those. */
export function DurationScatter(props: DurationScatterProps) {
  const { traces, range, currentId, onHover } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const width = useElementWidth(frame);
  const palette = usePalette();
  const [hovered, setHovered] = useState<PlotPoint | null>(null);
  const [drag, setDrag] = useState<{ x: number; y: number; box: Box } | null>(null);
  const plot = useMemo(() => layOut(traces, { width, height }, range), [traces, width, range]);
  useEffect(() => {
    if (canvas.current !== null && width > 0) draw(canvas.current, plot, palette, hovered?.trace.traceId ?? currentId);
  }, [plot, palette, width, hovered, currentId]);

  const at = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const hover = (point: PlotPoint | null) => {
    if (point === hovered) return;
    setHovered(point);
    onHover(point?.trace ?? null);
  };
  const onMove = (event: PointerEvent) => {
    const { x, y } = at(event);
    if (drag === null) return hover(nearest(plot, x, y, reachPx));
    setDrag({ ...drag, box: boxOf(drag, { x, y }) });
  };
  const onUp = () => {
    if (drag === null) return;
    setDrag(null);
    const { box } = drag;
    if (box.right - box.left >= dragMinPx && box.bottom - box.top >= dragMinPx)
      return props.onSelect(searchOfBox(plot, box));
    const point = nearest(plot, drag.x, drag.y, reachPx);
    if (point !== null) props.onOpen(point.trace);
  };
  const inOrder = useMemo(() => plot.points.toSorted((a, b) => a.x - b.x), [plot]);
  const stepped = hovered === null ? -1 : inOrder.findIndex(({ trace }) => trace.traceId === hovered.trace.traceId);
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" && hovered !== null) return props.onOpen(hovered.trace);
    if (event.key === "Escape") return hover(null);
    const next = pointAfter(event.key, stepped < 0 ? null : stepped, inOrder.length);
    if (next === null) return;
    event.preventDefault();
    hover(inOrder[next] ?? null);
  };
  return (
    <div
      ref={frame}
      className={`scatter${hovered === null ? "" : " is-pointing"}`}
      // A range input could hold no canvas and no box that is drawn over it.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="slider"
      tabIndex={0}
      aria-label={`Duration over time of the ${traces.length} traces in the list below`}
      aria-valuemin={1}
      aria-valuemax={Math.max(1, inOrder.length)}
      aria-valuenow={stepped < 0 ? Math.max(1, inOrder.length) : stepped + 1}
      aria-valuetext={hovered === null ? "arrow keys go from trace to trace, Enter opens one" : wordsOf(hovered)}
      onKeyDown={onKeyDown}
      onBlur={() => hover(null)}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        const start = at(event);
        setDrag({ ...start, box: boxOf(start, start) });
      }}
      onPointerMove={onMove}
      onPointerUp={onUp}
      onPointerCancel={() => setDrag(null)}
      onPointerLeave={() => hover(null)}
    >
      <canvas ref={canvas} aria-hidden="true" />
      {drag === null ? null : (
        <span
          className="scatter-box"
          style={{
            left: drag.box.left,
            top: drag.box.top,
            width: drag.box.right - drag.box.left,
            height: drag.box.bottom - drag.box.top,
          }}
        />
      )}
      {hovered === null || drag !== null ? null : <Hovered point={hovered} width={width} />}
    </div>
  );
}

function wordsOf({ trace }: PlotPoint): string {
  const errors = trace.errorCount > 0 ? `, ${trace.errorCount} errors` : "";
  return `${trace.rootName || "root not here yet"}, ${formatDuration(trace.durationMs)}, ${formatClock(Date.parse(trace.startedAt))}${errors}`;
}

function boxOf(from: { x: number; y: number }, to: { x: number; y: number }): Box {
  return {
    left: Math.min(from.x, to.x),
    right: Math.max(from.x, to.x),
    top: Math.min(from.y, to.y),
    bottom: Math.max(from.y, to.y),
  };
}

function Hovered({ point: { trace, x, y }, width }: { point: PlotPoint; width: number }) {
  const isLeft = x > width * 0.7;
  return (
    <span
      className="scatter-hovered"
      style={{ top: Math.max(2, y - 34), ...(isLeft ? { right: width - x + 10 } : { left: x + 10 }) }}
    >
      <strong>{trace.rootName || "root not here yet"}</strong> {trace.rootService}
      <span>
        {formatDuration(trace.durationMs)} · {formatClock(Date.parse(trace.startedAt))}
        {trace.errorCount > 0 ? ` · ${trace.errorCount} errors` : ""}
      </span>
    </span>
  );
}

function draw(canvas: HTMLCanvasElement, plot: Plot, palette: Palette, currentId: string | undefined): void {
  const scale = devicePixelRatio || 1;
  canvas.width = Math.round(plot.width * scale);
  canvas.height = Math.round(plot.height * scale);
  const context = canvas.getContext("2d");
  if (context === null) return;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  drawAxes(context, plot, palette);
  for (const point of plot.points) if (!point.hasErrors) dot(context, point, palette.accent, 3);
  for (const point of plot.points) if (point.hasErrors) diamond(context, point, palette.failed);
  const current = plot.points.find((point) => point.trace.traceId === currentId);
  if (current === undefined) return;
  context.beginPath();
  context.arc(current.x, current.y, 7, 0, 2 * Math.PI);
  context.lineWidth = 1.5;
  context.strokeStyle = palette.textMuted;
  context.stroke();
}

function drawAxes(context: CanvasRenderingContext2D, plot: Plot, palette: Palette): void {
  context.font = `11px ${getComputedStyle(document.body).fontFamily}`;
  context.fillStyle = palette.textMuted;
  context.strokeStyle = palette.grid;
  context.lineWidth = 1;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const ms of durationTicks(plot)) {
    const y = Math.round(yOf(plot, Math.log10(ms))) + 0.5;
    context.beginPath();
    context.moveTo(margin.left, y);
    context.lineTo(plot.width - margin.right, y);
    context.stroke();
    context.fillText(formatDurationShort(ms), margin.left - 8, y);
  }
  context.textAlign = "center";
  for (const ms of instantTicks(plot, Math.max(2, Math.floor(plot.width / tickRoomPx)))) {
    const x = xOf(plot, ms);
    if (x < plot.width - labelHalfPx) context.fillText(instantLabel(ms), x, plot.height - 7);
  }
}

/** The date at midnight, else the time of day. */
function instantLabel(ms: number): string {
  const clock = formatClock(ms);
  if (clock === "00:00") return formatDay(ms);
  return ms % 60_000 === 0 ? clock : formatClockSeconds(ms);
}

function dot(context: CanvasRenderingContext2D, { x, y }: PlotPoint, colour: string, radius: number): void {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.globalAlpha = 0.6;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 1;
}

/** Errors have a shape of their own, not only a colour. */
function diamond(context: CanvasRenderingContext2D, { x, y }: PlotPoint, colour: string): void {
  context.beginPath();
  context.moveTo(x, y - 5);
  context.lineTo(x + 5, y);
  context.lineTo(x, y + 5);
  context.lineTo(x - 5, y);
  context.closePath();
  context.fillStyle = colour;
  context.fill();
}
