import { airflowConf } from "@sightglass/sdk/carriers";
import { api, dagId, startRun } from "./airflow.mjs";

const { NAME: runId } = process.env;

export const produce = () => startRun(runId, airflowConf.inject({ day: "2026-11-25" }));

export async function consume() {
  return airflowConf.extract(await api(`/api/v2/dags/${dagId}/dagRuns/${runId}`));
}
