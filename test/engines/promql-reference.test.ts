import { writeFileSync } from "node:fs";
import { Engine, loadScript, MemorySource, scriptSettings } from "@sightglass/promql";
import { afterAll, describe, expect, it } from "vitest";
import { pick, randomFrom } from "./prometheus-data.ts";
import { differences, hasTwoAtOnce } from "./reference/compare.ts";
import { Reference, type ReferenceAnswer, referenceProgram, type QueryTimes } from "./reference/peer.ts";
import { generateQuery } from "./reference/queries.ts";
import { generateLoad, sampleCount, stepMs } from "./reference/series.ts";

const seed = Number(process.env.SIGHTGLASS_DIFFERENTIAL_SEED ?? 1);
const cases = Number(process.env.SIGHTGLASS_DIFFERENTIAL_CASES ?? 2000);
const casesPerLoad = 100;

describe.skipIf(referenceProgram === undefined)("beside the engine of Prometheus 3 (needs .ci/install-engines)", () => {
  const reference = new Reference(referenceProgram as string);
  afterAll(() => reference.end());

  it(`answers ${cases} generated queries alike`, { timeout: 3_600_000 }, async () => {
    const random = randomFrom(seed);
    const wrong: Record<string, string[]> = {};
    let answered = 0;
    for (let done = 0; done < cases; done += casesPerLoad) {
      const load = generateLoad(random);
      const source = new MemorySource();
      loadScript(load, source);
      await reference.load(load);
      const engine = new Engine(source, { ...scriptSettings, samplesMax: 10_000_000 });
      for (let index = 0; index < casesPerLoad; index++) {
        const query = generateQuery(random);
        const times = timesOf(pick(random, [0, 15_000, 60_000, 20_000]), random());
        const ours = await evaluate(engine, query, times);
        const found = await differencesFrom(reference, load, ours, query, times);
        if (found === undefined) continue;
        if (found.length > 0) wrong[`${query}   (load ${done / casesPerLoad}, ${JSON.stringify(times)})`] = found;
        else if (typeof ours !== "string") answered++;
      }
    }
    const report = process.env.SIGHTGLASS_DIFFERENTIAL_REPORT;
    if (report !== undefined) writeFileSync(report, JSON.stringify(wrong, undefined, 1));
    expect(wrong).toEqual({});
    expect(answered).toBeGreaterThan(cases / 2);
  });
});

type Ours = Awaited<ReturnType<typeof evaluate>>;

/**
 * The reference stores the series of a script in the order of a Go map, which is another each time, and some answers (which of
 * two annotations) follow it: what differs is loaded and asked again.
 */
const askedMax = 20;

/** Undefined where the reference has two answers in one. */
async function differencesFrom(reference: Reference, load: string, ours: Ours, query: string, times: QueryTimes) {
  for (let asked = 1; ; asked++) {
    const theirs = await reference.query(query, times);
    if (hasTwoAtOnce(theirs)) return undefined;
    const found = compare(ours, theirs, query, times);
    if (found.length === 0 || asked === askedMax) return found;
    await reference.load(load);
  }
}

function compare(ours: Ours, theirs: ReferenceAnswer, query: string, times: QueryTimes): string[] {
  if (typeof ours !== "string" && theirs.error === undefined)
    return differences(ours, theirs, {
      ordered: times.stepMs > 0 || query.startsWith("sort_by_label"),
      hasSubquery: /\[[^\]]*:/.test(query),
    });
  if (typeof ours === "string" && settled(ours) === settled(theirs.error ?? "")) return [];
  return [`${typeof ours === "string" ? ours : "an answer"} instead of ${theirs.error ?? "an answer"}`];
}

function timesOf(step: number, share: number): QueryTimes {
  const startMs = Math.floor((share * sampleCount * stepMs) / 15_000) * 15_000 + (share < 0.5 ? 0 : 1700);
  // The end may lie behind the last step.
  const restMs = share < 0.3 ? 0 : 5000;
  return { startMs, endMs: step === 0 ? startMs : startMs + 20 * step + restMs, stepMs: step };
}

async function evaluate(engine: Engine, query: string, { startMs, endMs, stepMs: step }: QueryTimes) {
  try {
    return step === 0
      ? await engine.instant({ query, timeMs: startMs })
      : await engine.range({ query, startMs, endMs, stepMs: step });
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
}

/** Which of the series are found first that match twice is left open; places count in bytes there. */
const settled = (error: string): string =>
  error
    .replace(/^(found duplicate series for|multiple matches for labels:).*/s, "not one-to-one")
    .replace(/^\d+:\d+: (?!parse)/, "");
