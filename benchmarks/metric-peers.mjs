import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { folderBytes, freePort, processorMs, residentBytes, startServer } from "./server.mjs";

/**
 * Servers that take remote write, each with an empty folder: ours, and those that are installed. Each has `url`,
 * `writeUrl`, `stored(samples)` that resolves when as many can be queried, and what is needed to measure it.
 */
export const metricServers = { prometheus: startPrometheus, "victoria-metrics": startVictoriaMetrics, sightglass };

export const isInstalled = (name) => name === "sightglass" || spawnSync(name, ["--version"]).error === undefined;

async function sightglass(options = {}) {
  const server = await startServer(options);
  return {
    ...server,
    writeUrl: `${server.url}/api/v1/write`,
    async stored(samples) {
      while ((await server.status()).ledger.samples.stored < samples) await sleep(20);
    },
  };
}

async function startPrometheus() {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-bench-prometheus-"));
  writeFileSync(join(folder, "prometheus.yml"), "global: {}\n");
  const port = await freePort();
  const peer = await startPeer("prometheus", {
    folder,
    url: `http://127.0.0.1:${port}`,
    readyPath: "/-/ready",
    args: [
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--web.enable-remote-write-receiver",
      "--web.enable-admin-api",
      "--log.level=error",
    ],
  });
  // What it acknowledges can be queried.
  return { ...peer, writeUrl: `${peer.url}/api/v1/write`, stored: async () => {} };
}

async function startVictoriaMetrics() {
  const folder = mkdtempSync(join(tmpdir(), "sightglass-bench-victoria-metrics-"));
  const port = await freePort();
  const peer = await startPeer("victoria-metrics", {
    folder,
    url: `http://127.0.0.1:${port}`,
    readyPath: "/health",
    args: [
      `-storageDataPath=${folder}/data`,
      `-httpListenAddr=127.0.0.1:${port}`,
      "-loggerLevel=ERROR",
      "-retentionPeriod=1y",
      // Questions asked twice are answered twice, and what was just written can be asked for.
      "-search.disableCache",
      "-search.latencyOffset=0s",
    ],
  });
  return {
    ...peer,
    writeUrl: `${peer.url}/api/v1/write`,
    // Acknowledged samples lie in memory for a second before a query finds them.
    stored: async () => {
      await fetch(`${peer.url}/internal/force_flush`);
    },
  };
}

async function startPeer(command, { folder, url, readyPath, args }) {
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "inherit"] });
  const isReady = () =>
    fetch(`${url}${readyPath}`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`${command} ended with ${child.exitCode}`);
    await sleep(20);
  }
  return {
    url,
    data: join(folder, "data"),
    residentBytes: () => residentBytes(child.pid),
    processorMs: () => processorMs(child.pid),
    dataBytes: () => folderBytes(join(folder, "data")),
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
