import { limits } from "../model/limits.ts";
import type { Store } from "../store/store.ts";
import { patient } from "./patient.ts";
import { histogramSql, pointSql, seriesIdSql, timeSql } from "./points-sql.ts";
import type { Source } from "./series-state.ts";

/** Which names span metrics go by: Tempo's metrics generator's, the Collector's span metrics connector's, or both. */
export interface SpanMetricNames {
  tempo: boolean;
  collector: boolean;
}

/** The connector's default bounds, in milliseconds. */
export const collectorBoundsMs = [
  2, 4, 6, 8, 10, 50, 100, 200, 400, 800, 1000, 1400, 2000, 5000, 10000, 15000,
] as const;

/** Tempo's default bounds: 2 ms to 16.384 s, each twice the one before. */
export const tempoBoundsS = Array.from({ length: 14 }, (_unused, power) => 2 ** (power + 1) / 1000);

const kindSql = `transform(kind, [1, 2, 3, 4, 5],
  ['SPAN_KIND_INTERNAL', 'SPAN_KIND_SERVER', 'SPAN_KIND_CLIENT', 'SPAN_KIND_PRODUCER', 'SPAN_KIND_CONSUMER'],
  'SPAN_KIND_UNSPECIFIED')`;
const statusSql = "transform(status_code, [1, 2], ['STATUS_CODE_OK', 'STATUS_CODE_ERROR'], 'STATUS_CODE_UNSET')";

const spanLabels = {
  span_name: "span_name",
  span_kind: kindSql,
  status_code: statusSql,
  otel_metric_overflow: "if(is_overflowing, 'true', '')",
};
const tempoLabels = { service: "service", ...spanLabels };
const collectorLabels = { service_name: "service", ...spanLabels };

interface Family {
  calls: string | null;
  histogram: string;
  labels: typeof tempoLabels | typeof collectorLabels;
  bounds: readonly number[];
  /** Nanoseconds in the histogram's unit. */
  unitNs: number;
}

const inMs = { bounds: collectorBoundsMs, unitNs: 1e6 };

const familiesOf: Record<keyof SpanMetricNames, readonly Family[]> = {
  tempo: [
    {
      calls: "traces_spanmetrics_calls_total",
      histogram: "traces_spanmetrics_latency",
      labels: tempoLabels,
      bounds: tempoBoundsS,
      unitNs: 1e9,
    },
    { calls: null, histogram: "traces_spanmetrics_duration_milliseconds", labels: tempoLabels, ...inMs },
  ],
  collector: [
    {
      calls: "traces_span_metrics_calls_total",
      histogram: "traces_span_metrics_duration_milliseconds",
      labels: collectorLabels,
      ...inMs,
    },
  ],
};

const chosen = ({ tempo, collector }: SpanMetricNames) => [
  ...(tempo ? (["tempo"] as const) : []),
  ...(collector ? (["collector"] as const) : []),
];

const kept = "(SELECT service, name FROM span_names_kept)";
const fullServices = "(SELECT service FROM span_names_kept)";

/** `span_calls` with the name that a span is counted under: none for the names past the limit. */
const named = `
  SELECT service, kind, status_code, above_ns, calls, duration_ns, last_seen, exemplar,
         is_overflow OR (service IN ${fullServices} AND (service, name) NOT IN ${kept}) AS is_overflowing,
         if(is_overflowing, '', name) AS span_name
  FROM span_calls`;

/** Bounds are whole microseconds, so this is exact. */
const boundNs = (bound: number, unitNs: number) => Math.round(bound * unitNs);

function pointsOf({ calls, histogram, labels, bounds, unitNs }: Family, index: number): string {
  const points = histogramSql({
    metric: histogram,
    labels,
    bounds,
    buckets: `buckets${index}`,
    sum: `total_ns / ${unitNs}`,
  });
  return calls === null ? points : `arrayConcat([${pointSql(calls, labels, "total")}], ${points})`;
}

const idleSince = `${timeSql("at")} - toIntervalMillisecond(${limits.derivedIdleMs.value})`;
/** A span is seen when it is inserted, a moment before a query sees it. */
const newSince = `${timeSql("since")} - toIntervalMillisecond(${limits.derivedLookbackMs.value})`;

/**
 * Counters of the spans of services, as they stand since the data folder was made; those of either name are a source of
 * their own, so that each has a first time. Those with new spans are added up anew, the others go on as they are, and one
 * without new spans for long ends.
 */
export function spanCounters(names: SpanMetricNames): Source[] {
  return chosen(names).map((name) => ({
    name: `spans-${name}`,
    kind: "total",
    points: spanPoints(familiesOf[name]),
    carried: `grown_at > ${idleSince}`,
  }));
}

function spanPoints(families: readonly Family[]): string {
  const buckets = families.map(({ bounds, unitNs }, index) => {
    const below = bounds.map((bound) => `sumIf(calls, above_ns < ${boundNs(bound, unitNs)})`);
    return `[${[...below, "sum(calls)"].join(", ")}] AS buckets${index}`;
  });
  return `
    SELECT point.1 AS metric, point.2 AS labels, point.3 AS amount
    FROM (
      SELECT service, span_name, is_overflowing, kind, status_code,
             sum(calls) AS total, sum(duration_ns) AS total_ns, ${buckets.join(",\n")}
      FROM (${named})
      GROUP BY service, span_name, is_overflowing, kind, status_code
      HAVING max(last_seen) > greatest(${newSince}, ${idleSince})
    )
    ARRAY JOIN arrayConcat(${families.map(pointsOf).join(",\n")}, []) AS point`;
}

/** A span for each bucket into which some fell lately. */
export function spanExemplars(names: SpanMetricNames): string {
  const families = chosen(names).flatMap((name) => familiesOf[name]);
  const points = families.map(({ histogram, labels, bounds, unitNs }) => {
    const texts = [...bounds.map(String), "+Inf"].map((text) => `'${text}'`);
    const below = [...bounds.map((bound) => String(boundNs(bound, unitNs))), "inf"];
    const le = `arrayElement([${texts.join(", ")}], arrayFirstIndex(bound -> exemplar.4 <= bound, [${below.join(", ")}]))`;
    return pointSql(`${histogram}_bucket`, { ...labels, le }, `exemplar.4 / ${unitNs}`);
  });
  return `
    SELECT ${timeSql("at")}, metric, ${seriesIdSql}, fromUnixTimestamp64Milli(exemplar.1, 'UTC'), value,
           map('trace_id', lower(hex(exemplar.2)), 'span_id', lower(hex(exemplar.3)))
    FROM (
      SELECT point.1 AS metric, point.2 AS labels, point.3 AS value, exemplar
      FROM (${named} WHERE last_seen > ${timeSql("since")})
      ARRAY JOIN [${points.join(", ")}] AS point
    )
    LIMIT 1 BY metric, labels`;
}

/** Which names keep series of their own, for services that have too many: those that came first. */
export async function keepSpanNames(
  store: Store,
  namesMax: number = limits.spanNamesPerServiceMax.value,
): Promise<void> {
  await store.execute(
    `INSERT INTO span_names_kept
     SELECT service, name FROM (
       SELECT service, name, min(first_seen) AS seen FROM span_calls
       WHERE NOT is_overflow AND service NOT IN ${fullServices}
         AND service IN (SELECT service FROM span_calls GROUP BY service HAVING uniqExactIf(name, NOT is_overflow) > {max:UInt64})
       GROUP BY service, name
     )
     ORDER BY service, seen, name
     LIMIT {max:UInt64} BY service`,
    { params: { max: namesMax }, ...patient },
  );
}
