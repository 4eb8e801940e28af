import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readConfigFile, usableOptions } from "./config-file.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "sightglass-config-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(text: string) {
  const path = join(folder, "telemetry.json");
  writeFileSync(path, text);
  const problems: string[] = [];
  const options = readConfigFile(path, (problem) => problems.push(problem.replace(path, "FILE")));
  return { options, problems };
}

describe("options in the code", () => {
  const usableOf = (given: object | null) => {
    const problems: string[] = [];
    return { options: usableOptions(given, (problem) => problems.push(problem)), problems };
  };

  it("that are not given leave the file its say", () => {
    expect(usableOf({ service: undefined, endpoint: null, spool: undefined })).toEqual({ options: {}, problems: [] });
    expect(usableOf(null)).toEqual({ options: {}, problems: [] });
  });

  it("that cannot be used are reported, and the others hold", () => {
    const spool = "/tmp/spool";
    const keep = { failed: true, unexplained: undefined };
    const attributes = { "host.ip": ["a", "b"], shard: undefined };
    const { options, problems } = usableOf({ sampleRatio: Number.NaN, exitTimeoutMs: -1, keep, attributes, spool });
    expect(options).toEqual({ keep, attributes, spool });
    expect(problems).toEqual([
      'bootstrap: "sampleRatio" is not a number from 0 to 1, or an object with one for each environment; it is not used',
      'bootstrap: "exitTimeoutMs" is not a positive number; it is not used',
    ]);
  });
});

describe("a configuration file", () => {
  it("says what the code would say", () => {
    const said = {
      service: "orders",
      endpoint: "http://127.0.0.1:4318",
      headers: { authorization: "Bearer t" },
      attributes: { "deployment.environment.name": "production", shard: 3, isCanary: false },
      sampleRatio: { production: 0.1, staging: 1 },
      keep: { failed: true, unexplained: true, slowerThanMs: 60_000 },
      exitTimeoutMs: 500,
    };
    expect(read(JSON.stringify(said))).toEqual({ options: said, problems: [] });
  });

  it.each([
    ['{"sampleRatio": 2, "service": "s"}', /"sampleRatio" is not a number from 0 to 1/],
    ['{"sampleRatio": {"production": "all"}, "service": "s"}', /"sampleRatio" is not a number from 0 to 1/],
    ['{"keep": {"slow": 1}, "service": "s"}', /"keep" is not {/],
    ['{"keep": true, "service": "s"}', /"keep" is not {/],
    ['{"headers": {"a": 1}, "service": "s"}', /"headers" is not an object of texts/],
    ['{"exitTimeoutMs": 0, "service": "s"}', /"exitTimeoutMs" is not a positive number/],
    ['{"samplerate": 1, "service": "s"}', /"samplerate" is none of service, endpoint, /],
    ['{"__proto__": 1, "service": "s"}', /"__proto__" is none of/],
  ])("keeps the rest of %s", (text, problem) => {
    const { options, problems } = read(text);
    expect(options).toEqual({ service: "s" });
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it.each([
    ["{", /cannot be used: /],
    ["[]", /is not a JSON object/],
    ["null", /is not a JSON object/],
  ])("that is %s says nothing", (text, problem) => {
    const { options, problems } = read(text);
    expect(options).toEqual({});
    expect(problems).toEqual([expect.stringMatching(problem)]);
  });

  it("that is not there is reported", () => {
    const problems: string[] = [];
    expect(readConfigFile(join(folder, "none.json"), (problem) => problems.push(problem))).toEqual({});
    expect(problems).toEqual([expect.stringMatching(/^SIGHTGLASS_CONFIG: .*none\.json cannot be used: ENOENT/)]);
  });
});
