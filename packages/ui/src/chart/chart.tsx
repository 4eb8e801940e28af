import { useEffect, useRef } from "react";
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { useIsDark } from "../theme/theme.ts";
import { chartOptions } from "./options.ts";
import type { ChartSpec } from "./spec.ts";
import "./chart.css";

export interface ChartProps extends ChartSpec {
  /** What the chart shows, for people who cannot see it, and where the same numbers stand as text. */
  label: string;
  /** CSS pixels. */
  height: number;
  /** A point was clicked. */
  onSelect?: (index: number) => void;
  /** The point under the pointer, with its place in the window; null when it leaves. */
  onHover?: (hovered: { index: number; left: number; top: number } | null) => void;
}

/** The one wrapper around uPlot: time on x, one or more series on y, colours from the tokens, drawn again on a theme change. */
export function Chart(props: ChartProps) {
  const { label, height } = props;
  const element = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot>(undefined);
  const latest = useRef(props);
  const isDark = useIsDark();
  useEffect(() => {
    latest.current = props;
  });
  // What uPlot fixes at its making; new data alone do not make it anew.
  const shape = JSON.stringify([
    props.series.map((series) => [series.label, series.color, series.kind]),
    height,
    props.yFormat.name,
    isDark,
  ]);

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
    return () => {
      watcher.disconnect();
      made.destroy();
      plot.current = undefined;
    };
  }, [shape, height]);

  const { xMs, series, pointColor } = props;
  useEffect(() => {
    plot.current?.setData(dataOf({ xMs, series }));
  }, [xMs, series, pointColor]);

  return (
    // Reading and opening points by keyboard happens in the table that the label names.
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/prefer-tag-over-role
    <div
      ref={element}
      className={`chart${props.onSelect === undefined ? "" : " is-clickable"}`}
      role="img"
      aria-label={label}
      style={{ height }}
      onClick={() => {
        const index = plot.current?.cursor.idx;
        if (index !== null && index !== undefined) props.onSelect?.(index);
      }}
    />
  );
}

function dataOf({ xMs, series }: Pick<ChartSpec, "xMs" | "series">): uPlot.AlignedData {
  return [xMs.map((ms) => ms / 1000), ...series.map((each) => [...each.values])];
}
