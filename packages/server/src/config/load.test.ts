import { describe, expect, it } from "vitest";
import { loadConfig } from "./load.ts";
import { parseBytes, parseDurationMs } from "./quantities.ts";

const load = (text: string, environment: Record<string, string> = {}) =>
  loadConfig({ source: { file: "sightglass.yaml", text }, environment });

describe("configuration", () => {
  it("has a default for everything, on loopback", () => {
    const config = loadConfig({ environment: {} });
    expect(config.listen).toEqual({ host: "127.0.0.1", port: 4319 });
    expect(config.retention.spans).toEqual({ age: 14 * 86_400_000, bytes: 20 * 2 ** 30 });
  });

  it("lets the command line win over the file", () => {
    const config = loadConfig({
      source: { file: "a.yaml", text: "data: /from-file\nlisten: 127.0.0.1:1" },
      flags: { listen: "127.0.0.1:2" },
      environment: {},
    });
    expect([config.data, config.listen.port]).toEqual(["/from-file", 2]);
  });

  it("takes values from the environment, which cannot add keys", () => {
    expect(load("data: ${DIR}/x", { DIR: "/d" }).data).toBe("/d/x");
    expect(load("data: ${DIR:-/fallback}").data).toBe("/fallback");
    expect(load("metrics:\n  series_per_metric: ${MAX}", { MAX: "7" }).metrics.series_per_metric).toBe(7);
    expect(load('data: "${DIR}"', { DIR: "a\nlisten: 0.0.0.0:1" }).data).toBe("a\nlisten: 0.0.0.0:1");
  });

  it("takes a key without a value for one that is not set", () => {
    const { rule_files, global, scrape_configs } = load(
      "rule_files:\n  # - a.yml\nglobal:\nscrape_configs: [{job_name: a, params: }]",
    );
    expect([rule_files, global.scrape_interval, scrape_configs[0]?.params]).toEqual([[], 60_000, {}]);
  });

  it.each([
    ["data: ${NOPE}", /^sightglass.yaml:1:7: \$\{NOPE\} is not set/],
    ["lisen: 127.0.0.1:1", /^sightglass.yaml:1:1: unknown setting "lisen"$/],
    [
      "spool:\n  bytes: 1GiB\n  byte: 1\n  age: 2",
      /^sightglass.yaml:3:3: spool: unknown setting "byte"\nsightglass.yaml:4:3: spool: unknown setting "age"$/,
    ],
    [
      "auth:\n  tokens:\n    - name: a\n      scopes: [read]",
      /^sightglass.yaml:3:7: auth.tokens.0.sha256: is missing: /,
    ],
    ["retention:\n  spans:\n    age: soon", /^sightglass.yaml:3:10: retention.spans.age: expected a duration such as/],
    ["retention:\n  spans:\n    bytes: 3 potatoes", /^sightglass.yaml:3:12: retention.spans.bytes: expected a size/],
    ["listen: 4319", /^sightglass.yaml:1:9: listen: /],
    ["a: [", /^sightglass.yaml:1:5: /],
    ["- 1", /^sightglass.yaml:1:1: expected a mapping/],
    [
      "auth:\n  tokens:\n    - {name: a, scopes: [read], sha256: plain}",
      /^sightglass.yaml:3:\d+: auth.tokens.0.sha256: expected the 64 hex/,
    ],
    ["listen: 0.0.0.0:4319", /listen: 0.0.0.0:4319 can be reached from other machines, and no token/],
  ])("refuses %j and says where", (text, message) => {
    expect(() => load(text)).toThrow(message);
  });

  it("names the flag when the fault is there", () => {
    expect(() => loadConfig({ flags: { otlp_grpc: "nowhere" }, environment: {} })).toThrow(
      /^--otlp-grpc: expected HOST:PORT/,
    );
  });
});

describe("quantities", () => {
  it.each([
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["500ms", 500],
    ["0", 0],
    ["1.5h", undefined],
    ["", undefined],
    ["-1s", undefined],
  ])("reads the duration %j", (text, value) => expect(parseDurationMs(text)).toBe(value));

  it.each([
    ["20GiB", 20 * 2 ** 30],
    ["1.5MB", 1_500_000],
    ["0", 0],
    ["12", undefined],
    ["1 XB", undefined],
  ])("reads the size %j", (text, value) => expect(parseBytes(text)).toBe(value));
});
