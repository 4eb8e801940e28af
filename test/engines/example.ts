import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { RunResponse, RunsResponse } from "sightglass/contract";
import { type Server, until } from "../app/server.ts";

/** A program of examples/, compiled as its README says, as a process that sends to a server. */
export class Example {
  readonly process: ChildProcess;
  output = "";

  constructor(name: string, program: string, server: Server, environment: Record<string, string>, args: string[] = []) {
    const folder = join("examples", name);
    build(folder);
    this.process = spawn(process.execPath, [join(folder, "dist", `${program}.js`), ...args], {
      env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp, ...environment },
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.process.stdout, this.process.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** Its exit code. */
  async ended(): Promise<number | null> {
    if (this.process.exitCode === null && this.process.signalCode === null) await once(this.process, "exit");
    return this.process.exitCode;
  }

  stop(): Promise<number | null> {
    this.process.kill("SIGTERM");
    return this.ended();
  }
}

const built = new Set<string>();

function build(folder: string): void {
  if (built.has(folder)) return;
  execFileSync("node_modules/.bin/tsc", ["-p", folder], { stdio: "inherit" });
  built.add(folder);
}

/** The runs of a pipeline that have ended, oldest first, once there are `count` of them. */
export async function endedRuns(server: Server, pipeline: string, count: number, said: () => string) {
  const read = async () => {
    const { runs } = await server.get<RunsResponse>(`/api/runs?pipeline=${pipeline}&limit=200`);
    return runs.filter(({ status }) => status !== "running").toReversed();
  };
  await until(async () => (await read()).length >= count, {
    what: () => `${count} runs of ${pipeline}; the program said: ${said()}`,
    timeoutMs: 60_000,
  });
  const runs = await read();
  return Promise.all(runs.map(({ id }) => server.get<RunResponse>(`/api/runs/${id}`)));
}

/** What a run counted, stage by stage. */
export function rowsOf({ stages }: RunResponse): Record<string, (number | null)[]> {
  return Object.fromEntries(
    stages.map((stage) => [
      stage.name,
      [stage.recordsRead, stage.recordsWritten, stage.recordsFailed, stage.recordsFiltered, stage.recordsDeduplicated],
    ]),
  );
}
