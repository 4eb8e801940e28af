import { type HTMLAttributes, type KeyboardEvent, useEffect, useRef, useState } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useIsDark } from "../theme/theme.ts";
import { chartOptions, type HoveredPoint } from "./options.ts";
import { panByDragging } from "./pan.ts";
import { pointAfter } from "./point-keys.ts";
import type { ChartSpec } from "./spec.ts";
import "./chart.css";

export interface ChartProps extends ChartSpec {
  /** What the chart shows, for people who cannot see it, and where the same numbers stand as text. */
  label: string;
  /** CSS pixels. */
  height: number;
  /** What a click or Enter on a point opens, and its words for people who hear it. Arrow keys go from point to point. */
  points?: { onOpen: (index: number) => void; words: (index: number) => string };
  /** The point under the pointer; null when it leaves. */
  onHover?: (hovered: HoveredPoint | null) => void;
  /** A mark was clicked. */
  onMark?: (index: number) => void;
  /** A part of the time was dragged over. */
  onZoom?: (range: { startMs: number; endMs: number }) => void;
  /** The time axis was dragged, or the plot with Shift held. */
  onPan?: (byMs: number) => void;
}

/** The one wrapper around uPlot: time on x, one or more series on y, colours from the tokens. */
export function Chart(props: ChartProps) {
  const isDark = useIsDark();
  // What uPlot fixes at its making; new data alone do not make it anew.
  const series = props.series.map(({ label, color, kind }) => `${label} ${color} ${kind}`).join();
  const form = `${props.isStacked ?? false} ${props.heat !== undefined} ${props.onZoom !== undefined} ${props.yUnit ?? ""}`;
  return <Plot key={`${series} ${form} ${props.height} ${isDark}`} {...props} />;
}

function Plot(props: ChartProps) {
  const { label, height, xMs, series, xRangeMs, marks, heat } = props;
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    let overMark: number | null = null;
    const options = chartOptions({
      spec: () => latest.current,
      width: target.clientWidth,
      height,
      onHover: (hovered) => {
        overMark = hovered?.mark ?? null;
        target.classList.toggle("is-over-mark", overMark !== null);
        latest.current.onHover?.(hovered);
      },
      ...(latest.current.onZoom === undefined ? {} : { onZoom: (range) => latest.current.onZoom?.(range) }),
    });
    const made = new uPlot(options, dataOf(latest.current), target);
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height }));
    watcher.observe(target);
    const stopPanning =
      latest.current.onPan === undefined ? undefined : panByDragging(made, (byMs) => latest.current.onPan?.(byMs));
    const select = () => {
      if (overMark !== null) return latest.current.onMark?.(overMark);
      const index = made.cursor.idx;
      if (index !== null && index !== undefined) latest.current.points?.onOpen(index);
    };
    target.addEventListener("click", select);
    return () => {
      watcher.disconnect();
      stopPanning?.();
      target.removeEventListener("click", select);
      made.destroy();
      plot.current = undefined;
    };
  }, [height]);

  useEffect(() => {
    plot.current?.setData(dataOf({ xMs, series, ...(heat === undefined ? {} : { heat }) }));
    // The range and the marks are read while drawing.
    // oxlint-disable-next-line react/exhaustive-effect-dependencies
  }, [xMs, series, xRangeMs?.startMs, xRangeMs?.endMs, marks, heat]);

  const keys = usePointKeys(props, plot);
  return (
    <div
      ref={element}
      className={`chart${props.points === undefined ? "" : " is-clickable"}${props.onZoom === undefined ? "" : " is-zoomable"}`}
      // It holds a canvas, which an img cannot.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="img"
      aria-label={label}
      style={{ height }}
      {...keys}
    />
  );
}

/** A chart whose points open something is a slider over them: the keyboard moves uPlot's cursor. */
function usePointKeys(
  { points, xMs, series }: ChartProps,
  plot: { current: uPlot | undefined },
): HTMLAttributes<HTMLElement> {
  const [at, setAt] = useState<number | null>(null);
  if (points === undefined || xMs.length === 0) return {};
  const moveTo = (index: number | null) => {
    setAt(index);
    const x = index === null ? undefined : xMs[index];
    if (index === null || x === undefined) return plot.current?.setCursor({ left: -10, top: -10 });
    const value = series.map(({ values }) => values[index]).find((each) => each !== null && each !== undefined);
    const [left, top] = [plot.current?.valToPos(x / 1000, "x"), plot.current?.valToPos(value ?? 0, "y")];
    plot.current?.setCursor({ left: left ?? 0, top: top ?? 0 });
  };
  return {
    role: "slider",
    tabIndex: 0,
    "aria-valuemin": 1,
    "aria-valuemax": xMs.length,
    "aria-valuenow": (at ?? xMs.length - 1) + 1,
    "aria-valuetext": at === null ? "arrow keys go from run to run, Enter opens one" : points.words(at),
    onBlur: () => moveTo(null),
    onKeyDown: (event: KeyboardEvent) => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.key === "Enter" && at !== null) return points.onOpen(at);
      if (event.key === "Escape") return moveTo(null);
      const next = pointAfter(event.key, at, xMs.length);
      if (next === null) return;
      event.preventDefault();
      moveTo(next);
    },
  };
}

function dataOf({ xMs, series, heat }: Pick<ChartSpec, "xMs" | "series" | "heat">): uPlot.AlignedData {
  const seconds = xMs.map((ms) => ms / 1000);
  // A heat map has no line, but uPlot has no cursor without a series.
  if (heat !== undefined) return [seconds, seconds.map(() => 0)];
  return [seconds, ...series.map((each) => [...each.values])];
}
