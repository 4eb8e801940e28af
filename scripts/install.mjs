import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, statSync } from "node:fs";

/** Installs the locked dependencies when they are missing or older than the lock file. */
export async function installIfNeeded({ signal } = {}) {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    fail(`Sightglass needs Node 20.19 or newer; this is ${process.versions.node}.`);
  }
  const installed = "node_modules/.package-lock.json";
  if (existsSync(installed) && statSync(installed).mtimeMs >= statSync("package-lock.json").mtimeMs) return;
  step("Installing dependencies");
  // Not `npm ci`: it refuses a lock file that was made where a mirror lacks some platform's optional package.
  await run("npm", ["install", "--no-save", "--no-audit", "--no-fund", "--loglevel=error"], { signal });
}

export function step(text) {
  process.stdout.write(`\u001b[2m›\u001b[0m ${text}\n`);
}

export function fail(text, code = 1) {
  process.stderr.write(`${text}\n`);
  process.exit(code);
}

/** Runs a program with our own streams, until it ends or `signal` aborts it; ends this process with its exit code when it fails. */
export async function run(program, args, options = {}) {
  const child = spawn(program, args, { stdio: "inherit", ...options });
  try {
    const [code, endedBy] = await once(child, "exit");
    if (code !== 0) fail(`${program} ${args.join(" ")} ended with ${endedBy ?? `exit code ${code}`}.`, code ?? 1);
  } catch (error) {
    fail(`${program} could not be run: ${error.message}`);
  }
}
