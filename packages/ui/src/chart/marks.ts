import type uPlot from "uplot";
import { token } from "./token.ts";
import type { ChartMark } from "./spec.ts";

const radiusPx = 4.5;
const edgeInsetPx = 7;
const reachPx = 8;

/** Diamonds at their places, over the lines. */
export function drawMarks(plot: uPlot, marks: readonly ChartMark[]): void {
  const { ctx } = plot;
  const scale = devicePixelRatio;
  ctx.save();
  ctx.fillStyle = token("--surface");
  ctx.strokeStyle = token("--accent");
  ctx.lineWidth = 1.6 * scale;
  const radius = radiusPx * scale;
  for (const mark of marks) {
    const { left, top } = placeOf(plot, mark);
    const [x, y] = [left * scale + plot.bbox.left, top * scale + plot.bbox.top];
    ctx.beginPath();
    ctx.moveTo(x, y - radius);
    ctx.lineTo(x + radius, y);
    ctx.lineTo(x, y + radius);
    ctx.lineTo(x - radius, y);
    ctx.closePath();
    ctx.fill();
    ctx.stroke();
  }
  ctx.restore();
}

/** The mark under a point of the plot, in CSS pixels; null when there is none near. */
export function markAt(plot: uPlot, marks: readonly ChartMark[], point: { left: number; top: number }): number | null {
  let [nearest, distance]: [number | null, number] = [null, reachPx];
  for (const [index, mark] of marks.entries()) {
    const { left, top } = placeOf(plot, mark);
    const away = Math.hypot(left - point.left, top - point.top);
    if (away < distance) [nearest, distance] = [index, away];
  }
  return nearest;
}

/** In CSS pixels within the plot; kept inside of it. */
function placeOf(plot: uPlot, { xMs, y }: ChartMark): { left: number; top: number } {
  const bottom = plot.over.clientHeight - edgeInsetPx;
  const top = y === null ? edgeInsetPx : plot.valToPos(y, "y");
  return { left: plot.valToPos(xMs / 1000, "x"), top: Math.min(Math.max(top, edgeInsetPx), bottom) };
}
