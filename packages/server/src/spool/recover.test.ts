import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commitRecordBytes, decodeCommitRecord, encodeCommitRecord } from "./commit-record.ts";
import { listSegments, recoverSegment, type Recovered } from "./recover.ts";
import { Segment, segmentPaths } from "./segment.ts";

const name = "spans-00000000000001-0123abcd-00000001";
const blocks = ["first block", "second", "the third block"].map((text) => Buffer.from(text));
const lengths = blocks.map((block) => block.length);
const end = (commits: number) => lengths.slice(0, commits).reduce((sum, length) => sum + length, 0);

describe("recovery of a segment", () => {
  const root = mkdtempSync(join(tmpdir(), "sightglass-recover-"));
  const whole = join(root, "whole");
  beforeAll(async () => {
    mkdirSync(whole);
    const segment = await Segment.create({ dir: whole, table: "spans", name, at: () => {} });
    for (const [index, block] of blocks.entries()) {
      const chunks = [block.subarray(0, 3), Buffer.alloc(0), block.subarray(3)];
      const commit = { rows: index + 1, acceptedTotal: 100 + index, committedAtMs: 1_000 + index, onDurable: () => {} };
      await segment.commit({ chunks, ...commit });
    }
    segment.seal();
    await segment.closed;
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  /** A copy of the segment, changed, recovered. */
  async function recover(change: (paths: { dataPath: string; logPath: string }) => void) {
    const dir = mkdtempSync(join(root, "case-"));
    const paths = segmentPaths(dir, name);
    const from = segmentPaths(whole, name);
    copyFileSync(from.dataPath, paths.dataPath);
    copyFileSync(from.logPath, paths.logPath);
    change(paths);
    const recovered = await recoverSegment(dir, name);
    return { dir, paths, recovered };
  }

  function expectCommits(recovered: Recovered, paths: { dataPath: string; logPath: string }, commits: number): void {
    if (commits === 0) {
      expect(recovered.kind).toBe("empty");
      return;
    }
    expect(recovered).toMatchObject({
      kind: "whole",
      segment: {
        table: "spans",
        bytes: end(commits),
        rows: [0, 1, 3, 6][commits],
        acceptedTotal: 99 + commits,
        firstCommittedAtMs: 1_000,
      },
    });
    expect(readFileSync(paths.dataPath, "utf8")).toBe(Buffer.concat(blocks.slice(0, commits)).toString());
    expect(statSync(paths.logPath).size).toBe(commits * commitRecordBytes);
  }

  it("keeps a whole segment as it is", async () => {
    const { recovered, paths } = await recover(() => {});
    expectCommits(recovered, paths, 3);
  });

  it("cuts the last commit off at every byte its data can end at", async () => {
    for (let bytes = end(2); bytes < end(3); bytes += 1) {
      const { recovered, paths } = await recover(({ dataPath }) => truncateSync(dataPath, bytes));
      expectCommits(recovered, paths, 2);
    }
  });

  it("cuts the last commit off at every byte its record can end at", async () => {
    for (let bytes = 2 * commitRecordBytes; bytes < 3 * commitRecordBytes; bytes += 1) {
      const { recovered, paths } = await recover(({ logPath }) => truncateSync(logPath, bytes));
      expectCommits(recovered, paths, 2);
    }
  });

  it.each(["dataPath", "logPath"] as const)(
    "cuts the last commit off when any byte of its %s is wrong",
    async (file) => {
      const from = file === "dataPath" ? end(2) : 2 * commitRecordBytes;
      const to = file === "dataPath" ? end(3) : 3 * commitRecordBytes;
      for (let at = from; at < to; at += 1) {
        const { recovered, paths } = await recover((changed) => flip(changed[file], at));
        expectCommits(recovered, paths, 2);
      }
    },
  );

  it("cuts off data that no record names", async () => {
    const { recovered, paths } = await recover(({ dataPath }) => writeFileSync(dataPath, "more", { flag: "a" }));
    expectCommits(recovered, paths, 3);
    expect(recovered).toMatchObject({ bytesCut: 4 });
  });

  it("recovers what it recovered to the same", async () => {
    const { dir, paths } = await recover(({ dataPath }) => truncateSync(dataPath, end(3) - 1));
    const again = await recoverSegment(dir, name);
    expectCommits(again, paths, 2);
    expect(again).toMatchObject({ bytesCut: 0 });
  });

  it.each([
    ["no log", ({ logPath }: { logPath: string }) => rmSync(logPath)],
    ["an empty log", ({ logPath }: { logPath: string }) => truncateSync(logPath, 0)],
    ["half a record", ({ logPath }: { logPath: string }) => truncateSync(logPath, 20)],
  ])("removes a segment with %s: it has no whole commit", async (_name, change) => {
    const { dir, recovered } = await recover(change);
    expect(recovered).toEqual({ kind: "empty" });
    expect(readdirSync(dir)).toEqual([]);
  });

  it("does not guess when it is damaged where a crash cannot: it says so and touches nothing", async () => {
    for (const change of [
      (paths: { dataPath: string }) => flip(paths.dataPath, 0),
      (paths: { logPath: string }) => flip(paths.logPath, commitRecordBytes + 9),
      (paths: { dataPath: string }) => truncateSync(paths.dataPath, end(1)),
      (paths: { dataPath: string }) => rmSync(paths.dataPath),
    ]) {
      const { paths, recovered } = await recover(change);
      expect(recovered).toMatchObject({ kind: "damaged", segment: { acceptedTotal: 102 } });
      expect(statSync(paths.logPath).size).toBe(3 * commitRecordBytes);
    }
  });

  it("lists segments by age and passes over other files", async () => {
    const dir = mkdtempSync(join(root, "list-"));
    const names = ["logs-00000000000009-0123abcd-00000001", "spans-00000000000001-0123abcd-00000002", name];
    for (const file of [...names.map((segment) => `${segment}.native`), "checkpoint", "probe", "notes.native"]) {
      writeFileSync(join(dir, file), "");
    }
    expect(await listSegments(dir)).toEqual([names[0], name, names[1]]);
  });
});

describe("a commit record", () => {
  it("comes back as it was, with numbers beyond 32 bits", () => {
    const record = {
      offset: 5_000_000_000,
      length: 6_000_000_000,
      rows: 7,
      dataCrc32: 0xffff_ffff,
      acceptedTotal: Number.MAX_SAFE_INTEGER,
      committedAtMs: 1_795_000_000_000,
    };
    const bytes = encodeCommitRecord(record);
    expect(bytes).toHaveLength(commitRecordBytes);
    expect(decodeCommitRecord(bytes)).toEqual(record);
    expect(decodeCommitRecord(Buffer.alloc(commitRecordBytes))).toBeUndefined();
    expect(decodeCommitRecord(bytes.subarray(0, 63))).toBeUndefined();
  });
});

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] ?? 0) ^ 0x10;
  writeFileSync(path, bytes);
}
