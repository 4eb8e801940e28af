import type uPlot from "uplot";
import type { ChartPoint, ChartSpec } from "./spec.ts";
import { token } from "./token.ts";

const radiusPx = 3.25;
/** Above so many points they are drawn small and without a rim. */
const roomyMax = 120;

/** The first series' points, each in its own colour and form; in words they are told on hover. */
export function drawPoints(plot: uPlot, { pointOf, series }: ChartSpec): void {
  if (pointOf === undefined) return;
  const { ctx } = plot;
  const scale = devicePixelRatio;
  const isRoomy = (series[0]?.values.length ?? 0) <= roomyMax;
  const radius = (isRoomy ? radiusPx : radiusPx * 0.6) * scale;
  const colors = new Map<string, string>();
  ctx.save();
  ctx.lineWidth = 1.5 * scale;
  ctx.strokeStyle = token("--surface");
  for (const [index, value] of (series[0]?.values ?? []).entries()) {
    const seconds = plot.data[0][index];
    if (value === null || seconds === undefined) continue;
    const { color, shape } = pointOf(index);
    const known = colors.get(color) ?? token(color);
    colors.set(color, known);
    ctx.beginPath();
    outline(ctx, shape, { x: plot.valToPos(seconds, "x", true), y: plot.valToPos(value, "y", true), radius });
    ctx.fillStyle = known;
    if (isRoomy) ctx.stroke();
    ctx.fill();
  }
  ctx.restore();
}

interface Round {
  x: number;
  y: number;
  radius: number;
}

function outline(ctx: CanvasRenderingContext2D, shape: ChartPoint["shape"], { x, y, radius }: Round): void {
  if (shape === "dot") {
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  // Of about the same area as the dot.
  const reach = radius * { square: 0.95, diamond: 1.35, triangle: 1.3 }[shape];
  const corners = {
    square: [
      [-1, -1],
      [1, -1],
      [1, 1],
      [-1, 1],
    ],
    diamond: [
      [0, -1],
      [1, 0],
      [0, 1],
      [-1, 0],
    ],
    triangle: [
      [0, -1],
      [1, 0.8],
      [-1, 0.8],
    ],
  }[shape];
  for (const [dx = 0, dy = 0] of corners) ctx.lineTo(x + dx * reach, y + dy * reach);
  ctx.closePath();
}
