import { describe, expect, it } from "vitest";
import { Running } from "./running.ts";

describe("running parts", () => {
  it("stop in reverse, once, whatever one of them does", async () => {
    const stopped: string[] = [];
    const failures: string[] = [];
    const running = new Running((part) => failures.push(part));
    running.add("store", () => void stopped.push("store"));
    running.add("spool", () => Promise.reject(new Error("stuck")));
    running.add("http", async () => {
      await Promise.resolve();
      stopped.push("http");
    });
    await running.stop();
    await running.stop();
    expect(stopped).toEqual(["http", "store"]);
    expect(failures).toEqual(["spool"]);
  });
});
