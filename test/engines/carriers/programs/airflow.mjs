const { AIRFLOW_URL, AIRFLOW_TOKEN } = process.env;

/** The one DAG that the peer has, and its task. */
export const dagId = "orders";
export const taskId = "load";

/** A request to Airflow's REST API, version 2. */
export async function api(path, body) {
  const response = await fetch(AIRFLOW_URL + path, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${AIRFLOW_TOKEN}`, "content-type": "application/json" },
    body: body && JSON.stringify(body),
  });
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

export const startRun = (runId, conf = {}) =>
  api(`/api/v2/dags/${dagId}/dagRuns`, { dag_run_id: runId, logical_date: null, conf });
