import { beforeEach, describe, expect, it, vi } from "vitest";
import { pipeline } from "./pipeline.ts";
import { ProgressBoard } from "./progress.ts";
import { ManualClock } from "./testing/manual-clock.ts";

let clock: ManualClock;
let written: string;
beforeEach(() => {
  clock = new ManualClock();
  written = "";
});
const write = (text: string) => {
  written += text;
};
const tracked = (name: string, done: () => number | undefined, total?: number) => ({ name, done, total });

describe("on a terminal", () => {
  it("is one line, redrawn, and a last line when the stage is over", async () => {
    const board = new ProgressBoard({ isTTY: true, columns: 200, write }, clock);
    let rows = 0;
    const load = tracked("load", () => rows, 2_000_000);
    board.add(load);
    rows = 500_000;
    await clock.advance(200);
    await clock.advance(1800);
    rows = 1_000_000;
    await clock.advance(200);
    board.remove(load);
    const lines = written.split("\r\u001B[2K");
    expect(lines.at(-3)).toBe("load: █████░░░░░░░░░░░░░░░ 25 % of 2,000,000, 250,000/s, 0:06 left");
    expect(lines.at(-2)).toBe("load: ██████████░░░░░░░░░░ 50 % of 2,000,000, 454,545/s, 0:02 left");
    expect(lines.at(-1)).toBe("load: 1,000,000 rows in 0:02, 454,545/s\n");
    expect(clock.timerCount).toBe(0);
  });

  it("shows stages side by side, and never more than the line takes", async () => {
    const board = new ProgressBoard({ isTTY: true, columns: 30, write }, clock);
    board.add(tracked("first", () => 1000));
    board.add(tracked("second", () => undefined));
    await clock.advance(200);
    expect(written).toBe("\r\u001B[2Kfirst: 1,000 rows, 5,000/s  s");
  });
});

describe("elsewhere", () => {
  it("is a line every 10 s, and none for a stage that is sooner over", async () => {
    const board = new ProgressBoard({ write }, clock);
    const slow = tracked("slow", () => 36_000_000, 72_000_000);
    const quick = tracked("quick", () => 1);
    board.add(slow);
    board.add(quick);
    await clock.advance(9000);
    board.remove(quick);
    await clock.advance(3600 * 1000 - 9000);
    board.remove(slow);
    const lines = written.trimEnd().split("\n");
    expect(lines).toHaveLength(361);
    expect(lines.at(-2)).toBe("slow: ██████████░░░░░░░░░░ 50 % of 72,000,000, 10,000/s, 1:00:00 left");
    expect(lines.at(-1)).toBe("slow: 36,000,000 rows in 1:00:00, 10,000/s");
    expect(written).not.toContain("\u001B");
  });

  it("survives a terminal that cannot be written to", async () => {
    const board = new ProgressBoard(
      {
        write() {
          throw new Error("EPIPE");
        },
      },
      clock,
    );
    board.add(tracked("load", () => 1));
    await clock.advance(10_000);
  });
});

it("is asked for by a stage", async () => {
  vi.useFakeTimers();
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    write(String(text));
    return true;
  });
  try {
    await pipeline("p", async (run) => {
      await run.stage("load", { progress: true }, async (stage) => {
        stage.read(10);
        stage.written(7);
        await vi.advanceTimersByTimeAsync(10_000);
      });
      await run.stage("silent", () => vi.advanceTimersByTimeAsync(10_000));
    });
  } finally {
    spy.mockRestore();
    vi.useRealTimers();
  }
  expect(written).toMatch(/load: 10 rows/);
  expect(written).not.toContain("silent");
});
