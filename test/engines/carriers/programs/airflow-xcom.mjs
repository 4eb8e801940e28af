import { airflowXcom } from "@sightglass/sdk/carriers";
import { api, dagId, startRun, taskId } from "./airflow.mjs";

/** A plus in it, as the ids of manual runs have one, must be escaped. */
const runId = `${process.env.NAME}+00:00`;
const address = { dagId, runId, taskId };

export async function produce() {
  await startRun(runId);
  await api(airflowXcom.path(address), airflowXcom.inject());
}

export async function consume() {
  return airflowXcom.extract(await api(airflowXcom.path({ ...address, key: "trace_context" })));
}
