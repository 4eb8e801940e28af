import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useIsDark } from "../theme/theme.ts";
import { chartOptions, type HoveredPoint } from "./options.ts";
import { panByDragging } from "./pan.ts";
import type { ChartSpec } from "./spec.ts";
import "./chart.css";

export interface ChartProps extends ChartSpec {
  /** What the chart shows, for people who cannot see it, and where the same numbers stand as text. */
  label: string;
  /** CSS pixels. */
  height: number;
  /** A point was clicked. */
  onSelect?: (index: number) => void;
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
  const form = `${props.isStacked ?? false} ${props.heat !== undefined} ${props.onZoom !== undefined}`;
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
      if (index !== null && index !== undefined) latest.current.onSelect?.(index);
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

  return (
    <div
      ref={element}
      className={`chart${props.onSelect === undefined ? "" : " is-clickable"}${props.onZoom === undefined ? "" : " is-zoomable"}`}
      // It holds a canvas, which an img cannot.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="img"
      aria-label={label}
      style={{ height }}
    />
  );
}

function dataOf({ xMs, series, heat }: Pick<ChartSpec, "xMs" | "series" | "heat">): uPlot.AlignedData {
  const seconds = xMs.map((ms) => ms / 1000);
  // A heat map has no line, but uPlot has no cursor without a series.
  if (heat !== undefined) return [seconds, seconds.map(() => 0)];
  return [seconds, ...series.map((each) => [...each.values])];
}
