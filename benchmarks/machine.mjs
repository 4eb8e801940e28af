import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, loadavg, totalmem } from "node:os";

/** Where figures were measured: they mean little without it, the load above all. */
export function machine() {
  return {
    cores: availableParallelism(),
    processor: cpus()[0]?.model.trim() ?? arch(),
    memoryGigabytes: Math.round(totalmem() / 1e9),
    // Over one, five and fifteen minutes; more than `cores` means that others were at work.
    load: loadavg().map((value) => Math.round(value * 10) / 10),
    node: process.version,
    kernel: readIfThere("/proc/sys/kernel/osrelease"),
    commit: commit(),
  };
}

/** Programs beside which some figures are measured, and how each says its version. */
const peers = { prometheus: ["--version"], "victoria-metrics": ["--version"], otelcol: ["--version"] };

/** @returns the version of each peer that is installed, null for one that is not */
export function findPeers() {
  return Object.fromEntries(
    Object.entries(peers).map(([name, args]) => {
      try {
        const text = execFileSync(name, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
        return [name, /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? "found"];
      } catch (cause) {
        return [name, cause.code === "ENOENT" ? null : "found"];
      }
    }),
  );
}

function commit() {
  try {
    return execFileSync("git", ["rev-parse", "--short", "HEAD"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
  } catch {
    return null;
  }
}

function readIfThere(path) {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return null;
  }
}
