import type { Exemplar, ExemplarSeries, SeriesLabels } from "../../api/prometheus.ts";
import { parseValue } from "../../format/value.ts";

/** One exemplar, with the series that it is of. */
export interface FoundExemplar {
  timeMs: number;
  value: number;
  traceId: string | null;
  labels: SeriesLabels;
  seriesLabels: SeriesLabels;
}

/** More would cover each other. */
const shownMax = 100;

/** The newest exemplars of all queries, the same trace once. */
export function exemplarsOf(all: readonly ExemplarSeries[]): FoundExemplar[] {
  const found = all.flatMap(({ seriesLabels, exemplars }) => exemplars.map((each) => toFound(each, seriesLabels)));
  const seen = new Set<string>();
  const newest = found.toSorted((a, b) => b.timeMs - a.timeMs);
  return newest
    .filter(({ traceId, timeMs, value }) => {
      const key = `${traceId} ${timeMs} ${value}`;
      return seen.has(key) ? false : (seen.add(key), true);
    })
    .slice(0, shownMax)
    .reverse();
}

function toFound({ labels, value, timestamp }: Exemplar, seriesLabels: SeriesLabels): FoundExemplar {
  const traceId = labels["trace_id"] ?? labels["traceID"] ?? labels["traceId"] ?? null;
  return { timeMs: timestamp * 1000, value: parseValue(value), traceId, labels, seriesLabels };
}

/**
 * Whether a query's values are of the same kind as the observations behind it: then exemplars have a place on its y
 * axis. A rate of requests and the duration of one have not.
 */
export const hasValuesOfObservations = (expr: string): boolean =>
  /^\s*\(*\s*(1000\s*\*\s*)?histogram_(quantile|avg)\b/.test(expr);
