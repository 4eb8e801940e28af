import { plainNumber, type Unit } from "../format/unit.ts";
import { durationText, parseDurationText } from "../url/explore-search.ts";
import { type Evaluated, stepFor } from "./evaluated.ts";

/** Up to now, or around something that was. */
export type SeriesTime = { range: string } | { start: string; end: string };

const hourMs = 3_600_000;
/** Of a short run, at least so much before and after it; of a long one, at most. */
const [aroundMinMs, aroundMaxMs] = [hourMs, 168 * hourMs];
/** So many times its own length. */
const aroundFactor = 24;
const pointsWanted = 60;
/** The derived series have a point every 15 s: a shorter window would be empty at times. */
const windowMinMs = 300_000;

/** What came before a run and after it, so that it can be told from its neighbours. */
export function timeAround(startedAt: string, endedAt: string | null): SeriesTime {
  const startMs = Date.parse(startedAt);
  const endMs = endedAt === null ? startMs : Date.parse(endedAt);
  const aroundMs = Math.min(Math.max(aroundFactor * (endMs - startMs), aroundMinMs), aroundMaxMs);
  return { start: new Date(startMs - aroundMs).toISOString(), end: new Date(endMs + aroundMs).toISOString() };
}

const ranges = ["15m", "1h", "3h", "6h", "24h", "3d"];

/** A window, or so much less as there is nothing before the first run in it. */
export function timeSince(firstRunAt: string | undefined, window: string, nowMs: number): SeriesTime {
  if (firstRunAt === undefined) return { range: window };
  const ageMs = nowMs - Date.parse(firstRunAt);
  const fits = ranges.find((range) => ageMs <= (parseDurationText(range) ?? 0));
  const isShorter = fits !== undefined && (parseDurationText(fits) ?? 0) < (parseDurationText(window) ?? 0);
  return { range: isShorter ? fits : window };
}

/** The moments that a small chart shows; none in the future. */
export function evaluatedOver(time: SeriesTime, nowMs: number): Evaluated {
  const [startMs, endMs] =
    "range" in time
      ? [nowMs - (parseDurationText(time.range) ?? 0), nowMs]
      : [Date.parse(time.start), Math.min(Date.parse(time.end), nowMs)];
  const stepMs = stepFor(Math.max(1, endMs - startMs), pointsWanted);
  return { startMs: endMs - Math.floor((endMs - startMs) / stepMs) * stepMs, endMs, stepMs };
}

/** A question worth asking of every pipeline, as one or more queries. */
export interface PipelineQuestion {
  title: string;
  /** What one point covers. */
  note: string;
  queries: { expr: string; legend: string }[];
  unit: Unit;
  isStacked: boolean;
  /** The colour token of a line by its name, where the name has a colour of its own. */
  colors: Readonly<Record<string, string>>;
}

const statusColors = {
  success: "--succeeded",
  failure: "--failed",
  lost: "--lost",
  skipped: "--skipped",
  cancelled: "--cancelled",
};

export function pipelineQuestions(pipeline: string, stepMs: number): PipelineQuestion[] {
  const window = durationText(Math.max(stepMs, windowMinMs));
  const selector = `pipeline=${JSON.stringify(pipeline)}`;
  const quantile = (q: number) =>
    `histogram_quantile(${q}, sum by (le) (increase(pipeline_run_duration_seconds_bucket{${selector}}[${window}])))`;
  return [
    {
      title: "Runs by status",
      note: `in ${window}`,
      queries: [
        { expr: `sum by (status) (increase(pipeline_runs_total{${selector}}[${window}]))`, legend: "{{status}}" },
      ],
      unit: plainNumber,
      isStacked: true,
      colors: statusColors,
    },
    {
      title: "Run duration",
      note: `of the runs in ${window}`,
      queries: [
        { expr: quantile(0.5), legend: "p50" },
        { expr: quantile(0.95), legend: "p95" },
      ],
      unit: { of: "seconds", isPerSecond: false },
      isStacked: false,
      colors: {},
    },
    {
      title: "Rows written by stage",
      note: `in ${window}`,
      queries: [
        {
          expr: `sum by (stage) (increase(pipeline_records_total{${selector}, direction="written"}[${window}]))`,
          legend: "{{stage}}",
        },
      ],
      unit: plainNumber,
      isStacked: false,
      colors: {},
    },
  ];
}
