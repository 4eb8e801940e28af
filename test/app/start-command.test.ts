import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunsResponse } from "sightglass/contract";
import { describe, expect, it } from "vitest";
import { freePorts, until } from "./server.ts";

describe("npm start", () => {
  it("serves, runs the demo, prints the page's address, and ends with 0 on Ctrl-C", { timeout: 400_000 }, async () => {
    const data = mkdtempSync(join(tmpdir(), "sightglass-start-"));
    const { page, grpc, http } = await freePorts();
    const start = spawn(
      "npm",
      ["start", "--", "--port", String(page), "--otlp-grpc", String(grpc), "--otlp-http", String(http), "--data", data],
      { stdio: ["ignore", "pipe", "pipe"], detached: true },
    );
    /** As a terminal does on Ctrl-C: to npm, to whatever shell it starts, and to the script, all at once. */
    const signalAll = (signal: NodeJS.Signals) => process.kill(-(start.pid ?? 0), signal);
    let output = "";
    for (const stream of [start.stdout, start.stderr])
      stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
    try {
      await until(() => output.includes(`http://127.0.0.1:${page}`), {
        what: () => `the address: ${output}`,
        timeoutMs: 180_000,
      });
      await until(
        async () => {
          const answer = await fetch(`http://127.0.0.1:${page}/api/runs?pipeline=flights`);
          return ((await answer.json()) as RunsResponse).runs.some(({ status }) => status === "succeeded");
        },
        { what: () => `a run of the demo: ${output}`, timeoutMs: 180_000 },
      );
      signalAll("SIGINT");
      const [code] = (await once(start, "exit")) as [number | null];
      expect(code, output).toBe(0);
      await expect(fetch(`http://127.0.0.1:${page}/health`)).rejects.toThrow();
    } finally {
      if (start.exitCode === null && start.signalCode === null) signalAll("SIGKILL");
      rmSync(data, { recursive: true, force: true });
    }
  });

  it("ends with 0 on Ctrl-C while it still installs, and leaves no installer behind", async () => {
    const folder = mkdtempSync(join(tmpdir(), "sightglass-install-"));
    cpSync("scripts", join(folder, "scripts"), { recursive: true });
    writeFileSync(join(folder, "npm"), "#!/bin/sh\necho installer $$\nexec sleep 600\n", { mode: 0o755 });
    const { page, grpc, http } = await freePorts();
    const start = spawn(
      process.execPath,
      ["scripts/start.mjs", "--port", String(page), "--otlp-grpc", String(grpc), "--otlp-http", String(http)],
      {
        cwd: folder,
        env: { ...process.env, PATH: `${folder}:${process.env["PATH"]}` },
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const ended = once(start, "exit");
    let output = "";
    start.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    try {
      await until(() => /installer \d+\n/.test(output), { what: () => `the installer: ${output}` });
      start.kill("SIGINT");
      expect(await ended).toEqual([0, null]);
      const installer = Number(/installer (\d+)/.exec(output)?.[1]);
      await until(() => !isAlive(installer), { what: () => `the end of process ${installer}` });
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });

  it("names a taken port and the flag, before it starts anything", async () => {
    const holder = createServer().listen(0, "127.0.0.1");
    await once(holder, "listening");
    const { port: taken } = holder.address() as AddressInfo;
    const free = await freePorts();
    const ports: [string, number][] = [
      ["port", free.page],
      ["otlp-grpc", free.grpc],
      ["otlp-http", free.http],
    ];
    for (const [flag] of ports) {
      const args = ports.flatMap(([name, port]) => [`--${name}`, String(name === flag ? taken : port)]);
      const start = spawn(process.execPath, ["scripts/start.mjs", ...args], { stdio: ["ignore", "pipe", "pipe"] });
      let output = "";
      for (const stream of [start.stdout, start.stderr])
        stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
      const [code] = (await once(start, "close")) as [number | null];
      expect(code).toBe(69);
      expect(output).toBe(
        `Port ${taken} is already in use: stop the other program, or choose another port with npm start -- --${flag} N\n`,
      );
    }
    holder.close();
  });

  it("says what is wrong with an option", async () => {
    const start = spawn(process.execPath, ["scripts/start.mjs", "--port", "many"], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    start.stderr.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const [code] = (await once(start, "exit")) as [number | null];
    expect(code).toBe(2);
    expect(output).toContain("--port many: expected a number from 1 to 65535");
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
