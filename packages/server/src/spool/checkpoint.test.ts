import { mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointFile, type Checkpoint } from "./checkpoint.ts";

const state = (accepted: number): Checkpoint => ({ spoolId: "0123", tables: { spans: { accepted, refused: 2 } } });

describe("the checkpoint", () => {
  let dir = "";
  let path = "";
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "sightglass-checkpoint-"));
    path = join(dir, "checkpoint");
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));

  async function written(...states: Checkpoint[]): Promise<void> {
    const { file } = await CheckpointFile.open(dir);
    for (const next of states) await file.write(next);
  }
  const found = async () => (await CheckpointFile.open(dir)).found;

  it("is not there in a new folder, nor after a start that wrote nothing", async () => {
    expect(await found()).toBeUndefined();
    expect(await found()).toBeUndefined();
  });

  it("gives back the newest, over restarts", async () => {
    await written(state(1));
    expect(await found()).toEqual(state(1));
    await written(state(2), state(3));
    expect(await found()).toEqual(state(3));
  });

  it("gives back the one before when the newest write is torn at any byte", async () => {
    await written(state(1), state(2), state(3));
    const whole = readFileSync(path);
    const slot = 4096;
    const end = whole.indexOf("\n", slot);
    for (let at = slot; at < end; at += 1) {
      const torn = Buffer.from(whole);
      torn.fill(0, at, slot * 2);
      writeFileSync(path, torn);
      expect(await found()).toEqual(state(2));
    }
  });

  it("takes no more room once it is made", async () => {
    await written(state(1));
    const before = readFileSync(path).length;
    await written(state(2), state(Number.MAX_SAFE_INTEGER));
    expect(readFileSync(path)).toHaveLength(before);
  });

  it("says so when both slots are damaged", async () => {
    await written(state(1), state(2));
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(1));
    await expect(found()).rejects.toThrow(`${path} is damaged`);
  });

  it("begins anew when a crash came while it was made", async () => {
    await found();
    truncateSync(path, 100);
    expect(await found()).toBeUndefined();
  });
});
