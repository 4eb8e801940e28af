import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { Complaints } from "./complaints.ts";
import type { Letter } from "./last-post.ts";
import { partWith } from "./parting.ts";
import { SpoolFolder } from "./spool/folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sightglass-parting-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const letter: Letter = {
  url: "",
  headers: {},
  body: new Uint8Array(3),
  tls: {},
  signal: "traces",
  encoding: "protobuf",
};

/** What is told at the end of a process that has complained before. */
function told(spool: SpoolFolder | undefined): string[] {
  const lines: string[] = [];
  const clock = new ManualClock();
  const complaints = new Complaints(clock, (line) => lines.push(line));
  complaints.report("the server is away");
  const complain = (text: string, mustBeSaid: boolean) => complaints.report(text, mustBeSaid);
  partWith([letter, letter], false, { limitMs: 0, clock, spool, complain });
  return lines.slice(1);
}

describe("what the server did not take until the end", () => {
  it("is kept where there is a spool, which needs no further line", () => {
    expect(told(new SpoolFolder(folder, 1000, new ManualClock()))).toEqual([]);
    expect(readdirSync(folder)).toHaveLength(2);
  });

  it("is told to be lost, and why, where the spool could not keep it", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    expect(told(new SpoolFolder(join(file, "spool"), 1000, new ManualClock()))).toEqual([
      expect.stringMatching(/2 requests are lost \(ENOTDIR/),
    ]);
  });

  it("takes no second line within a minute where nobody asked for a spool", () => {
    expect(told(undefined)).toEqual([]);
  });
});
