import { describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.ts";
import { systemClock } from "../model/clock.ts";
import { Reload } from "./reload.ts";

describe("reading the configuration again", () => {
  it("goes one time after the other, and a fault leaves everything as it was", async () => {
    let text = "log: { level: warn }";
    let nowMs = 1000;
    const reload = new Reload({
      clock: { ...systemClock, nowMs: () => nowMs },
      reread: () => loadConfig({ source: { file: "s.yaml", text }, environment: {} }),
    });
    const applied: string[] = [];
    reload.onReload(async ({ log }) => {
      await Promise.resolve();
      applied.push(log.level);
    });
    nowMs = 2000;
    const first = reload.run();
    const second = reload.run();
    await first;
    await second;
    expect(applied).toEqual(["warn", "warn"]);
    expect(reload).toMatchObject({ hasSucceeded: true, succeededAtMs: 2000 });
    nowMs = 3000;
    text = "log: { level: loud }";
    await expect(reload.run()).rejects.toThrow("s.yaml:1:15: log.level");
    expect(reload).toMatchObject({ hasSucceeded: false, succeededAtMs: 2000 });
    expect(applied).toHaveLength(2);
    text = "log: { level: error }";
    await reload.run();
    expect(applied.at(-1)).toBe("error");
    expect(reload.hasSucceeded).toBe(true);
  });
});
