import { parseDetails } from "../decode/typed-json.ts";
import type { AnyValue, ColumnProfile, KeyValue, QualityCheck, RunQuality, StageDetail } from "../http/contract.ts";
import { spanIdSet, traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";

/** Spans may begin before the run does, by the clocks of other machines. */
const clockSkewMs = 60 * 60 * 1000;
/** A span has 128 events at most, unless somebody has raised that. */
const eventsMax = 2000;

const outcomes = ["passed", "failed", "warned"] as const;
const order = { failed: 0, warned: 1, passed: 2 };

/** What stages found out about their data: `dq.check` and `dq.column.profile` events, the failed checks first. */
export async function qualityOf(
  store: Store,
  about: { traceIds: readonly string[]; fromMs: number; toMs: number; stages: readonly StageDetail[] },
): Promise<RunQuality> {
  // The stage says on its span that it has checked something: most have not, and need no look at their events.
  const stages = about.stages.filter(({ attributes }) => attributes.some(({ key }) => key.startsWith("dq.")));
  if (stages.length === 0) return { checks: [], columns: [] };
  const rows = await store.query<{ spanId: string; name: string; event: string }>(
    `SELECT lower(hex(span_id)) AS spanId, event_name AS name, event
     FROM spans
     ARRAY JOIN event_names AS event_name, event_attributes AS event
     WHERE start_time BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
       AND trace_id IN ${traceIdSet("traces")}
       AND span_id IN ${spanIdSet("spans")}
       AND event_name IN ('dq.check', 'dq.column.profile')
     ORDER BY start_time LIMIT {events:UInt32}`,
    {
      params: {
        from: Math.floor(about.fromMs) - clockSkewMs,
        to: Math.ceil(about.toMs) + clockSkewMs,
        traces: about.traceIds,
        spans: stages.map(({ attempts, spanId }) => attempts.at(-1)?.spanId ?? spanId),
        events: eventsMax,
      },
    },
  );
  const names = new Map(
    stages.flatMap(({ name, spanId, attempts }) =>
      [spanId, ...attempts.map((attempt) => attempt.spanId)].map((id) => [id, name]),
    ),
  );
  const found = rows.map(({ spanId, name, event }) => ({
    name,
    stage: names.get(spanId) ?? "",
    attributes: new Map(parseDetails(event).attributes.map(({ key, value }: KeyValue) => [key, value])),
  }));
  return {
    checks: found
      .filter(({ name }) => name === "dq.check")
      .map(({ stage, attributes }) => checkOf(stage, attributes))
      .toSorted((a, b) => order[a.status] - order[b.status]),
    columns: found
      .filter(({ name }) => name === "dq.column.profile")
      .map(({ stage, attributes }) => columnOf(stage, attributes)),
  };
}

type Attributes = ReadonlyMap<string, AnyValue>;

function checkOf(stage: string, attributes: Attributes): QualityCheck {
  const status = textOf(attributes, "dq.check.status");
  return {
    stage,
    table: textOf(attributes, "dq.table"),
    partition: textOf(attributes, "dq.partition") || null,
    kind: textOf(attributes, "dq.check.kind"),
    subject: textOf(attributes, "dq.check.subject"),
    // What is not known to have passed has not.
    status: outcomes.find((known) => known === status) ?? "failed",
    value: numberOf(attributes, "dq.check.value"),
    expected: textOf(attributes, "dq.check.expected"),
    invalidColumns: textsOf(attributes, "dq.check.invalid_columns"),
  };
}

function columnOf(stage: string, attributes: Attributes): ColumnProfile {
  const number = (name: string) => numberOf(attributes, `dq.column.${name}`);
  return {
    stage,
    table: textOf(attributes, "dq.table"),
    column: textOf(attributes, "dq.column"),
    rows: number("rows"),
    missing: number("missing"),
    distinct: number("distinct"),
    min: number("min"),
    max: number("max"),
    mean: number("mean"),
    standardDeviation: number("standard_deviation"),
    p05: number("p05"),
    p50: number("p50"),
    p95: number("p95"),
    top: textsOf(attributes, "dq.column.top"),
  };
}

function textOf(attributes: Attributes, key: string): string {
  const value = attributes.get(key);
  return value !== undefined && "stringValue" in value ? value.stringValue : "";
}

function numberOf(attributes: Attributes, key: string): number | null {
  const value = attributes.get(key);
  if (value === undefined) return null;
  const number =
    "intValue" in value ? Number(value.intValue) : "doubleValue" in value ? Number(value.doubleValue) : NaN;
  return Number.isFinite(number) ? number : null;
}

function textsOf(attributes: Attributes, key: string): string[] {
  const value = attributes.get(key);
  if (value === undefined || !("arrayValue" in value)) return [];
  return value.arrayValue.values.flatMap((one: AnyValue) => ("stringValue" in one ? [one.stringValue] : []));
}
