import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../../testing/manual-clock.ts";
import { SpoolFolder, type Waiting } from "./folder.ts";

let path: string;
let clock: ManualClock;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), "sightglass-spool-")), "made", "when needed");
  clock = new ManualClock();
});
afterEach(() => rmSync(join(path, "../.."), { recursive: true }));

const open = (bytesMax = 1000) => new SpoolFolder(path, bytesMax, clock);
const body = (text: string) => new TextEncoder().encode(text);
const files = () => readdirSync(path).toSorted();
const minutes = (count: number) => count * 60_000;
const first = (folder: SpoolFolder): Waiting => folder.list()[0] ?? expect.fail("nothing waits");
const setTime = (name: string, epochMs: number) => utimesSync(join(path, name), epochMs / 1000, epochMs / 1000);
async function keep(folder: SpoolFolder, text: string): Promise<number | undefined> {
  await clock.advance(1);
  return folder.add("traces", "protobuf", body(text));
}

describe("a spool folder", () => {
  it("holds the bodies as they are, for this user only, and lists the oldest first", async () => {
    const folder = open();
    await keep(folder, "one");
    await clock.advance(1);
    folder.add("logs", "json", body("two"));
    const [one, two] = open().list();
    expect([one, two]).toMatchObject([
      { signal: "traces", encoding: "protobuf", bytes: 3 },
      { signal: "logs", encoding: "json", bytes: 3 },
    ]);
    expect(files().map((name) => readFileSync(join(path, name), "utf8"))).toEqual(["one", "two"]);
    expect(statSync(join(path, one?.name ?? "")).mode & 0o777).toBe(0o600);
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  it("gives each file to one process only", async () => {
    const [a, b] = [open(), open()];
    await keep(a, "one");
    const waiting = first(a);
    expect([a.claim(waiting), b.claim(waiting)]).toEqual([true, false]);
    expect(b.list()).toEqual([]);
    expect(a.read(waiting)).toEqual(Buffer.from("one"));
    a.release(waiting);
    expect(b.claim(first(b))).toBe(true);
    b.remove(waiting);
    expect(files()).toEqual([]);
  });

  it("takes back what a process claimed that is no more", async () => {
    const dead = open();
    await keep(dead, "one");
    dead.claim(first(dead));
    setTime(files()[0] ?? "", clock.nowMs());
    await clock.advance(minutes(9));
    expect(open().list()).toEqual([]);
    await clock.advance(minutes(1));
    const next = open();
    expect(next.claim(first(next))).toBe(true);
  });

  it("never shows what is half written, and removes it later", async () => {
    const folder = open();
    await keep(folder, "one");
    writeFileSync(join(path, `${files()[0]}.partial`), "on");
    setTime(files()[1] ?? "", clock.nowMs());
    expect(folder.list()).toHaveLength(1);
    expect(files()).toHaveLength(2);
    await clock.advance(minutes(10));
    expect(folder.list()).toHaveLength(1);
    expect(files()).toHaveLength(1);
  });

  it.each([
    ["cut short", (file: string) => truncateSync(file, 2)],
    ["changed", (file: string) => writeFileSync(file, "onE")],
    ["emptied by a power cut", (file: string) => truncateSync(file, 0)],
  ])("knows a file that was %s", async (_how, damage) => {
    const folder = open();
    await keep(folder, "one");
    const waiting = first(folder);
    damage(join(path, waiting.name));
    folder.claim(waiting);
    expect(folder.read(waiting)).toBeUndefined();
    folder.setAside(waiting, "corrupt");
    expect(files()).toEqual([`${waiting.name}.corrupt`]);
    expect(folder.list()).toEqual([]);
  });

  it("lets the oldest make room, whatever became of it", async () => {
    const folder = open(10);
    await keep(folder, "aaaa");
    await keep(folder, "bbbb");
    const waiting = first(folder);
    folder.claim(waiting);
    folder.setAside(waiting, "refused");
    expect(await keep(folder, "cccc")).toBe(1);
    expect(await keep(folder, "dddddddddd")).toBe(2);
    expect(files().map((name) => readFileSync(join(path, name), "utf8"))).toEqual(["dddddddddd"]);
    expect(await keep(folder, "eeeeeeeeeee")).toBeUndefined();
    expect(files()).toHaveLength(1);
  });

  it("leaves files of others alone", async () => {
    const folder = open(4);
    await keep(folder, "aaaa");
    writeFileSync(join(path, "README"), "x".repeat(100));
    await keep(folder, "bbbb");
    expect(folder.list()).toHaveLength(1);
    expect(files()).toContain("README");
  });

  it("is empty while there is no folder", () => {
    expect(open().list()).toEqual([]);
  });
});
