import { open, readdir, readFile, stat, truncate } from "node:fs/promises";
import { crc32 } from "node:zlib";
import { commitRecordBytes, decodeCommitRecord, type CommitRecord } from "./commit-record.ts";
import { deleteSegment, segmentPaths, type SealedSegment } from "./segment.ts";

export type Recovered =
  | { kind: "whole"; segment: SealedSegment; bytesCut: number }
  /** No whole commit: its files are gone. */
  | { kind: "empty" }
  /** Damaged before its last commit, which a crash cannot do: set it aside rather than guess. */
  | { kind: "damaged"; segment: SealedSegment; reason: string };

/** Segment names in a folder, oldest first. */
export async function listSegments(dir: string): Promise<string[]> {
  const names = new Set<string>();
  for (const file of await readdir(dir)) {
    const match = /^(.+-\d{14}-[0-9a-f]{8}-\d{8})\.(?:native|commits)$/.exec(file);
    if (match?.[1] !== undefined) names.add(match[1]);
  }
  return [...names].sort();
}

/**
 * Brings a segment left by an earlier process to a state that can be inserted: exactly its whole commits.
 *
 * A commit starts only after the one before is on disk, so a crash can tear the last commit and nothing else. That one
 * was never acknowledged; it is cut off.
 */
export async function recoverSegment(dir: string, name: string): Promise<Recovered> {
  const paths = segmentPaths(dir, name);
  const records = await readCommitLog(paths.logPath);
  const dataBytes = await sizeIfThere(paths.dataPath);
  const checked = dataBytes === undefined ? [] : await wholeRecords(paths.dataPath, records, dataBytes);
  const segment = describe(name, paths, checked);
  const missing = records.length - checked.length;
  // Data that is gone with its log still there was being moved to the quarantine (quarantine.ts).
  if (missing > 1 || (dataBytes === undefined && records.length > 0)) {
    const whole = records.filter((record) => record !== undefined);
    return {
      kind: "damaged",
      segment: describe(name, paths, whole),
      reason: `commit ${checked.length + 1} of ${records.length} is damaged`,
    };
  }
  if (checked.length === 0) {
    await deleteSegment(paths, () => {});
    return { kind: "empty" };
  }
  const bytesCut = (dataBytes ?? 0) - segment.bytes;
  // The log first: a record without its data would look torn again, data without a record is cut again.
  if (missing > 0) {
    await truncateDurably(paths.logPath, checked.length * commitRecordBytes);
  }
  if (bytesCut > 0) await truncateDurably(paths.dataPath, segment.bytes);
  return { kind: "whole", segment, bytesCut };
}

/** Every record slot of a commit log; undefined where it does not hold a whole record. */
export async function readCommitLog(path: string): Promise<(CommitRecord | undefined)[]> {
  const log = await readIfThere(path);
  const records: (CommitRecord | undefined)[] = [];
  for (let at = 0; at < log.length; at += commitRecordBytes) {
    records.push(decodeCommitRecord(log.subarray(at, at + commitRecordBytes)));
  }
  return records;
}

/** The records from the start on whose data is there and has the right checksum. */
async function wholeRecords(
  dataPath: string,
  records: readonly (CommitRecord | undefined)[],
  dataBytes: number,
): Promise<CommitRecord[]> {
  const whole: CommitRecord[] = [];
  const handle = await open(dataPath, "r");
  try {
    let offset = 0;
    for (const record of records) {
      if (record === undefined || record.offset !== offset || offset + record.length > dataBytes) break;
      if ((await checksumOf(handle, record)) !== record.dataCrc32) break;
      whole.push(record);
      offset += record.length;
    }
  } finally {
    await handle.close();
  }
  return whole;
}

type ReadHandle = Awaited<ReturnType<typeof open>>;

async function checksumOf(handle: ReadHandle, { offset, length }: CommitRecord): Promise<number> {
  const buffer = Buffer.allocUnsafe(Math.min(length, 1024 * 1024));
  let crc = 0;
  for (let done = 0; done < length;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, length - done), offset + done);
    if (bytesRead === 0) break;
    crc = crc32(buffer.subarray(0, bytesRead), crc);
    done += bytesRead;
  }
  return crc;
}

function describe(
  name: string,
  paths: { dataPath: string; logPath: string },
  records: readonly CommitRecord[],
): SealedSegment {
  const last = records.at(-1);
  return {
    table: tableOf(name),
    name,
    ...paths,
    bytes: last === undefined ? 0 : last.offset + last.length,
    rows: records.reduce((sum, record) => sum + record.rows, 0),
    acceptedTotal: last?.acceptedTotal ?? 0,
    firstCommittedAtMs: records[0]?.committedAtMs ?? 0,
  };
}

/** The part of a segment's name that is the table. */
export function tableOf(name: string): string {
  return name.split("-", 1)[0] ?? "";
}

async function truncateDurably(path: string, bytes: number): Promise<void> {
  await truncate(path, bytes);
  const handle = await open(path, "r+");
  try {
    await handle.datasync();
  } finally {
    await handle.close();
  }
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return Buffer.alloc(0);
    throw cause;
  }
}

async function sizeIfThere(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}
