import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePorts, until } from "../app/server.ts";

export const hasPrometheus = spawnSync("prometheus", ["--version"]).status === 0;
export const hasPromtool = spawnSync("promtool", ["--version"]).status === 0;

/** A real Prometheus in a temporary folder. */
export class Prometheus {
  readonly url: string;
  readonly #process: ChildProcess;
  readonly #folder: string;
  output = "";

  private constructor(config: string, port: number, flags: readonly string[]) {
    this.#folder = mkdtempSync(join(tmpdir(), "sightglass-prometheus-"));
    this.url = `http://127.0.0.1:${port}`;
    writeFileSync(join(this.#folder, "prometheus.yml"), config);
    this.#process = spawn(
      "prometheus",
      [
        `--config.file=${join(this.#folder, "prometheus.yml")}`,
        `--storage.tsdb.path=${join(this.#folder, "data")}`,
        `--web.listen-address=127.0.0.1:${port}`,
        "--web.enable-remote-write-receiver",
        ...flags,
      ],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  /** @param config of prometheus.yml; JSON will do */
  static async start(config: string, flags: readonly string[] = []): Promise<Prometheus> {
    const { page } = await freePorts();
    const prometheus = new Prometheus(config, page, flags);
    await until(async () => (await fetch(`${prometheus.url}/-/ready`).catch(() => undefined))?.ok === true, {
      what: () => `Prometheus to be ready; it said: ${prometheus.output}`,
    });
    return prometheus;
  }

  async dispose(): Promise<void> {
    this.#process.kill("SIGKILL");
    if (this.#process.exitCode === null && this.#process.signalCode === null) await once(this.#process, "exit");
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
