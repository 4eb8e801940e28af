import { describe, expect, it } from "vitest";
import { defaultName, parseEndpoint } from "./options.ts";

describe("endpoints", () => {
  it.each([
    ["postgresql", { system: "postgresql" }],
    ["postgresql:public.orders", { system: "postgresql", table: "public.orders" }],
    ["s3:bucket/a:b", { system: "s3", table: "bucket/a:b" }],
    ["kafka:", { system: "kafka" }],
  ])("reads %s", (text, expected) => {
    expect(parseEndpoint(text, "--source")).toEqual(expected);
  });

  it("names the flag when there is no system", () => {
    expect(() => parseEndpoint(":orders", "--sink")).toThrow('--sink ":orders" names no system');
  });
});

describe("default names", () => {
  it.each([
    [["python3", "jobs/load.py", "--all"], "load"],
    [["/usr/bin/node", "--max-old-space-size=4096", "etl.mjs"], "etl"],
    [["bash", "-c", "node etl.mjs; exit 3"], "bash"],
    [["bash", "./scripts/nightly"], "nightly"],
    [["python", "-u", "-m", "jobs.load", "x.py"], "jobs.load"],
    [["node", "-r", "dotenv/config", "--enable-source-maps", "etl.js", "other.js"], "etl"],
    [["node", "-e", "console.log(1)"], "node"],
    [["python"], "python"],
    [["./scripts/nightly.sh"], "nightly.sh"],
    [["dbt", "build"], "dbt"],
  ])("%j is %s", (command, expected) => {
    expect(defaultName(command)).toBe(expected);
  });
});
