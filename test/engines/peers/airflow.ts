import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../app/server.ts";
import { Command, installedEngine, isOnPath, runToEnd, TemporaryFolder } from "../command.ts";
import { answers, type PeerKind, ready } from "./peer.ts";

export const airflowProgram = () => installedEngine("airflow/bin/airflow") ?? "airflow";

const dag = `
from airflow.sdk import dag, task

@dag(dag_id="orders", schedule=None, is_paused_upon_creation=False)
def orders():
    @task
    def load(): ...

    load()

orders()
`;

const handover = join(import.meta.dirname, "../carriers/orchestrated/handover.py");

/**
 * Airflow's API server with its own SQLite and two DAGs, without a scheduler: runs stay queued, and their tasks can hold XComs.
 * `airflow dags test` with the same AIRFLOW_HOME runs one.
 */
export const airflow: PeerKind = {
  name: "airflow",
  isInstalled: () => isOnPath(airflowProgram()),
  async start() {
    const folder = new TemporaryFolder("airflow");
    mkdirSync(join(folder.path, "dags"));
    writeFileSync(join(folder.path, "dags/orders.py"), dag);
    cpSync(handover, join(folder.path, "dags/handover.py"));
    const environment = {
      AIRFLOW_HOME: folder.path,
      AIRFLOW__CORE__LOAD_EXAMPLES: "False",
      AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: "True",
      AIRFLOW__API__WORKERS: "1",
    };
    await runToEnd(airflowProgram(), ["db", "migrate"], { environment });
    await runToEnd(airflowProgram(), ["dags", "reserialize"], { environment });
    const port = await freePort();
    const args = ["api-server", "--host", "127.0.0.1", "--port", String(port)];
    const command = new Command(airflowProgram(), args, { environment });
    const url = `http://127.0.0.1:${port}`;
    await ready(command, () => answers(`${url}/api/v2/version`));
    const answer = await fetch(`${url}/auth/token`);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return {
      variables: { AIRFLOW_HOME: folder.path, AIRFLOW_URL: url, AIRFLOW_TOKEN: token },
      async stop() {
        await command.end();
        folder.remove();
      },
    };
  },
};
