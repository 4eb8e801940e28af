import { firstTextOf, flagOf, numberOf, textOf, timeOf, type Fact } from "../fact.ts";
import type { Sighting } from "../sighting.ts";
import { statusOfWord } from "../status.ts";

/**
 * Airflow has traced in three ways, told apart by their attributes:
 * - 3.2 and later: `airflow.dag_id`, `airflow.task_id`, `airflow.dag_run.run_id`; spans `dag_run.X`, `task_run.X`, `worker.X`
 *   (`airflow/api_fastapi/execution_api/routes/task_instances.py`)
 * - 3.0 and 3.1: `airflow.dag_run.*` and `airflow.task.*`, all of them strings (`DagRun.set_dagrun_span_attrs`,
 *   `SchedulerJobRunner.set_ti_span_attrs`)
 * - 2.10 and 2.11: the same without a prefix, with `category` (`DagRun.update_state`, `SchedulerJobRunner`)
 */
export function recogniseAirflow(fact: Fact): Sighting | undefined {
  if (textOf(fact, "airflow.dag_id") !== undefined) return recogniseCurrent(fact);
  if (textOf(fact, "airflow.dag_run.dag_id") !== undefined) return recogniseDagRun(fact, "airflow.dag_run.");
  if (textOf(fact, "airflow.task.task_id") !== undefined) return recogniseTask(fact, "airflow.task.");
  if (textOf(fact, "dag_id") === undefined || textOf(fact, "category") === undefined) return undefined;
  return textOf(fact, "task_id") === undefined ? recogniseDagRun(fact, "") : recogniseTask(fact, "");
}

/** A run id of Airflow is unique within its DAG only. run_facts_from_spans_mv composes it the same way. */
const runIdOf = (dagId: string, runId: string | undefined) => (runId === undefined ? undefined : `${dagId}:${runId}`);

function recogniseCurrent(fact: Fact): Sighting {
  const dagId = textOf(fact, "airflow.dag_id") ?? "";
  const taskId = textOf(fact, "airflow.task_id");
  const base: Omit<Sighting, "role"> = {
    origin: "airflow",
    pipeline: dagId,
    runId: runIdOf(dagId, firstTextOf(fact, "airflow.dag_run.run_id", "airflow.run_id")),
    logicalDateMs: timeOf(fact, "airflow.dag_run.logical_date", "airflow.logical_date"),
    isBackfill: isBackfill(textOf(fact, "airflow.dag_run.run_type")),
    expectsRunSpan: true,
  };
  if (taskId === undefined) {
    if (!fact.name.startsWith("dag_run.")) return { ...base, role: "link" };
    return { ...base, role: "run", status: statusOfWord(textOf(fact, "airflow.dag_run.state")) };
  }
  const mapIndex = numberOf(fact, "airflow.task_instance.map_index") ?? -1;
  return {
    ...base,
    role: roleOf(fact.name),
    stage: mapIndex >= 0 ? `${taskId}[${mapIndex}]` : taskId,
    attempt: numberOf(fact, "airflow.task_instance.try_number"),
    status: statusOfWord(textOf(fact, "airflow.task_instance.state")),
  };
}

/** Only the spans that Airflow makes are stages; identity attributes are also stamped on spans of the work inside. */
function roleOf(name: string): Sighting["role"] {
  if (name.startsWith("task_run.")) return "stage";
  return name.startsWith("worker.") ? "work" : "link";
}

function recogniseDagRun(fact: Fact, prefix: string): Sighting {
  const dagId = textOf(fact, `${prefix}dag_id`) ?? "";
  const startMs = timeOf(fact, `${prefix}data_interval_start`);
  const endMs = timeOf(fact, `${prefix}data_interval_end`);
  return {
    role: textOf(fact, `${prefix}run_id`) === undefined ? "link" : "run",
    origin: "airflow",
    pipeline: dagId,
    runId: runIdOf(dagId, textOf(fact, `${prefix}run_id`)),
    status: statusOfWord(textOf(fact, `${prefix}state`)),
    logicalDateMs: timeOf(fact, `${prefix}logical_date`, `${prefix}execution_date`),
    interval: startMs === undefined || endMs === undefined ? undefined : { startMs, endMs },
    isBackfill: isBackfill(textOf(fact, `${prefix}run_type`)),
    queuedAtMs: timeOf(fact, `${prefix}queued_at`),
    workStartMs: timeOf(fact, `${prefix}run_start_date`),
    workEndMs: timeOf(fact, `${prefix}run_end_date`),
    expectsRunSpan: true,
  };
}

function recogniseTask(fact: Fact, prefix: string): Sighting {
  const dagId = textOf(fact, `${prefix}dag_id`) ?? "";
  const taskId = textOf(fact, `${prefix}task_id`) ?? fact.name;
  const mapIndex = numberOf(fact, `${prefix}map_index`) ?? mapIndexInUrl(fact, prefix);
  const isError = flagOf(fact, `${prefix}error`) === true;
  return {
    role: "stage",
    origin: "airflow",
    pipeline: dagId,
    runId: runIdOf(dagId, textOf(fact, `${prefix}run_id`)),
    stage: mapIndex >= 0 ? `${taskId}[${mapIndex}]` : taskId,
    attempt: numberOf(fact, `${prefix}try_number`),
    status: isError ? "failed" : statusOfWord(textOf(fact, `${prefix}state`)),
    logicalDateMs: timeOf(fact, `${prefix}logical_date`, `${prefix}execution_date`),
    queuedAtMs: timeOf(fact, `${prefix}queued_dttm`),
    workStartMs: timeOf(fact, `${prefix}start_date`),
    workEndMs: timeOf(fact, `${prefix}end_date`),
    part: mapIndex >= 0 ? mapIndex : undefined,
    expectsRunSpan: true,
  };
}

/** Before 3.2 the instances of a mapped task differ in the link to their logs only; those of 2.10 even share one span id. */
function mapIndexInUrl(fact: Fact, prefix: string): number {
  const found = /(?:[?&]map_index=|\/mapped\/)(\d+)/.exec(textOf(fact, `${prefix}log_url`) ?? "");
  return found === null ? -1 : Number(found[1]);
}

/** Only a run that is known to be a backfill is one; of the others the logical date decides. */
function isBackfill(runType: string | undefined): boolean | undefined {
  return runType !== undefined && /(^|\.)backfill/i.test(runType) ? true : undefined;
}
