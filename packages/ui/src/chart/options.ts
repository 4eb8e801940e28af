import uPlot from "uplot";
import { formatClock, formatClockSeconds, formatDay } from "../format/time.ts";
import type { ChartSeries, ChartSpec } from "./spec.ts";

const dayS = 86_400;
const pointRadiusPx = 3.25;
/** Above so many points they are drawn small and without a rim. */
const roomyPointsMax = 120;

/** A point of the chart, and where it is in the window, in CSS pixels. */
export interface HoveredPoint {
  index: number;
  left: number;
  top: number;
}

export interface OptionsInput {
  /** Read at every drawing, so that new data need no new chart. */
  spec: () => ChartSpec;
  width: number;
  height: number;
  onHover: (hovered: HoveredPoint | null) => void;
}

/** uPlot's options in the house's looks: no legend, thin axes, a quiet grid. */
export function chartOptions({ spec, width, height, onHover }: OptionsInput): uPlot.Options {
  const { series, syncKey, yFormat, yIncrements } = spec();
  const axis = {
    stroke: token("--text-muted"),
    font: `11px ${token("--font-sans")}`,
    ticks: { show: false },
    grid: { stroke: token("--chart-grid"), width: 1 },
  };
  return {
    width,
    height,
    padding: [10, 8, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: false, y: false },
      ...(syncKey === undefined ? {} : { sync: { key: syncKey } }),
    },
    scales: { x: { time: true }, y: { range: (_, __, max) => [0, max > 0 ? max * 1.08 : 1] } },
    series: [{}, ...series.map(seriesOptions)],
    axes: [
      { ...axis, grid: { show: false }, size: 24, space: 72, values: (plot, splits) => splits.map(timeLabel(plot)) },
      {
        ...axis,
        size: 58,
        space: 34,
        ...(yIncrements === undefined ? {} : { incrs: [...yIncrements] }),
        values: (_, splits) => splits.map((value) => yFormat(value)),
      },
    ],
    hooks: {
      draw: [(plot) => drawPoints(plot, spec())],
      setCursor: [
        (plot) => {
          const index = plot.cursor.idx;
          // A synchronised cursor moves here too; only the chart under the pointer speaks.
          if (index === null || index === undefined || (plot.cursor.left ?? -1) < 0) return onHover(null);
          const event = plot.cursor.event;
          if (event === undefined || event === null) return;
          const box = plot.over.getBoundingClientRect();
          const x = plot.valToPos(plot.data[0][index] ?? 0, "x");
          onHover({ index, left: box.left + x, top: box.top });
        },
      ],
    },
  };
}

function timeLabel(plot: uPlot): (seconds: number) => string {
  const range = (plot.scales["x"]?.max ?? 0) - (plot.scales["x"]?.min ?? 0);
  const format = range > 1.6 * dayS ? formatDay : range > 600 ? formatClock : formatClockSeconds;
  return (seconds) => format(seconds * 1000);
}

function seriesOptions({ label, color, kind }: ChartSeries): uPlot.Series {
  const stroke = token(color);
  if (kind === "bars") {
    const paths = uPlot.paths.bars?.({ size: [0.7, 8, 2] });
    return { label, fill: stroke, width: 0, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
  }
  if (kind === "points") return { label, stroke, width: 0, paths: () => null, points: { show: false } };
  return { label, stroke, width: 1.5, points: { show: false } };
}

/** The first series' points, each in its own colour: status is told by the point and, in words, on hover. */
function drawPoints(plot: uPlot, { pointColor, series }: ChartSpec): void {
  if (pointColor === undefined) return;
  const context = plot.ctx;
  const scale = devicePixelRatio;
  const isRoomy = (series[0]?.values.length ?? 0) <= roomyPointsMax;
  const radius = (isRoomy ? pointRadiusPx : pointRadiusPx * 0.6) * scale;
  const colors = new Map<string, string>();
  context.save();
  for (const [index, value] of (series[0]?.values ?? []).entries()) {
    const seconds = plot.data[0][index];
    if (value === null || seconds === undefined) continue;
    const name = pointColor(index);
    const color = colors.get(name) ?? token(name);
    colors.set(name, color);
    context.beginPath();
    context.arc(plot.valToPos(seconds, "x", true), plot.valToPos(value, "y", true), radius, 0, 2 * Math.PI);
    context.fillStyle = color;
    context.fill();
    if (!isRoomy) continue;
    context.lineWidth = 1.5 * scale;
    context.strokeStyle = token("--surface");
    context.stroke();
  }
  context.restore();
}

function token(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}
