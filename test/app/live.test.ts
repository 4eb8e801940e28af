import { spawn } from "node:child_process";
import { once } from "node:events";
import type { LiveEvent, LogsResponse, RunsResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "./server.ts";

describe("a command under `sightglass run`", () => {
  let server: Server;
  beforeAll(async () => {
    server = await Server.start();
  });
  afterAll(() => server?.dispose());

  const latest = async () => (await server.get<RunsResponse>("/api/runs?limit=1")).runs[0];

  it("is a run while it runs, told live, and afterwards what it came to", async () => {
    const events: LiveEvent[] = [];
    const listening = new AbortController();
    const stream = await fetch(`${server.url}/api/live`, { signal: listening.signal });
    const gathered = gather(stream, events);

    const script = `
      trap 'echo "::sightglass read=10 written=9 filtered=1::"; exit 3' USR1
      echo begin
      while :; do sleep 0.05; done`;
    const command = spawn(
      process.execPath,
      [
        server.program,
        "run",
        "--pipeline",
        "nightly",
        "--partition",
        "2026-11-19",
        "--endpoint",
        server.otlpHttp,
        "--",
        "sh",
        "-c",
        script,
      ],
      { stdio: ["ignore", "pipe", "ignore"] },
    );
    let output = "";
    command.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await until(async () => (await latest())?.status === "running", { what: () => "the run to be seen while it runs" });
    await until(() => output === "begin\n", { what: () => "the command to have begun" });
    command.kill("SIGUSR1");
    const [code] = (await once(command, "exit")) as [number];
    expect(code).toBe(3);
    expect(output).toBe("begin\n::sightglass read=10 written=9 filtered=1::\n");
    await until(async () => (await latest())?.status === "failed", { what: () => "the run to have failed" });
    const run = await latest();
    expect(run).toMatchObject({
      pipeline: "nightly",
      partition: "2026-11-19",
      recordsRead: 10,
      recordsWritten: 9,
      recordsFiltered: 1,
    });
    const { logs } = await server.get<LogsResponse>(`/api/runs/${run?.id ?? ""}/logs`);
    expect(logs.map(({ body }) => body)).toContain("begin");

    await until(() => events.some((event) => event.type === "run" && event.status === "failed"), {
      what: () => "the live event",
    });
    listening.abort();
    await gathered;
    const statuses = events.flatMap((event) => (event.type === "run" && event.runId === run?.id ? [event.status] : []));
    expect(statuses[0]).toBe("running");
    expect(statuses.at(-1)).toBe("failed");
  });
});

/** Reads server-sent events until the connection is cut. */
async function gather(answer: Response, events: LiveEvent[]): Promise<void> {
  const decoder = new TextDecoder();
  let text = "";
  try {
    for await (const chunk of answer.body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const blocks = text.split("\n\n");
      text = blocks.pop() ?? "";
      for (const block of blocks) {
        const data = /^data: (.*)$/m.exec(block)?.[1];
        if (data !== undefined) events.push(JSON.parse(data) as LiveEvent);
      }
    }
  } catch {
    // The test has heard enough.
  }
}
