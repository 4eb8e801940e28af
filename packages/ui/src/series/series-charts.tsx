import { keepPreviousData, useQueries, type UseQueryResult } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { rangeQuery } from "../api/prometheus-queries.ts";
import type { Envelope, QueryData } from "../api/prometheus.ts";
import { Chart } from "../chart/chart.tsx";
import { countIncrements, secondIncrements } from "../chart/increments.ts";
import type { HoveredPoint } from "../chart/options.ts";
import type { ChartMark } from "../chart/spec.ts";
import { formatUnitShort } from "../format/unit.ts";
import { useNow } from "../format/use-now.ts";
import { Skeleton } from "../primitives/skeleton.tsx";
import { Bubble } from "../primitives/tooltip.tsx";
import { type ExploreSearch, searchOfQueries } from "../url/explore-search.ts";
import "../waterfall/service-palette.css";
import type { Evaluated } from "./evaluated.ts";
import { LineWords } from "./line-words.tsx";
import { linesOf, stacked, stepsOf } from "./lines.ts";
import { evaluatedOver, type PipelineQuestion, pipelineQuestions, type SeriesTime } from "./pipeline-series.ts";
import "./series-charts.css";

export interface SeriesChartsProps {
  pipeline: string;
  time: SeriesTime;
  /** Where to set a mark, and what it stands for. */
  mark?: { at: string; words: string };
}

const heightPx = 132;
const colours = 10;
/** More names than these are left to the tooltip and to Explore. */
const namedMax = 6;

/** One small graph a question. */
export default function SeriesCharts({ pipeline, time, mark }: SeriesChartsProps) {
  const nowMs = useNow(60_000);
  // The same time in another object is the same time.
  const key = JSON.stringify(time);
  const range = useMemo(() => evaluatedOver(JSON.parse(key) as SeriesTime, nowMs), [key, nowMs]);
  const questions = useMemo(() => pipelineQuestions(pipeline, range.stepMs), [pipeline, range.stepMs]);
  const markAt = mark?.at;
  const marks = useMemo(() => (markAt === undefined ? [] : [{ xMs: Date.parse(markAt), y: null }]), [markAt]);
  return (
    <div className="series-charts">
      {questions.map((question) => (
        <Graph key={question.title} question={question} range={range} time={time} marks={marks} />
      ))}
    </div>
  );
}

interface GraphProps {
  question: PipelineQuestion;
  range: Evaluated;
  time: SeriesTime;
  marks: readonly ChartMark[];
}

/** Data stay the same object while they are equal, so that a chart is not drawn anew for nothing. */
const combine = (results: UseQueryResult<Envelope<QueryData>>[]) => ({
  data: results.map(({ data }) => data?.data ?? null),
  error: results.find(({ error }) => error !== null)?.error ?? null,
});

function Graph({ question, range, time, marks }: GraphProps) {
  const { title, note, queries } = question;
  const { data, error } = useQueries({
    queries: queries.map(({ expr }) => ({ ...rangeQuery(expr, range), placeholderData: keepPreviousData })),
    combine,
  });
  const search = { ...searchOfQueries(queries.map((query) => ({ ...query, isHidden: false }))), ...time };
  return (
    <section className="series-graph" aria-label={title}>
      <h3>
        <Link to="/explore" search={search as ExploreSearch} title={queries.map(({ expr }) => expr).join("\n")}>
          {title}
        </Link>{" "}
        <span className="muted">{note}</span>
      </h3>
      {error !== null ? (
        <p className="series-note">Could not be read: {error.message}</p>
      ) : data.includes(null) ? (
        <Skeleton height={heightPx} />
      ) : (
        <Lines question={question} range={range} marks={marks} data={data} />
      )}
    </section>
  );
}

interface LinesProps extends Omit<GraphProps, "time"> {
  data: readonly (QueryData | null)[];
}

function Lines({ question, range, marks, data }: LinesProps) {
  const [hovered, setHovered] = useState<HoveredPoint | null>(null);
  const { unit, isStacked, title } = question;
  const xMs = useMemo(() => stepsOf(range), [range]);
  const lines = useMemo(() => {
    const answers = question.queries.flatMap((query, index) => {
      const answer = data[index] ?? null;
      return answer === null ? [] : [{ index, ...query, data: answer }];
    });
    const known = linesOf(answers, range).lines.filter(({ stats }) => stats.max !== null && stats.max > 0);
    return known.map(({ name, values }, index) => ({
      name,
      values,
      unit: question.unit,
      color: question.colors[name] ?? `--service-${index % colours}`,
    }));
  }, [question, data, range]);
  const series = useMemo(() => {
    const values = isStacked ? stacked(lines.map((line) => line.values)) : lines.map((line) => line.values);
    return lines.map(({ name, color }, index) => ({
      label: name,
      color,
      kind: "line" as const,
      values: values[index] ?? [],
    }));
  }, [lines, isStacked]);
  if (lines.length === 0) return <p className="series-note muted">No sample in this time.</p>;
  return (
    <>
      <Chart
        label={`${title} over time. Explore has the same numbers as text.`}
        height={heightPx}
        xMs={xMs}
        xRangeMs={range}
        series={series}
        isStacked={isStacked}
        yFormat={(value) => formatUnitShort(value, unit)}
        yIncrements={unit.of === "seconds" ? secondIncrements : countIncrements}
        marks={marks}
        syncKey="pipeline-series"
        onHover={setHovered}
      />
      <ul className="chart-legend" aria-label="Lines">
        {lines.slice(0, namedMax).map(({ name, color }) => (
          <li key={name} title={name}>
            <span className="chart-swatch" style={{ background: `var(${color})` }} />
            <span className="truncate">{name}</span>
          </li>
        ))}
        {lines.length > namedMax ? <li>and {lines.length - namedMax} more</li> : null}
      </ul>
      {hovered === null ? null : (
        <Bubble
          id="series-bubble"
          place={hovered}
          content={<LineWords lines={lines} atMs={xMs[hovered.index] ?? 0} index={hovered.index} />}
        />
      )}
    </>
  );
}
