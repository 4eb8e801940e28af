import type uPlot from "uplot";
import type { ChartHeat } from "./spec.ts";
import { token } from "./token.ts";

const faintest = 0.06;

/** Cells in shades of the accent. The root spreads small counts apart, so that single slow requests are seen. */
export function drawHeat(plot: uPlot, { cells, max, stepMs }: ChartHeat): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  ctx.fillStyle = token("--accent");
  for (const [row, columns] of cells.entries()) {
    const bottom = Math.round(plot.valToPos(row, "y", true));
    const top = Math.round(plot.valToPos(row + 1, "y", true));
    for (const [column, count] of columns.entries()) {
      const seconds = plot.data[0][column];
      if (count === null || count <= 0 || seconds === undefined) continue;
      const left = Math.round(plot.valToPos(seconds - stepMs / 2000, "x", true));
      const right = Math.round(plot.valToPos(seconds + stepMs / 2000, "x", true));
      ctx.globalAlpha = faintest + (1 - faintest) * Math.sqrt(count / max);
      ctx.fillRect(left, top, Math.max(right - left, 1), bottom - top - (bottom - top > 4 ? 1 : 0));
    }
  }
  ctx.restore();
}
