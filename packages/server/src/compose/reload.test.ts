import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { loadConfig } from "../config/load.ts";
import { systemClock } from "../model/clock.ts";
import { Reload } from "./reload.ts";

describe("reading the configuration again", () => {
  it("goes one time after the other, and a fault leaves everything as it was", async () => {
    let text = "log: { level: warn }";
    let nowMs = 1000;
    const reread = () => loadConfig({ source: { file: "s.yaml", text }, environment: {} });
    const reload = new Reload({ clock: { ...systemClock, nowMs: () => nowMs }, config: reread(), reread });
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

  it("waits until everything has started, and applies what the file says then", async () => {
    let text = "log: { level: warn }";
    const reread = () => loadConfig({ source: { file: "s.yaml", text }, environment: {} });
    const reload = new Reload({ clock: systemClock, config: reread(), reread });
    const run = reload.run();
    await setImmediate();
    text = "log: { level: error }";
    const applied: string[] = [];
    reload.onReload(async ({ log }) => void applied.push(log.level));
    await run;
    expect(applied).toEqual(["error"]);
  });

  it("keeps what parts take at their start, and says so", async () => {
    let text = "listen: 127.0.0.1:1\nretention: { samples: { age: 1d } }";
    const reread = () => loadConfig({ source: { file: "s.yaml", text }, environment: {} });
    const reload = new Reload({ clock: systemClock, config: reread(), reread });
    reload.onReload(async () => {});
    expect(await reload.run()).toEqual([]);
    text = "listen: 127.0.0.1:2\nspool: { bytes: 1GiB }\nretention: { samples: { age: 2d } }";
    expect(await reload.run()).toEqual(["listen", "spool"]);
    expect(reload.current.listen.port).toBe(1);
    expect(reload.current.retention.samples.age).toBe(2 * 86_400_000);
    text = "listen: 127.0.0.1:1";
    expect(await reload.run()).toEqual([]);
  });

  it("does not give up the tokens of an address that others can reach", async () => {
    const token = `auth: { tokens: [{ name: a, scopes: [read], sha256: ${"0".repeat(64)} }] }`;
    let text = `listen: 0.0.0.0:1\n${token}`;
    const reread = () => loadConfig({ source: { file: "s.yaml", text }, environment: {} });
    const reload = new Reload({ clock: systemClock, config: reread(), reread });
    reload.onReload(async () => {});
    text = "listen: 127.0.0.1:1";
    await expect(reload.run()).rejects.toThrow("listen: 0.0.0.0:1 can be reached from other machines");
    expect(reload.current.auth.tokens).toHaveLength(1);
  });
});
