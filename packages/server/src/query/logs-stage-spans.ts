import type { StageDetailJson } from "../fold/run.ts";
import { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import { traceIdSet } from "../store/id-sets.ts";
import type { Store } from "../store/store.ts";

/** The span ids of a stage: of all its attempts, and of every span inside them. @throws SightglassError not_found */
export async function spansWithin(
  store: Store,
  about: { traceIds: readonly string[]; fromMs: number; toMs: number; runId: string; stageId: string },
): Promise<string[]> {
  const [stage] = await store.query<{ detail: string }>(
    "SELECT detail FROM stages FINAL WHERE run_id = {run:String} AND stage_id = {stage:String}",
    { params: { run: about.runId, stage: about.stageId } },
  );
  if (stage === undefined)
    throw new SightglassError("not_found", `run "${about.runId}" has no stage with the id "${about.stageId}"`, {
      hint: "ids of stages are in /api/runs/ID; a stage that is tried again takes the id of its last attempt",
    });
  const { attempts } = JSON.parse(stage.detail) as StageDetailJson;
  const found = new Set([about.stageId, ...attempts.map(({ spanId }) => spanId)]);
  const spans = await store.query<{ spanId: string; parentId: string }>(
    `SELECT lower(hex(span_id)) AS spanId, lower(hex(parent_span_id)) AS parentId FROM spans
     WHERE start_time BETWEEN fromUnixTimestamp64Milli({from:Int64}, 'UTC') AND fromUnixTimestamp64Milli({to:Int64}, 'UTC')
       AND trace_id IN ${traceIdSet("traces")}
     LIMIT {most:UInt32}`,
    {
      params: {
        from: Math.floor(about.fromMs),
        to: Math.ceil(about.toMs),
        traces: about.traceIds,
        most: limits.traceSpansMax.value,
      },
    },
  );
  const children = new Map<string, string[]>();
  for (const { spanId, parentId } of spans) {
    const siblings = children.get(parentId);
    if (siblings === undefined) children.set(parentId, [spanId]);
    else siblings.push(spanId);
  }
  // A Set goes on over what is added while it is walked.
  for (const id of found) for (const child of children.get(id) ?? []) found.add(child);
  return [...found];
}
