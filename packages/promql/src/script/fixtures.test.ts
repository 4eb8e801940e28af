import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { runScript } from "./run-script.ts";

const own = new URL("../../testdata/", import.meta.url);
/** Scripts of Prometheus itself, beside the repository. */
const reference = new URL("../../../../../shared/fixtures/promqltest/", import.meta.url);

/** Cases per file, all of which pass. */
const referenceCounts: Readonly<Record<string, number>> = {
  "collision.test": 2,
  "extended_vectors.test": 169,
  "fill-modifier.test": 46,
  "functions.test": 431,
  "histograms.test": 185,
  "info.test": 53,
  "limit.test": 37,
  "literals.test": 25,
  "name_label_dropping.test": 30,
  "native_histograms.test": 522,
  "operators.test": 214,
  "range_queries.test": 18,
  "selectors.test": 31,
  "trig_functions.test": 19,
  "type_and_unit.test": 58,
};

async function run(folder: URL, file: string) {
  return runScript(readFileSync(new URL(file, folder), "utf8"));
}

describe("our own scripts", () => {
  it.each(readdirSync(own))("%s", async (file) => {
    const { failures, total } = await run(own, file);
    expect(failures).toEqual([]);
    expect(total).toBeGreaterThan(0);
  });
});

describe("Prometheus' scripts", () => {
  if (!existsSync(reference)) {
    it.skip(`skipped: ${reference.pathname} is not there`, () => {});
    return;
  }

  it.each(Object.entries(referenceCounts))("%s passes all %i cases", { timeout: 120_000 }, async (file, count) => {
    const { failures, passed, total } = await run(reference, file);
    expect(failures).toEqual([]);
    expect([passed, total]).toEqual([count, count]);
  });
});

describe("the runner", () => {
  const load = "load 1m\n  m 1 2 3\n\n";

  it.each([
    ["a wrong value", `${load}eval instant at 1m m\n  m 5`, /expected 5, got 2/],
    ["a missing series", `${load}eval instant at 1m m\n  m 2\n  other 1`, /is missing/],
    ["an unexpected series", `${load}eval instant at 1m m`, /unexpected series/],
    ["a wrong scalar", "eval instant at 0 1 + 1\n  3", /expected scalar 3, got 2/],
    ["a failure that does not come", `${load}eval instant at 1m m\n  expect fail`, /expected to fail/],
    ["a failure that is not expected", "eval instant at 1m sum(1)", /parse error/],
    [
      "a warning that does not come",
      `${load}eval instant at 1m m\n  expect warn\n  m 2`,
      /expected warn anything, got: none/,
    ],
    [
      "another warning",
      `eval instant at 0 quantile(2, m)\n  expect warn msg: no`,
      /expected warn msg: no, got: PromQL warning/,
    ],
    ["a warning too many", "eval instant at 0 quantile(2, m)\n  expect no_warn", /expected no warn/],
    [
      "the wrong order",
      `load 1m\n  a{i="1"} 1\n  a{i="2"} 2\n\neval instant at 0 sort_desc(a)\n  expect ordered\n  a{i="1"} 1\n  a{i="2"} 2`,
      /position/,
    ],
    ["a wrong time", `${load}eval range from 0 to 2m step 1m m > 1\n  m 2 3`, /expected a value at 0 ms/],
    [
      "a wrong hint",
      "load 1m\n  h {{count:1}}x1\n\neval instant at 1m h\n  h {{count:1 counter_reset_hint:gauge}}",
      /hints gauge and not_reset/,
    ],
  ])("finds %s", async (_name, script, message) => {
    const { passed, failures } = await runScript(script);
    expect(passed).toBe(0);
    expect(failures[0]?.message).toMatch(message);
  });

  it.each([
    ["nonsense", /line 1: unknown command "nonsense"/],
    ["load 1m\n  m 1 x", /line 2: cannot read the value "x"/],
    ["load soon\n  m 1", /line 1: "soon" is no duration/],
    ["eval instant at 0 m\n  m 1 2", /line 2: expected one value/],
    ["eval range from 0 to 1m step 1m m\n  m 1 2 3", /line 2: expected at most 2 values/],
    ["eval instant at 0 m\n  expect warn\n  expect no_warn", /cannot expect an annotation and none/],
    ["load 1m\n  h {{schema:0 what:1}}", /unknown key "what"/],
  ])("counts what it cannot read as a failed case: %j", async (script, message) => {
    const { passed, failures } = await runScript(`${script}\n\neval instant at 0 vector(1)\n  {} 1`);
    expect(failures.map((each) => each.message)).toEqual([expect.stringMatching(message)]);
    expect(passed).toBe(1);
  });
});
