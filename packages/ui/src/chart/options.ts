import uPlot from "uplot";
import { formatClock, formatClockSeconds, formatDay } from "../format/time.ts";
import { drawHeat } from "./heat.ts";
import { drawMarks, markAt } from "./marks.ts";
import type { ChartSeries, ChartSpec } from "./spec.ts";
import { drawPoints } from "./points.ts";
import { token } from "./token.ts";

const dayS = 86_400;
const aloneS = 150;

/** A point of the chart, and where it is in the window, in CSS pixels. */
export interface HoveredPoint {
  index: number;
  left: number;
  top: number;
  /** Where the pointer is on the y axis. */
  y: number;
  /** The mark under the pointer. */
  mark: number | null;
}

export interface OptionsInput {
  /** Read at every drawing, so that new data need no new chart. */
  spec: () => ChartSpec;
  width: number;
  height: number;
  onHover: (hovered: HoveredPoint | null) => void;
  /** A part of the time was selected by dragging; absent where that does nothing. */
  onZoom?: ((range: { startMs: number; endMs: number }) => void) | undefined;
}

/** Shorter drags are clicks. */
const zoomMinPx = 5;

/** uPlot's options in the house's looks: no legend, thin axes, a quiet grid. */
export function chartOptions({ spec, width, height, onHover, onZoom }: OptionsInput): uPlot.Options {
  const { series, syncKey, heat, isStacked = false } = spec();
  const axis = {
    stroke: token("--text-muted"),
    font: `11px ${token("--font-sans")}`,
    ticks: { show: false },
    grid: { stroke: token("--chart-grid"), width: 1 },
  };
  return {
    width,
    height,
    // A name at the very end of an axis has room.
    padding: [10, spec().xRangeMs === undefined ? 8 : 20, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { show: false },
      drag: { x: onZoom !== undefined, y: false, setScale: false },
      ...(syncKey === undefined ? {} : { sync: { key: syncKey } }),
    },
    scales: {
      x: {
        time: true,
        // A single moment has no width: some minutes around it have.
        range: ({ data: [xs] }, min, max) => {
          const [only = 0] = xs;
          return xs.length === 1 ? xRange(spec(), only - aloneS, only + aloneS) : xRange(spec(), min, max);
        },
      },
      y: { range: (_, min, max) => yRange(spec(), min, max) },
    },
    series: [
      {},
      ...(heat === undefined ? series.map((each, index) => seriesOptions(each, isStacked && index === 0)) : [unseen]),
    ],
    ...(isStacked ? { bands: series.slice(1).map((each, index) => bandUnder(index + 2, each)) } : {}),
    axes: [
      { ...axis, grid: { show: false }, size: 24, space: 72, values: (plot, splits) => splits.map(timeLabel(plot)) },
      yAxis(axis, spec),
    ],
    hooks: {
      drawAxes: [
        (plot) => {
          const { heat } = spec();
          if (heat !== undefined) drawHeat(plot, heat);
        },
      ],
      draw: [
        (plot) => {
          drawPoints(plot, spec());
          drawMarks(plot, spec().marks ?? []);
        },
      ],
      setSelect: [
        (plot) => {
          const { left, width: px } = plot.select;
          if (px >= zoomMinPx)
            onZoom?.({ startMs: plot.posToVal(left, "x") * 1000, endMs: plot.posToVal(left + px, "x") * 1000 });
          plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false);
        },
      ],
      setCursor: [
        (plot) => {
          const index = plot.cursor.idx;
          // A synchronised cursor moves here too; only the chart under the pointer, or with the focus, speaks.
          if (index === null || index === undefined || (plot.cursor.left ?? -1) < 0) return onHover(null);
          const isPointedAt = plot.cursor.event !== undefined && plot.cursor.event !== null;
          if (!isPointedAt && plot.root.parentElement !== document.activeElement) return;
          const box = plot.over.getBoundingClientRect();
          const x = plot.valToPos(plot.data[0][index] ?? 0, "x");
          const at = { left: plot.cursor.left ?? 0, top: plot.cursor.top ?? 0 };
          const mark = markAt(plot, spec().marks ?? [], at);
          onHover({ index, left: box.left + x, top: box.top, y: plot.posToVal(at.top, "y"), mark });
        },
      ],
    },
  };
}

function xRange({ xRangeMs }: ChartSpec, min: number, max: number): [number, number] {
  if (xRangeMs !== undefined) return [xRangeMs.startMs / 1000, xRangeMs.endMs / 1000];
  return [min, max];
}

/** From zero; where the y axis fits the values, only as far as they are not far above it. */
function yRange({ heat, fitsY = false }: ChartSpec, min: number, max: number): [number, number] {
  if (heat !== undefined) return [0, heat.cells.length];
  if (!fitsY) return [0, max > 0 ? max * 1.08 : 1];
  if (min === null || max === null || !Number.isFinite(min) || !Number.isFinite(max)) return [0, 1];
  const room = (max - min) * 0.08 || Math.abs(max) * 0.1 || 1;
  const isNearZero = min >= 0 && min < max * 0.7;
  return [isNearZero || min === 0 ? 0 : min - room, max === 0 ? room : max + room];
}

function yAxis(axis: uPlot.Axis, spec: () => ChartSpec): uPlot.Axis {
  const { heat, yIncrements, yFormat } = spec();
  if (heat === undefined)
    return {
      ...axis,
      size: 58,
      space: 34,
      ...(yIncrements === undefined ? {} : { incrs: [...yIncrements] }),
      values: (_, splits) => splits.map((value) => yFormat(value)),
    };
  return {
    ...axis,
    grid: { show: false },
    size: 58,
    // Whole rows only, as many names as fit.
    splits: (plot) => {
      const rows = spec().heat?.cells.length ?? 0;
      const every = Math.max(1, Math.ceil((rows * 22) / plot.height));
      return Array.from({ length: Math.floor(rows / every) + 1 }, (_, index) => index * every);
    },
    values: (_, splits) => splits.map((row) => spec().heat?.edges[row] ?? ""),
  };
}

/** Fills from series number `index` down to the one before. */
function bandUnder(index: number, { color }: ChartSeries): uPlot.Band {
  return { series: [index, index - 1], fill: softened(color) };
}

const softened = (color: string) => `color-mix(in srgb, ${token(color)} 32%, transparent)`;

function timeLabel(plot: uPlot): (seconds: number) => string {
  const range = (plot.scales["x"]?.max ?? 0) - (plot.scales["x"]?.min ?? 0);
  const format = range > 1.6 * dayS ? dayOrClock : range > 600 ? formatClock : formatClockSeconds;
  return (seconds) => format(seconds * 1000);
}

/** Over days, midnights are days and what lies between them is a time. */
function dayOrClock(ms: number): string {
  const at = new Date(ms);
  return at.getHours() === 0 && at.getMinutes() === 0 ? formatDay(ms) : formatClock(ms);
}

/** uPlot has no cursor without a series. */
const unseen: uPlot.Series = { paths: () => null, points: { show: false } };

function seriesOptions({ label, color, kind }: ChartSeries, isFilled: boolean): uPlot.Series {
  const stroke = token(color);
  if (kind === "bars") {
    const paths = uPlot.paths.bars?.({ size: [0.7, 8, 2] });
    return { label, fill: stroke, width: 0, points: { show: false }, ...(paths === undefined ? {} : { paths }) };
  }
  if (kind === "points") return { label, stroke, width: 0, paths: () => null, points: { show: false } };
  const fill = isFilled ? { fill: softened(color) } : {};
  return { label, stroke, width: 1.5, ...fill, points: { show: true, size: 4, fill: stroke, width: 0, filter: alone } };
}

/** Points without neighbours, which no line would show. */
function alone(plot: uPlot, index: number): number[] {
  const values = plot.data[index] ?? [];
  const isGap = (at: number) => values[at] === null || values[at] === undefined;
  return Array.from({ length: values.length }, (_, at) => at).filter(
    (at) => !isGap(at) && isGap(at - 1) && isGap(at + 1),
  );
}
