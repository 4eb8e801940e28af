import { parseDetails } from "../decode/typed-json.ts";
import type { FailedRecordGroup } from "../http/contract.ts";
import { spanIdSet, traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";
import { isoOf } from "./runs-row.ts";

/** Spans may begin before the run does, by the clocks of other machines. */
const clockSkewMs = 60 * 60 * 1000;
const samplesMax = 5;
/** Reasons with ids in them would make a group each. */
const groupsMax = 200;

/** Records that stages set aside: their spans' `pipeline.record.failed` events by stage and reason, the most frequent first. */
export async function failedRecordsOf(
  store: Store,
  about: {
    traceIds: readonly string[];
    fromMs: number;
    toMs: number;
    stages: readonly { id: string; name: string; spanId: string }[];
  },
): Promise<FailedRecordGroup[]> {
  if (about.stages.length === 0) return [];
  const rows = await store.query<{ spanId: string; reason: string; count: number; samples: [number, string][] }>(
    `SELECT lower(hex(span_id)) AS spanId,
       JSONExtractString(event, 'attributes', 'pipeline.failure.reason') AS reason,
       sum(greatest(1, JSONExtractInt(event, 'attributes', 'pipeline.failure.count'))) AS count,
       groupArraySorted({samples:UInt8})((-toUnixTimestamp64Milli(at), event)) AS samples
     FROM spans
     ARRAY JOIN event_times AS at, event_names AS event_name, event_attributes AS event
     WHERE start_time BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
       AND trace_id IN ${traceIdSet("traces")}
       AND span_id IN ${spanIdSet("spans")}
       AND has(event_names, 'pipeline.record.failed') AND event_name = 'pipeline.record.failed'
     GROUP BY span_id, reason
     ORDER BY count DESC, spanId, reason LIMIT {groups:UInt32}`,
    {
      params: {
        from: Math.floor(about.fromMs) - clockSkewMs,
        to: Math.ceil(about.toMs) + clockSkewMs,
        traces: about.traceIds,
        spans: about.stages.map(({ spanId }) => spanId),
        samples: samplesMax,
        groups: groupsMax,
      },
    },
  );
  const stages = new Map(about.stages.map((stage) => [stage.spanId, stage]));
  return rows.map(({ spanId, reason, count, samples }) => ({
    stageId: stages.get(spanId)?.id ?? spanId,
    stage: stages.get(spanId)?.name ?? "",
    reason: reason === "" ? "unknown" : reason,
    count,
    samples: samples.map(([minusMs, event]) => ({ at: isoOf(-minusMs), attributes: parseDetails(event).attributes })),
  }));
}
