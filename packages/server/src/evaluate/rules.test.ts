import { emptyHistogram, Engine, Labels, MemorySource, type SampleValue } from "@sightglass/promql";
import { describe, expect, it } from "vitest";
import type { Clock } from "../model/clock.ts";
import { overlaySource } from "../query/series-source-overlay.ts";
import { type RecordedSample, type RuleEvaluatorDeps, RuleGroupEvaluator } from "./rule-evaluator.ts";
import { Rules } from "./rules.ts";
import { parseRuleFile, type RuleGroup } from "./rule-file.ts";

/** A clock that moves when it is told to. */
function manualClock(startMs: number) {
  let nowMs = startMs;
  let timers: { atMs: number; run: () => void }[] = [];
  const clock: Clock = {
    nowMs: () => nowMs,
    monotonicMs: () => nowMs,
    after(delayMs, run) {
      const timer = { atMs: nowMs + delayMs, run };
      timers.push(timer);
      return () => (timers = timers.filter((each) => each !== timer));
    },
  };
  const advance = async (toMs: number) => {
    for (;;) {
      const due = timers.filter(({ atMs }) => atMs <= toMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      const groups = timers.length;
      timers = timers.filter((each) => each !== due);
      nowMs = due.atMs;
      due.run();
      // A group that was evaluated sets its timer again.
      while (timers.length < groups) await new Promise(setImmediate);
    }
    nowMs = toMs;
  };
  return { clock, advance, pending: () => timers.length };
}

const rules = (body: string): RuleGroup =>
  parseRuleFile(
    { file: "f", text: `groups:\n- name: g\n  interval: 1m\n${body}` },
    { intervalMs: 60_000, queryOffsetMs: 0 },
  )[0]!;

function depsOf({ store = new MemorySource(), startMs = 0, isStored = true } = {}) {
  const written: RecordedSample[][] = [];
  const failures: string[] = [];
  const time = manualClock(startMs);
  const deps: RuleEvaluatorDeps = {
    clock: time.clock,
    query: ({ query, timeMs, recent, signal }) =>
      new Engine(overlaySource(store, recent)).instant({ query, timeMs, signal }),
    write: async (samples) => {
      written.push([...samples]);
      if (isStored) for (const { labels, timeMs, value } of samples) store.append(labels, timeMs, value);
    },
    onFailure: ({ error }) => failures.push(String(error)),
  };
  const shown = () =>
    written.flat().map(({ labels, timeMs, value }) => `${labels.toString()} ${valueText(value)} @${timeMs / 1000}`);
  return { deps, store, shown, failures, ...time };
}

const valueText = (value: SampleValue): string =>
  typeof value === "object" ? `histogram of ${value.count}` : `${value}`;

function evaluatorOf(body: string, options: Parameters<typeof depsOf>[0] = {}) {
  const { deps, ...rest } = depsOf(options);
  return { evaluator: new RuleGroupEvaluator(rules(body), deps), ...rest };
}

describe("recording rules", () => {
  it("are evaluated every interval, at moments that do not depend on the start", async () => {
    const one = evaluatorOf("  rules: [{record: one, expr: '1'}]", { startMs: 1_000_000 });
    const other = evaluatorOf("  rules: [{record: one, expr: '1'}]", { startMs: 1_003_000 });
    for (const each of [one, other]) {
      each.evaluator.start();
      await each.advance(1_200_000);
      await each.evaluator.stop();
    }
    expect(one.shown()).toHaveLength(3);
    expect(one.shown().slice(-3)).toEqual(other.shown().slice(-3));
    expect(one.pending()).toBe(0);
  });

  it("give their name and labels to what they find", async () => {
    const { evaluator, store, shown } = evaluatorOf(
      "  labels: {team: x, tier: a}\n  rules: [{record: 'job:up:sum', expr: sum by (job) (up), labels: {tier: b, gone: ''}}]",
    );
    store.append(Labels.of({ __name__: "up", job: "j", i: "1" }), 1000, 1);
    store.append(Labels.of({ __name__: "up", job: "j", i: "2" }), 1000, 1);
    await evaluator.evaluate(2000);
    expect(shown()).toEqual(['{__name__="job:up:sum", job="j", team="x", tier="b"} 2 @2']);
  });

  it("see what the rules before them recorded, even when it is not stored yet", async () => {
    const { evaluator, shown } = evaluatorOf("  rules: [{record: a, expr: '2'}, {record: b, expr: a + 1}]", {
      isStored: false,
    });
    await evaluator.evaluate(2000);
    expect(shown()).toEqual(['{__name__="a"} 2 @2', '{__name__="b"} 3 @2']);
  });

  it("end series that they do not give any more", async () => {
    const { evaluator, store, shown } = evaluatorOf("  rules: [{record: a, expr: up > 0}]");
    store.append(Labels.of({ __name__: "up", job: "j" }), 1000, 1);
    await evaluator.evaluate(2000);
    store.append(Labels.of({ __name__: "up", job: "j" }), 3000, 0);
    await evaluator.evaluate(4000);
    await evaluator.evaluate(6000);
    expect(shown()).toEqual(['{__name__="a", job="j"} 1 @2', '{__name__="a", job="j"} stale @4']);
  });

  it("record native histograms", async () => {
    const { evaluator, store, shown } = evaluatorOf(
      "  rules: [{record: a, expr: sum(h)}, {record: b, expr: histogram_count(a)}]",
    );
    for (const job of ["x", "y"])
      store.append(Labels.of({ __name__: "h", job }), 1000, { ...emptyHistogram, count: 2, zeroCount: 2 });
    await evaluator.evaluate(2000);
    expect(shown()).toEqual(['{__name__="a"} histogram of 4 @2', '{__name__="b"} 4 @2']);
  });

  it("look back by the query offset, and record there", async () => {
    const { evaluator, shown } = evaluatorOf("  query_offset: 10s\n  rules: [{record: a, expr: time()}]");
    await evaluator.evaluate(60_000);
    expect(shown()).toEqual(['{__name__="a"} 50 @50']);
  });

  it.each([
    ["  limit: 1\n  rules: [{record: a, expr: up}]", "exceeded limit of 1 with 2 series"],
    [
      "  rules: [{record: a, expr: up, labels: {i: ''}}]",
      "vector contains metrics with the same labelset after applying rule labels",
    ],
  ])("fail on their own: %s", async (body, message) => {
    const { evaluator, store, shown, failures } = evaluatorOf(body.replace("}]", "}, {record: b, expr: '1'}]"));
    store.append(Labels.of({ __name__: "up", i: "1" }), 1000, 1);
    store.append(Labels.of({ __name__: "up", i: "2" }), 1000, 1);
    await evaluator.evaluate(2000);
    expect(failures).toEqual([`Error: ${message}`]);
    expect(shown()).toEqual(['{__name__="b"} 1 @2']);
    const [first, second] = evaluator.group.rules.map((rule) => evaluator.state(rule));
    expect(first).toMatchObject({ health: "err", lastError: message });
    expect(second).toMatchObject({ health: "ok", lastEvaluationMs: 2000 });
  });
});

describe("groups that are read again", () => {
  const read = (...bodies: [name: string, body: string][]) =>
    parseRuleFile(
      {
        file: "f",
        text: `groups:\n${bodies.map(([name, body]) => `- name: ${name}\n  interval: 10s\n${body}`).join("\n")}`,
      },
      { intervalMs: 60_000, queryOffsetMs: 0 },
    );
  const one = "  rules: [{record: one, expr: '1'}]";
  const oneAndTwo = "  rules: [{record: two, expr: '2'}, {record: one, expr: '1'}]";

  it("keep the state of what is as before, and end what is gone", async () => {
    const { deps, shown, advance } = depsOf();
    const all = new Rules(read(["a", oneAndTwo], ["b", "  rules: [{record: gone, expr: '3'}]"], ["c", one]), deps);
    all.start();
    await advance(10_000);
    const before = all.groups().map(({ group, rules: states }) => [group.name, ...states.map(({ state }) => state)]);
    expect(shown()).toHaveLength(4);
    await all.apply(read(["a", one], ["c", one]));
    expect(shown().at(-1)).toBe('{__name__="gone"} stale @10');
    const after = all.groups().map(({ group, rules: states }) => [group.name, ...states.map(({ state }) => state)]);
    expect(after).toEqual([["a", before[0]![2]], before[2]]);
    await advance(20_000);
    expect(
      shown()
        .slice(5)
        .filter((sample) => sample.includes("two")),
    ).toEqual([expect.stringMatching(/"two"\} stale @/)]);
    expect(shown().slice(5)).toHaveLength(3);
    await all.stop();
  });

  it("go on with a series that another rule gives now", async () => {
    const { deps, shown, advance } = depsOf();
    const all = new Rules(read(["a", one]), deps);
    all.start();
    await advance(10_000);
    await all.apply(read(["a", "  rules: [{record: one, expr: 1 + 0}]"]));
    await advance(20_000);
    expect(shown().filter((sample) => sample.includes("stale"))).toEqual([]);
    expect(shown()).toHaveLength(2);
    await all.stop();
  });
});
