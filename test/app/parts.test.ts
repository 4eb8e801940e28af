import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { RunResponse, RunsResponse } from "sightglass/contract";
import { afterAll, beforeAll, expect, it } from "vitest";
import { Server, until } from "./server.ts";

let server: Server;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "sightglass-parts-"));
  server = await Server.start();
});
afterAll(async () => {
  await server?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

async function part(stage: string): Promise<void> {
  const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp };
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, "part.mjs"), folder, stage], { env });
}

/** The only run, once that many of its stages are over. */
async function runWith(stageCount: number): Promise<RunResponse> {
  let run: RunResponse | undefined;
  await until(
    async () => {
      const { runs } = await server.get<RunsResponse>("/api/runs");
      expect(runs.length).toBeLessThanOrEqual(1);
      if (runs[0] !== undefined) run = await server.get<RunResponse>(`/api/runs/${encodeURIComponent(runs[0].id)}`);
      return run?.stages.filter(({ endedAt }) => endedAt !== null).length === stageCount;
    },
    { what: () => `${stageCount} stages; the server said ${server.output}` },
  );
  return run as RunResponse;
}

it("a run of three processes with pauses between them is one run in one trace, and the pauses are waiting", async () => {
  const pauseMs = 1000;
  await part("extract");
  // Its part is over, the run is not.
  expect(await runWith(1)).toMatchObject({ status: "running", endedAt: null, partition: "2026-11-25" });
  await sleep(pauseMs);
  await part("load");
  expect(await runWith(2)).toMatchObject({ status: "running", endedAt: null });
  await sleep(pauseMs);
  await part("verify");
  await until(async () => (await runWith(3)).status !== "running", { what: () => "the run's end" });

  const run = await runWith(3);
  expect(run).toMatchObject({ status: "succeeded", attempts: 1, recordsRead: 10, recordsWritten: 10 });
  expect(run.recordsUnexplained).toBe(0);
  expect(run.traceIds).toHaveLength(1);
  expect(run.stages.map(({ name, parentId, service }) => [name, parentId, service])).toEqual([
    ["extract", null, "extract"],
    ["load", null, "load"],
    ["verify", null, "verify"],
  ]);
  const [, load, verify] = run.stages;
  expect(load?.waitMs).toBeGreaterThanOrEqual(pauseMs);
  expect(verify?.waitMs).toBeGreaterThanOrEqual(pauseMs);
  expect(run.waitMs).toBeGreaterThanOrEqual(2 * pauseMs);
  expect(run.waitMs).toBeLessThanOrEqual(run.durationMs ?? 0);
});
