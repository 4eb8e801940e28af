import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** A server process of its own, with a temporary data folder, for one measurement. */
export async function startServer({
  args = [],
  data = mkdtempSync(join(tmpdir(), "sightglass-bench-")),
  keep = false,
  nodeArgs = [],
  bin = "packages/server/bin/sightglass.cjs",
} = {}) {
  const [page, grpc, http] = await Promise.all([freePort(), freePort(), freePort()]);
  const child = spawn(
    process.execPath,
    [
      ...nodeArgs,
      bin,
      "serve",
      ...["--data", data, "--listen", `127.0.0.1:${page}`],
      ...["--otlp-grpc", `127.0.0.1:${grpc}`, "--otlp-http", `127.0.0.1:${http}`],
      ...args,
    ],
    { stdio: ["ignore", "ignore", "inherit"] },
  );
  const url = `http://127.0.0.1:${page}`;
  const startedAt = performance.now();
  while (
    !(await fetch(`${url}/health/ready`).then(
      (answer) => answer.ok,
      () => false,
    ))
  ) {
    if (child.exitCode !== null) throw new Error(`the server ended with ${child.exitCode}`);
    await sleep(10);
  }
  return {
    url,
    readyMs: performance.now() - startedAt,
    grpc: `127.0.0.1:${grpc}`,
    http: `http://127.0.0.1:${http}`,
    data,
    pid: child.pid,
    status: async () => (await fetch(`${url}/api/status`)).json(),
    residentBytes: () => residentBytes(child.pid),
    processorMs: () => processorMs(child.pid),
    dataBytes: () => folderBytes(data),
    async stop() {
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      if (!keep) rmSync(data, { recursive: true, force: true });
    },
  };
}

/** Linux only, like the figures of the design. */
export function residentBytes(pid) {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
}

/** User and system time so far; the kernel counts in hundredths of a second. */
export function processorMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export /** Merges remove files and folders meanwhile; those count nothing. */
function folderBytes(folder) {
  let total = 0;
  for (const entry of entriesOf(folder)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) total += folderBytes(path);
    else total += statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  }
  return total;
}

function entriesOf(folder) {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (cause) {
    if (cause.code === "ENOENT") return [];
    throw cause;
  }
}

export async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}
