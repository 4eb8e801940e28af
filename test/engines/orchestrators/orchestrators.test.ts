import { execFile, spawnSync } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RunResponse, RunsResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../../app/server.ts";
import { installedEngine, isOnPath, runToEnd, TemporaryFolder } from "../command.ts";

/** Orchestrators as they are, with their own tracing turned on the way docs/guides/orchestrators.md says. */

let server: Server;
beforeAll(async () => {
  server = await Server.start();
});
afterAll(() => server?.dispose());

const folders: TemporaryFolder[] = [];
afterAll(() => {
  for (const folder of folders) folder.remove();
});
function temporaryFolder(name: string): string {
  const folder = new TemporaryFolder(name);
  folders.push(folder);
  return folder.path;
}

/** The latest run of a pipeline, when it is over. */
async function runOf(pipeline: string): Promise<RunResponse> {
  const latest = async () => (await server.get<RunsResponse>(`/api/runs?pipeline=${pipeline}`)).runs[0];
  await until(async () => ((await latest())?.status ?? "running") !== "running", {
    what: () => `a run of ${pipeline}: ${server.output}`,
  });
  return server.get<RunResponse>(`/api/runs/${encodeURIComponent((await latest())?.id ?? "")}`);
}

/** What the stages did, by name: their status, and that of each attempt. */
const stagesOf = ({ stages }: RunResponse) =>
  stages
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, status, attempts }) => [name, status, attempts.map((attempt) => attempt.status)]);

const airflow = installedEngine("airflow/bin/airflow") ?? "airflow";

describe.skipIf(!isOnPath(airflow))("Airflow (needs apache-airflow)", () => {
  it("a DAG run is a run: a task tried twice, a mapped one, one that fails", async () => {
    const environment = {
      AIRFLOW_HOME: temporaryFolder("airflow"),
      AIRFLOW__CORE__DAGS_FOLDER: join(import.meta.dirname, "dags"),
      AIRFLOW__CORE__LOAD_EXAMPLES: "False",
      AIRFLOW__TRACES__OTEL_ON: "True",
      OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpGrpc,
      OTEL_SERVICE_NAME: "airflow",
      PYTHONDONTWRITEBYTECODE: "1",
    };
    await runToEnd(airflow, ["db", "migrate"], { environment });
    // Its exit code says that the run failed.
    await runToEnd(airflow, ["dags", "test", "shop"], { environment }).catch(() => undefined);
    const run = await runOf("shop");
    expect(run).toMatchObject({ origin: "airflow", status: "failed", service: "airflow", stagesFailed: 1 });
    expect(run.id).toMatch(/^shop:manual__/);
    expect(stagesOf(run)).toEqual([
      ["extract", "succeeded", ["succeeded"]],
      ["load", "failed", ["failed"]],
      ["part[0]", "succeeded", ["succeeded"]],
      ["part[1]", "succeeded", ["succeeded"]],
      ["transform", "succeeded", ["failed", "succeeded"]],
    ]);
  });
});

const prefectPython = installedEngine("prefect/bin/python") ?? "python3";
const hasPrefect =
  spawnSync(prefectPython, ["-c", "import opentelemetry.exporter.otlp.proto.http, opentelemetry.sdk, prefect"])
    .status === 0;

describe.skipIf(!hasPrefect)("Prefect (needs prefect and opentelemetry-exporter-otlp-proto-http)", () => {
  it("a flow run is a run, the flow within it another, and one that is tried again ends as its hook says", async () => {
    const environment = {
      PREFECT_HOME: temporaryFolder("prefect"),
      PREFECT_SERVER_ANALYTICS_ENABLED: "false",
      PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS: "240",
      OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp,
      OTEL_SERVICE_NAME: "flows",
    };
    await runToEnd(prefectPython, [join(import.meta.dirname, "flow.py")], { environment });
    const ofFlows = async () =>
      (await server.get<RunsResponse>("/api/runs")).runs.filter(({ origin }) => origin === "prefect");
    await until(async () => (await ofFlows()).length === 3, { what: () => "three runs" });
    const [retried, outer, inner] = (await ofFlows()).toSorted((a, b) => (a.startedAt < b.startedAt ? -1 : 1));
    expect(outer).toMatchObject({ pipeline: "shop", status: "failed", error: { message: "a row without a key" } });
    expect(retried).toMatchObject({ pipeline: "nightly", status: "succeeded", attempts: 2, error: null });
    expect(stagesOf(await server.get<RunResponse>(`/api/runs/${retried?.id ?? ""}`))).toEqual([
      ["extract", "succeeded", ["succeeded", "succeeded"]],
    ]);
    // By the id of its flow.
    expect(inner).toMatchObject({ pipeline: expect.stringMatching(/^[0-9a-f-]{36}$/) as string, status: "succeeded" });
    expect(stagesOf(await server.get<RunResponse>(`/api/runs/${outer?.id ?? ""}`))).toEqual([
      ["extract", "succeeded", ["succeeded"]],
      ["load", "failed", ["failed"]],
      ["part", "succeeded", ["succeeded"]],
      ["part", "succeeded", ["succeeded"]],
      ["transform", "succeeded", ["succeeded"]],
    ]);
  });
});

const dbt = installedEngine("dbt/bin/dbt") ?? "dbt";

describe.skipIf(!isOnPath(dbt))("dbt (needs dbt-duckdb)", () => {
  it("is a run with its exit code under `sightglass run`", async () => {
    const target = temporaryFolder("dbt");
    const project = join(import.meta.dirname, "dbt");
    const build = [dbt, "build", "--project-dir", project, "--profiles-dir", project, "--target-path", target];
    const args = [server.program, "run", "--pipeline", "dbt", "--", ...build, "--log-path", target];
    const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp };
    await expect(promisify(execFile)(process.execPath, args, { env })).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining("Failure in test not_null_orders_id") as string,
    });
    const run = await runOf("dbt");
    expect(run).toMatchObject({ status: "failed", error: { message: "the command ended with exit code 1" } });
    // It writes to its standard output only.
    expect(run.stages[0]?.error?.stack).toContain("Failure in test not_null_orders_id");
  });
});
