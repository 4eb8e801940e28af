import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { airflowConf, airflowXcom } from "@sightglass/sdk/carriers";
import { api } from "./airflow.mjs";

const { FOLDER, NAME: name } = process.env;
const file = join(FOLDER, `${name}.json`);

/** The conf with which the DAG is run. */
export const produce = () => writeFileSync(file, JSON.stringify(airflowConf.inject({ day: "2026-11-25" })));

/** What the task of the latest run has pushed, which is the run of this conf. */
export async function consume() {
  const { dag_runs: runs } = await api("/api/v2/dags/handover/dagRuns");
  const conf = readFileSync(file, "utf8");
  const run = runs.find((one) => JSON.stringify(one.conf) === conf);
  const address = { dagId: "handover", runId: run.dag_run_id, taskId: "load", key: "trace_context" };
  return airflowXcom.extract(await api(airflowXcom.path(address)));
}
