import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { segmentPaths } from "./segment.ts";
import type { Step } from "./steps.ts";
import { contentIsRefused, isBalanced, SpoolBench, storeIsDown } from "./testing/spool-bench.ts";

/** Long, because tests share the machine; passing takes far less. */
const waitMs = 20_000;

let bench: SpoolBench;
beforeAll(async () => {
  bench = await SpoolBench.open();
});
afterAll(() => bench.close());
beforeEach(() => bench.reset());

const noSpace = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });

describe("a disk that fails at a step", () => {
  /** Throws at the step while `isFailing`. */
  async function spoolThatFailsAt(...failing: Step[]) {
    const fault = { isFailing: false };
    const spools = await bench.spool({
      settings: { spoolSegmentAgeMaxMs: 60_000 },
      at: (step) => {
        if (fault.isFailing && failing.includes(step)) throw noSpace;
      },
    });
    return { spools, fault };
  }

  it.each<[string, Step[]]>([
    ["a new segment", ["segment-create"]],
    ["the data", ["data-write"]],
    ["the commit log", ["log-write"]],
    ["the sync", ["sync"]],
    ["after the sync", ["committed"]],
    ["the sync, and taking it back", ["sync", "undo"]],
  ])("refuses the requests of the commit at %s, and goes on by itself", async (_name, failing) => {
    const { spools, fault } = await spoolThatFailsAt(...failing);
    const before = failing.includes("segment-create") ? [] : [await bench.send(spools)];
    fault.isFailing = true;
    const refused = await Promise.allSettled([bench.send(spools), bench.send(spools), bench.send(spools)]);
    for (const answer of refused) {
      expect(answer).toMatchObject({
        status: "rejected",
        reason: {
          code: "spool_unwritable",
          retryAfterMs: expect.any(Number),
          message: expect.stringContaining("ENOSPC"),
        },
      });
    }
    expect(spools.status().state).toBe("read-only");
    let written = false;
    const early = spools.tables.spans.append(() => ((written = true), { accepted: 0, rejected: 0 }));
    await expect(early).rejects.toMatchObject({ code: "spool_unwritable" });
    expect(written).toBe(false);

    fault.isFailing = false;
    await expect.poll(() => spools.status().state, { timeout: waitMs }).toBe("ok");
    const after = await bench.send(spools);
    const { spans } = await spools.ledger();
    expect(spans).toMatchObject({ received: (before.length + 4) * 10, refused: 30 });
    expect(isBalanced(spans)).toBe(true);
    await spools.stop();
    expect([...(await bench.stored())]).toEqual([...before, after].map((request) => [request, 10]));
  });

  it("finishes what it stored but could not delete", async () => {
    const { spools, fault } = await spoolThatFailsAt("log-delete");
    fault.isFailing = true;
    const request = await bench.send(spools);
    const stopped = spools.stop({ timeoutMs: 2_000 });
    await expect.poll(() => bench.events.filter(({ type }) => type === "insert-failed").length).toBeGreaterThan(1);
    expect(isBalanced((await spools.ledger()).spans)).toBe(true);
    fault.isFailing = false;
    await stopped;
    expect([...(await bench.stored())]).toEqual([[request, 10]]);
    expect(spools.status()).toMatchObject({ segments: 0, bytes: 0 });
  });
});

const mounts = join("/tmp", `sightglass-mount-${process.pid}`);
let mountProblem = "";
try {
  mkdirSync(mounts, { recursive: true });
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", mounts], { stdio: "pipe" });
} catch {
  mountProblem = " (skipped: this user may not mount a small file system)";
}
afterAll(() => {
  if (mountProblem === "") execFileSync("umount", [mounts]);
  rmSync(mounts, { recursive: true, force: true });
});

describe.skipIf(mountProblem !== "")(`a real small disk${mountProblem}`, () => {
  const settings = { diskFreeBytesMin: 0, spoolSegmentBytesMax: 256 * 1024 };

  it("refuses when it is full and accepts again when the store has taken its share, nothing lost", async () => {
    const spools = await bench.spool({ dataDir: join(mounts, "full"), settings });
    bench.failure = storeIsDown;
    const acknowledged: number[] = [];
    let error: unknown;
    for (let round = 0; round < 200 && error === undefined; round += 1) {
      try {
        acknowledged.push(await bench.send(spools, 1_000));
      } catch (thrown) {
        error = thrown;
      }
    }
    expect(error).toMatchObject({ code: "spool_unwritable", retryAfterMs: expect.any(Number) });
    expect(acknowledged.length).toBeGreaterThan(20);
    const { spans } = await spools.ledger();
    expect(spans).toEqual({
      received: (acknowledged.length + 1) * 1_000,
      refused: 1_000,
      spooled: acknowledged.length * 1_000,
      stored: 0,
    });

    bench.failure = undefined;
    await expect.poll(() => spools.status(), { timeout: waitMs }).toMatchObject({ state: "ok", segments: 0, bytes: 0 });
    acknowledged.push(await bench.send(spools, 1_000));
    await spools.stop();
    expect([...(await bench.stored())]).toEqual(acknowledged.map((request) => [request, 1_000]));
    expect(readdirSync(join(mounts, "full", "spool"))).toEqual(["checkpoint"]);
  });

  it("refuses while it is read-only and accepts again without a restart", async () => {
    const spools = await bench.spool({ dataDir: join(mounts, "read-only"), settings });
    execFileSync("mount", ["-o", "remount,ro", mounts]);
    try {
      await expect(bench.send(spools)).rejects.toMatchObject({
        code: "spool_unwritable",
        message: expect.stringContaining("EROFS"),
      });
      await expect(bench.spool({ dataDir: join(mounts, "new") })).rejects.toMatchObject({
        code: "spool_unwritable",
        message: expect.stringContaining(join(mounts, "new")),
      });
    } finally {
      execFileSync("mount", ["-o", "remount,rw", mounts]);
    }
    await expect.poll(() => spools.status().state, { timeout: waitMs }).toBe("ok");
    const request = await bench.send(spools);
    await spools.stop();
    expect([...(await bench.stored())]).toEqual([[request, 10]]);
  });

  it("refuses before the disk is full, so that the store can still work", async () => {
    const spools = await bench.spool({
      dataDir: join(mounts, "low"),
      settings: { diskFreeBytesMin: 1024 * 1024 * 1024 },
    });
    await expect(bench.send(spools)).rejects.toMatchObject({
      code: "spool_unwritable",
      message: expect.stringContaining("bytes free"),
    });
    await spools.stop();
  });
});

describe("a store that fails", () => {
  it("fills the spool to its limit, then requests are refused; when it is back all is stored", async () => {
    const spools = await bench.spool({ settings: { spoolBytesMax: 20_000, spoolSegmentBytesMax: 4_000 } });
    bench.failure = storeIsDown;
    const acknowledged: number[] = [];
    while (spools.status().state === "ok") acknowledged.push(await bench.send(spools));
    await expect(bench.send(spools)).rejects.toMatchObject({ code: "spool_full", retryAfterMs: expect.any(Number) });
    const status = spools.status();
    expect(status).toMatchObject({ state: "full", lastError: storeIsDown.message, quarantined: 0 });
    expect(status.bytes).toBeGreaterThanOrEqual(20_000);
    expect(status.segments).toBeGreaterThan(1);
    expect((await spools.ledger()).spans).toMatchObject({ refused: 0, stored: 0, spooled: acknowledged.length * 10 });

    bench.failure = undefined;
    await expect.poll(() => spools.status().state, { timeout: waitMs }).toBe("ok");
    acknowledged.push(await bench.send(spools));
    await spools.stop();
    expect([...(await bench.stored())]).toEqual(acknowledged.map((request) => [request, 10]));
  });

  it("does not hold up a stop for ever: what is left is stored by the next start", async () => {
    const dataDir = bench.newFolder();
    const first = await bench.spool({ dataDir });
    bench.failure = storeIsDown;
    const request = await bench.send(first);
    await first.stop({ timeoutMs: 50 });
    await expect(bench.send(first)).rejects.toMatchObject({ code: "unavailable" });
    bench.failure = undefined;
    const second = await bench.spool({ dataDir });
    expect(bench.events).toContainEqual({ type: "recovered", segments: 1, rows: 10 });
    await second.stop();
    expect([...(await bench.stored())]).toEqual([[request, 10]]);
    expect((await second.ledger()).spans).toEqual({ received: 10, refused: 0, spooled: 0, stored: 10 });
  });

  it("has a segment set aside that it refuses for its content, and takes the rest", async () => {
    const dataDir = bench.newFolder();
    const spools = await bench.spool({ dataDir, settings: { insertAttemptsMax: 2, spoolSegmentBytesMax: 1 } });
    bench.failure = contentIsRefused;
    await bench.send(spools);
    await expect.poll(() => spools.status().quarantined, { timeout: waitMs }).toBe(1);
    bench.failure = undefined;
    const good = await bench.send(spools);
    await expect.poll(() => spools.status().segments, { timeout: waitMs }).toBe(0);
    expect([...(await bench.stored())]).toEqual([[good, 10]]);
    const balance = { received: 20, refused: 0, spooled: 10, stored: 10 };
    expect((await spools.ledger()).spans).toEqual(balance);
    expect(bench.events).toContainEqual(expect.objectContaining({ type: "quarantined", rows: 10 }));
    await spools.stop();

    const aside = readdirSync(join(dataDir, "quarantine")).sort();
    expect(aside.map((file) => file.replace(/^[^.]+/, ""))).toEqual([".commits", ".native", ".reason.txt"]);
    expect(readFileSync(join(dataDir, "quarantine", aside[2] ?? ""), "utf8")).toContain(contentIsRefused.message);
    const next = await bench.spool({ dataDir });
    expect(next.status().quarantined).toBe(1);
    expect((await next.ledger()).spans).toEqual(balance);
    await next.stop();
  });
});

describe("a spool folder that was damaged", () => {
  it("has the segment set aside whole, and the ledger still balances", async () => {
    const dataDir = bench.newFolder();
    const first = await bench.spool({ dataDir, settings: { spoolSegmentAgeMaxMs: 60_000 } });
    bench.failure = storeIsDown;
    for (let request = 0; request < 3; request += 1) await bench.send(first);
    await first.stop({ timeoutMs: 0 });
    const [segment = ""] = segmentFiles(dataDir);
    const { dataPath } = segmentPaths(join(dataDir, "spool"), segment);
    const bytes = readFileSync(dataPath);
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    writeFileSync(dataPath, bytes);
    bench.failure = undefined;
    const second = await bench.spool({ dataDir });
    expect(second.status()).toMatchObject({ quarantined: 1, segments: 0 });
    expect((await second.ledger()).spans).toEqual({ received: 30, refused: 0, spooled: 30, stored: 0 });
    await second.stop();
  });

  it("shows in the ledger when a segment is gone", async () => {
    const dataDir = bench.newFolder();
    const first = await bench.spool({ dataDir });
    bench.failure = storeIsDown;
    await bench.send(first);
    await first.stop({ timeoutMs: 0 });
    for (const segment of segmentFiles(dataDir)) {
      rmSync(segmentPaths(join(dataDir, "spool"), segment).dataPath);
      rmSync(segmentPaths(join(dataDir, "spool"), segment).logPath);
    }
    bench.failure = undefined;
    const second = await bench.spool({ dataDir });
    const { spans } = await second.ledger();
    expect(spans).toEqual({ received: 10, refused: 0, spooled: 0, stored: 0 });
    expect(isBalanced(spans)).toBe(false);
    await second.stop();
  });
});

function segmentFiles(dataDir: string): string[] {
  return readdirSync(join(dataDir, "spool")).flatMap((file) => (file.endsWith(".native") ? [file.slice(0, -7)] : []));
}
