import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useIsDark } from "../theme/theme.ts";
import { chartOptions, type HoveredPoint } from "./options.ts";
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
}

/** The one wrapper around uPlot: time on x, one or more series on y, colours from the tokens. */
export function Chart(props: ChartProps) {
  const isDark = useIsDark();
  // What uPlot fixes at its making; new data alone do not make it anew.
  const series = props.series.map(({ label, color, kind }) => `${label} ${color} ${kind}`).join();
  return <Plot key={`${series} ${props.height} ${isDark}`} {...props} />;
}

function Plot(props: ChartProps) {
  const { label, height, xMs, series } = props;
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });

  useEffect(() => {
    const target = element.current;
    if (target === null) return;
    const options = chartOptions({
      spec: () => latest.current,
      width: target.clientWidth,
      height,
      onHover: (hovered) => latest.current.onHover?.(hovered),
    });
    const made = new uPlot(options, dataOf(latest.current), target);
    plot.current = made;
    const watcher = new ResizeObserver(() => made.setSize({ width: target.clientWidth, height }));
    watcher.observe(target);
    const select = () => {
      const index = made.cursor.idx;
      if (index !== null && index !== undefined) latest.current.onSelect?.(index);
    };
    target.addEventListener("click", select);
    return () => {
      watcher.disconnect();
      target.removeEventListener("click", select);
      made.destroy();
      plot.current = undefined;
    };
  }, [height]);

  useEffect(() => {
    plot.current?.setData(dataOf({ xMs, series }));
  }, [xMs, series]);

  return (
    <div
      ref={element}
      className={`chart${props.onSelect === undefined ? "" : " is-clickable"}`}
      // It holds a canvas, which an img cannot.
      // oxlint-disable-next-line jsx-a11y/prefer-tag-over-role
      role="img"
      aria-label={label}
      style={{ height }}
    />
  );
}

function dataOf({ xMs, series }: Pick<ChartSpec, "xMs" | "series">): uPlot.AlignedData {
  return [xMs.map((ms) => ms / 1000), ...series.map((each) => [...each.values])];
}
