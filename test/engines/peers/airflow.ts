import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort } from "../../app/server.ts";
import { Command, installedEngine, isOnPath, runToEnd, TemporaryFolder } from "../command.ts";
import { answers, type PeerKind, ready } from "./peer.ts";

const program = () => installedEngine("airflow/bin/airflow") ?? "airflow";

const dag = `
from airflow.sdk import dag, task

@dag(dag_id="orders", schedule=None, is_paused_upon_creation=False)
def orders():
    @task
    def load(): ...

    load()

orders()
`;

/** Airflow's API server with its own SQLite and one DAG, without a scheduler: runs stay queued, and their tasks can hold XComs. */
export const airflow: PeerKind = {
  name: "airflow",
  isInstalled: () => isOnPath(program()),
  async start() {
    const folder = new TemporaryFolder("airflow");
    mkdirSync(join(folder.path, "dags"));
    writeFileSync(join(folder.path, "dags/orders.py"), dag);
    const environment = {
      AIRFLOW_HOME: folder.path,
      AIRFLOW__CORE__LOAD_EXAMPLES: "False",
      AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS: "True",
      AIRFLOW__API__WORKERS: "1",
    };
    await runToEnd(program(), ["db", "migrate"], { environment });
    await runToEnd(program(), ["dags", "reserialize"], { environment });
    const port = await freePort();
    const args = ["api-server", "--host", "127.0.0.1", "--port", String(port)];
    const command = new Command(program(), args, { environment });
    const url = `http://127.0.0.1:${port}`;
    await ready(command, () => answers(`${url}/api/v2/version`));
    const answer = await fetch(`${url}/auth/token`);
    const { access_token: token } = (await answer.json()) as { access_token: string };
    return {
      variables: { AIRFLOW_URL: url, AIRFLOW_TOKEN: token },
      async stop() {
        await command.end();
        folder.remove();
      },
    };
  },
};
