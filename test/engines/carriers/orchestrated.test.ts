import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server } from "../../app/server.ts";
import { installedEngine, runToEnd, TemporaryFolder } from "../command.ts";
import { airflow, airflowProgram } from "../peers/airflow.ts";
import type { Peer } from "../peers/peer.ts";
import { prefect } from "../peers/prefect.ts";
import { Side } from "./sides.ts";
import { spanNamed } from "./stored.ts";

/** Orchestrators that run what one program has started, and of which another takes up the trace: three processes, one trace. */

let server: Server;
let folder: TemporaryFolder;
beforeAll(async () => {
  folder = new TemporaryFolder("orchestrated");
  server = await Server.start();
});
afterAll(async () => {
  await server?.dispose();
  folder?.remove();
});

const orchestrated = join(import.meta.dirname, "orchestrated");
/** What Python's own OpenTelemetry needs to send here. */
const environment = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp, PYTHONDONTWRITEBYTECODE: "1" });

/** One program starts it, `run` is the orchestrator, another program follows. The orchestrator's span lies between theirs. */
async function crossed(boundary: string, peer: Peer, between: string, run: () => Promise<unknown>): Promise<void> {
  const variables = { ...peer.variables, ...environment(), FOLDER: folder.path };
  const setting = { boundary, name: `${boundary}-run`, variables };
  const sent = await new Side("produce", setting).done();
  if (sent === undefined) expect.fail("the producer told no span");
  await run();
  await new Side("consume", setting).done();
  const inside = await spanNamed(server, sent.traceId, between);
  expect(inside.parentSpanId).toBe(sent.spanId);
  const received = await spanNamed(server, sent.traceId, `${setting.name} receive`);
  expect(received.parentSpanId).toBe(inside.spanId);
}

const python = installedEngine("prefect/bin/python") ?? "python3";
const hasPrefect =
  prefect.isInstalled() &&
  spawnSync(python, ["-c", "import opentelemetry.exporter.otlp.proto.http, opentelemetry.sdk, prefect"]).status === 0;

describe.skipIf(!hasPrefect)("Prefect (needs prefect and opentelemetry-exporter-otlp-proto-http)", () => {
  let peer: Peer;
  beforeAll(async () => (peer = await prefect.start()), 240_000);
  afterAll(() => peer?.stop());

  it("a flow goes on with the trace of its run's label, and puts its own there", () =>
    crossed("prefect", peer, "prefect-run", () =>
      runToEnd(python, [join(orchestrated, "flow.py")], {
        environment: {
          ...environment(),
          NAME: "prefect-run",
          PREFECT_API_URL: `${peer.variables["PREFECT_URL"]}/api`,
          PREFECT_HOME: folder.path,
        },
      }),
    ));
});

describe.skipIf(!airflow.isInstalled())("Airflow (needs apache-airflow)", () => {
  let peer: Peer;
  beforeAll(async () => (peer = await airflow.start()), 240_000);
  afterAll(() => peer?.stop());

  it("a task goes on with the trace of its run's conf, and hands its own on as an XCom", () =>
    crossed("airflow-task", peer, "load in Airflow", () => {
      const conf = readFileSync(join(folder.path, "airflow-task-run.json"), "utf8");
      const { AIRFLOW_HOME = "" } = peer.variables;
      return runToEnd(airflowProgram(), ["dags", "test", "handover", "--conf", conf], {
        environment: { ...environment(), AIRFLOW_HOME, AIRFLOW__CORE__LOAD_EXAMPLES: "False" },
      });
    }));
});
