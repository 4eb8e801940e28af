import { constants } from "node:fs";
import { open, unlink, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { commitRecordBytes, encodeCommitRecord } from "./commit-record.ts";
import type { StepHook } from "./steps.ts";

/** A segment as the inserter sees it: nothing is written to it any more. */
export interface SealedSegment {
  table: string;
  /** File name without ending; with the spool's id it is the deduplication token, so it is never used twice. */
  name: string;
  dataPath: string;
  logPath: string;
  bytes: number;
  rows: number;
  /** Items accepted for the table up to and including its last commit. */
  acceptedTotal: number;
  firstCommittedAtMs: number;
}

export interface Commit {
  chunks: readonly Uint8Array[];
  rows: number;
  acceptedTotal: number;
  committedAtMs: number;
  /** Called in the same turn in which the segment begins to count the rows. */
  onDurable: () => void;
}

/**
 * On Linux a write returns when it is on the disk, as with a `fdatasync` after it (open(2), O_DSYNC): each call fewer is a turn of a
 * busy event loop less that a request waits. Elsewhere O_DSYNC promises less than `fdatasync` does.
 */
const writesAreSynced = process.platform === "linux";
const { O_CREAT, O_EXCL, O_RDWR, O_DSYNC } = constants;
const openFlags = O_CREAT | O_EXCL | O_RDWR | (writesAreSynced ? O_DSYNC : 0);

export function segmentPaths(dir: string, name: string): { dataPath: string; logPath: string } {
  return { dataPath: join(dir, `${name}.native`), logPath: join(dir, `${name}.commits`) };
}

/**
 * The files a table's commits go to: Native blocks in one, and beside it the commit log, one record for each block.
 * A block counts once both are on disk; `recoverSegment` keeps exactly those.
 */
export class Segment {
  readonly table: string;
  readonly name: string;
  readonly dataPath: string;
  readonly logPath: string;
  readonly #data: FileHandle;
  readonly #log: FileHandle;
  readonly #at: StepHook;
  /** Resolves when a sealed segment's files are closed. */
  closed: Promise<void> = Promise.resolve();
  #bytes = 0;
  #rows = 0;
  #commits = 0;
  #acceptedTotal = 0;
  #firstCommittedAtMs = 0;

  private constructor(parts: {
    table: string;
    name: string;
    dir: string;
    data: FileHandle;
    log: FileHandle;
    at: StepHook;
  }) {
    this.table = parts.table;
    this.name = parts.name;
    ({ dataPath: this.dataPath, logPath: this.logPath } = segmentPaths(parts.dir, parts.name));
    this.#data = parts.data;
    this.#log = parts.log;
    this.#at = parts.at;
  }

  static async create(options: { dir: string; table: string; name: string; at: StepHook }): Promise<Segment> {
    options.at("segment-create");
    const { dataPath, logPath } = segmentPaths(options.dir, options.name);
    const data = await open(dataPath, openFlags);
    try {
      const log = await open(logPath, openFlags);
      try {
        await syncFolder(options.dir);
      } catch (cause) {
        await log.close();
        await unlink(logPath);
        throw cause;
      }
      return new Segment({ ...options, data, log });
    } catch (cause) {
      await data.close();
      await unlink(dataPath);
      throw cause;
    }
  }

  get bytes(): number {
    return this.#bytes;
  }
  get rows(): number {
    return this.#rows;
  }
  get commits(): number {
    return this.#commits;
  }
  get firstCommittedAtMs(): number {
    return this.#firstCommittedAtMs;
  }

  /**
   * Appends one block and makes it durable. On an error nothing of it counts: call `undo`, then seal the segment.
   * @throws the file system's error
   */
  async commit(commit: Commit): Promise<void> {
    const length = commit.chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0);
    const record = encodeCommitRecord({
      offset: this.#bytes,
      length,
      rows: commit.rows,
      dataCrc32: commit.chunks.reduce((crc, chunk) => crc32(chunk, crc), 0),
      acceptedTotal: commit.acceptedTotal,
      committedAtMs: commit.committedAtMs,
    });
    await bothSettled([
      this.#append("data-write", this.#data, { chunks: commit.chunks, position: this.#bytes }),
      this.#append("log-write", this.#log, { chunks: [record], position: this.#commits * commitRecordBytes }),
    ]);
    this.#at("committed");
    if (this.#commits === 0) this.#firstCommittedAtMs = commit.committedAtMs;
    this.#bytes += length;
    this.#rows += commit.rows;
    this.#commits += 1;
    this.#acceptedTotal = commit.acceptedTotal;
    commit.onDurable();
  }

  async #append(
    step: "data-write" | "log-write",
    file: FileHandle,
    { chunks, position }: { chunks: readonly Uint8Array[]; position: number },
  ): Promise<void> {
    this.#at(step);
    await writeAll(file, chunks, position);
    this.#at("sync");
    if (!writesAreSynced) await file.datasync();
  }

  /** Takes back what a failed commit may have left in the files. @throws the file system's error */
  async undo(): Promise<void> {
    this.#at("undo");
    await this.#log.truncate(this.#commits * commitRecordBytes);
    await this.#data.truncate(this.#bytes);
    await bothSettled([this.#log.datasync(), this.#data.datasync()]);
  }

  /** Ends the segment. Every commit is durable already, so nobody needs to wait for the files to close. */
  seal(): SealedSegment {
    this.closed = bothSettled([this.#data.close(), this.#log.close()]).catch(() => {});
    return {
      table: this.table,
      name: this.name,
      dataPath: this.dataPath,
      logPath: this.logPath,
      bytes: this.#bytes,
      rows: this.#rows,
      acceptedTotal: this.#acceptedTotal,
      firstCommittedAtMs: this.#firstCommittedAtMs,
    };
  }
}

/** Removes a stored or empty segment. The log goes first: data without a log means nothing, so a crash between is safe. */
export async function deleteSegment(segment: { dataPath: string; logPath: string }, at: StepHook): Promise<void> {
  at("log-delete");
  await unlinkIfThere(segment.logPath);
  at("data-delete");
  await unlinkIfThere(segment.dataPath);
}

/** So that new names in a folder survive a power cut. */
export async function syncFolder(dir: string): Promise<void> {
  const handle = await open(dir, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Writes may be short, on a nearly full disk above all. */
async function writeAll(handle: FileHandle, chunks: readonly Uint8Array[], position: number): Promise<void> {
  let rest = [...chunks].filter((chunk) => chunk.byteLength > 0);
  let at = position;
  while (rest.length > 0) {
    const { bytesWritten } = await handle.writev(rest, at);
    at += bytesWritten;
    let skip = bytesWritten;
    rest = rest.flatMap((chunk) => {
      const skipped = Math.min(skip, chunk.byteLength);
      skip -= skipped;
      return skipped === chunk.byteLength ? [] : [chunk.subarray(skipped)];
    });
  }
}

/** Waits for both before it throws, so that no write is under way while the failure is being undone. */
async function bothSettled(work: readonly Promise<void>[]): Promise<void> {
  const results = await Promise.allSettled(work);
  for (const result of results) if (result.status === "rejected") throw result.reason;
}

async function unlinkIfThere(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  }
}
