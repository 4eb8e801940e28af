import type { ByteSource } from "./native/byte-source.ts";

/**
 * Which spans feed the run facts. Each distinct attribute key gets its bits once per block; a span's bits together
 * decide. Keys without a namespace of their own only count in company, since any program may use them alone:
 * - Airflow 2.10 and 2.11: `dag_id` with `task_id` or `run_id` (later versions have `airflow.*`);
 * - dbt: `unique_id` with what tells of a node or a query, `invocation_id` with what tells of an invocation. Every
 *   event of dbt Fusion carries `dbt_core_event_code`, and only dbt says `node_outcome`.
 */
const decisive = 1;
const dagId = 2;
const dagPart = 4;
const uniqueId = 8;
const nodePart = 16;
const invocationId = 32;
const invocationPart = 64;

const prefixes = ["pipeline.", "airflow.", "prefect."];

const exact = new Map<string, number>([
  ["dag_id", dagId],
  ["task_id", dagPart],
  ["run_id", dagPart],
  ["unique_id", uniqueId],
  ["node_type", nodePart],
  ["materialization", nodePart],
  ["query_outcome", nodePart],
  ["sql_hash", nodePart],
  ["invocation_id", invocationId],
  ["raw_command", invocationPart],
  ["eval_args", invocationPart],
  ["node_outcome", decisive],
  ["dbt_core_event_code", decisive],
]);

const keyBytesMax = Math.max(...[...exact.keys()].map((key) => key.length));

/** The bits of an attribute key. */
export function pipelineBits(source: ByteSource, start: number, end: number): number {
  for (const prefix of prefixes) if (startsWith(source, start, end, prefix)) return decisive;
  if (end - start > keyBytesMax) return 0;
  return exact.get(Buffer.from(source.bytes.subarray(start, end)).toString("latin1")) ?? 0;
}

/** Whether a span whose keys have these bits together tells of a pipeline. */
export function isPipelineSpan(bits: number): boolean {
  if (bits === 0) return false;
  return (
    (bits & decisive) !== 0 ||
    (bits & (dagId | dagPart)) === (dagId | dagPart) ||
    (bits & (uniqueId | nodePart)) === (uniqueId | nodePart) ||
    (bits & (invocationId | invocationPart)) === (invocationId | invocationPart)
  );
}

/** Whether a log record of this event name announces a run, a stage or a heartbeat. */
export function isAnnouncement(source: ByteSource, start: number, end: number): boolean {
  return startsWith(source, start, end, "pipeline.");
}

function startsWith(source: ByteSource, start: number, end: number, prefix: string): boolean {
  if (end - start < prefix.length) return false;
  for (let i = 0; i < prefix.length; i++) if (source.bytes[start + i] !== prefix.charCodeAt(i)) return false;
  return true;
}
