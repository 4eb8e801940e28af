import { type ChildProcess, execFile, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";

/** Whether a program is installed. */
export function isInstalled(program: string): boolean {
  return spawnSync(program, ["--version"]).status === 0;
}

/** The same for programs that do not know `--version`. */
export function isOnPath(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v -- "$0"', program]).status === 0;
}

/** What `.ci/install-engines` has put under `.ci/engines`; undefined when it has not. */
export function installedEngine(path: string): string | undefined {
  const installed = resolve(import.meta.dirname, "../../.ci/engines", path);
  return existsSync(installed) ? installed : undefined;
}

export interface CommandOptions {
  /** Beside those of this process. */
  environment?: Record<string, string>;
  folder?: string;
  /** Some servers refuse to run as root. */
  isUnprivileged?: boolean;
}

/** The user `nobody`, who has no home and no rights; only root can become it. */
const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};

/** A program that serves on a port until it is ended, with all that it started. */
export class Command {
  readonly #process: ChildProcess;
  output = "";

  constructor(program: string, args: readonly string[], options: CommandOptions = {}) {
    this.#process = spawn(program, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, ...options.environment },
      cwd: options.folder,
      // A group of its own, so that what it starts ends with it.
      detached: true,
      ...(options.isUnprivileged === true ? nobody : {}),
    });
    this.#process.once("error", (error) => (this.output += error.message));
    for (const stream of [this.#process.stdout, this.#process.stderr])
      stream?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
  }

  get exitCode(): number | null {
    return this.#process.exitCode;
  }

  get hasEnded(): boolean {
    return this.#process.exitCode !== null || this.#process.signalCode !== null;
  }

  async end(): Promise<void> {
    const { pid } = this.#process;
    if (pid === undefined) return;
    const ended = this.hasEnded ? undefined : once(this.#process, "exit");
    try {
      process.kill(-pid, "SIGKILL");
    } catch {
      // The whole group has ended.
    }
    await ended;
  }
}

/** A folder that goes when the tests have ended; that of `nobody`, when asked for. */
export class TemporaryFolder {
  readonly path: string;

  constructor(name: string, { isUnprivileged = false } = {}) {
    this.path = mkdtempSync(join(tmpdir(), `sightglass-${name}-`));
    if (isUnprivileged && nobody.uid !== undefined) chownSync(this.path, nobody.uid, nobody.gid);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Runs a program to its end, and gives what it printed; throws what it said when that was not a success. */
export async function runToEnd(
  program: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(program, args, {
    env: { ...process.env, ...options.environment },
    cwd: options.folder,
    ...(options.isUnprivileged === true ? nobody : {}),
  });
  return stdout;
}

/** Whether somebody listens there. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, "127.0.0.1");
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
