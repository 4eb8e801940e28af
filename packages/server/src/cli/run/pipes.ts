import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** A pipe of the operating system: the command writes at one end, we read at the other. */
export interface Pipe {
  /** For the command's stdio. */
  readonly writeDescriptor: number;
  readonly reader: Readable;
  /** Closes our copy of the writing end: call it once the command has its own, so that the reader sees the end. */
  closeWriter(): void;
}

/**
 * One pipe for each stream, or undefined where there are no named pipes. What Node itself puts between two processes are
 * sockets, and a command that opens `/dev/stdout` or `/dev/stderr`, as shell scripts do, fails on a socket.
 */
export function makePipes(): { stdout: Pipe; stderr: Pipe } | undefined {
  let folder: string | undefined;
  try {
    folder = mkdtempSync(join(tmpdir(), "sightglass-run-"));
    const paths = [join(folder, "stdout"), join(folder, "stderr")] as const;
    execFileSync("mkfifo", paths, { stdio: "ignore" });
    return { stdout: openPipe(paths[0]), stderr: openPipe(paths[1]) };
  } catch {
    return undefined;
  } finally {
    // Open ends outlive their names.
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
}

function openPipe(path: string): Pipe {
  // Without O_NONBLOCK, opening would wait for a writer.
  const readDescriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  const writeDescriptor = openSync(path, constants.O_WRONLY);
  return {
    writeDescriptor,
    reader: new Socket({ fd: readDescriptor, readable: true, writable: false }),
    closeWriter: () => closeSync(writeDescriptor),
  };
}
