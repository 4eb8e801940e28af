import { existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { SightglassError } from "../model/errors.ts";

/** One process per data folder: the holder's pid, and its start time so that a pid used again does not count. */
interface Holder {
  pid: number;
  processStart: string;
}

/**
 * Takes the data folder for this process until `release`. A lock left by a process that has died is taken over.
 * @throws SightglassError data_folder_in_use (names the folder and the pid), spool_unwritable (the folder cannot be made)
 */
export function lockFolder(dir: string): { release(): void } {
  const path = join(dir, "lock");
  const own = join(dir, `lock.${process.pid}`);
  const holder: Holder = { pid: process.pid, processStart: processStart(process.pid) };
  try {
    makeFolder(resolve(dir));
    writeFileSync(own, JSON.stringify(holder));
  } catch (cause) {
    throw new SightglassError("spool_unwritable", `the data folder ${dir} cannot be written: ${message(cause)}`, {
      cause,
      hint: "make it writable for this user, or choose another with --data",
    });
  }
  try {
    while (!tryLink(own, path)) removeIfStale(path, dir);
  } finally {
    rmSync(own, { force: true });
  }
  return {
    release() {
      if (readHolder(path)?.pid === process.pid) rmSync(path, { force: true });
    },
  };
}

/**
 * Makes the folder and those above it, one by one: where the system refuses one with ENOENT although its parent is there, as
 * everywhere in /proc, Node's own recursive mkdir tries for ever.
 */
function makeFolder(dir: string): void {
  const parent = dirname(dir);
  if (!existsSync(parent)) makeFolder(parent);
  try {
    mkdirSync(dir);
  } catch (cause) {
    if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory()) throw cause;
  }
}

/** `link` makes the lock with its content in one step, and fails when there is one. */
function tryLink(own: string, path: string): boolean {
  try {
    linkSync(own, path);
    return true;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw cause;
  }
}

function removeIfStale(path: string, dir: string): void {
  const holder = readHolder(path);
  if (holder !== undefined && processStart(holder.pid) === holder.processStart && isAlive(holder.pid)) {
    throw new SightglassError("data_folder_in_use", `the data folder ${dir} is in use by process ${holder.pid}`, {
      hint: "stop that process, or choose another folder with --data",
    });
  }
  // Moved away first: of two that find the same stale lock, only one can move it.
  const stale = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, stale);
  } catch {
    return;
  }
  rmSync(stale, { force: true });
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as Holder;
  } catch {
    return undefined;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Clock ticks after boot at which the process started (proc(5), stat field 22), with the boot; empty where there is no /proc. */
function processStart(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is the command in parentheses and may hold spaces; field 22 is the 20th after it.
    const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
    return `${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}/${start}`;
  } catch {
    return "";
  }
}

function message(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
