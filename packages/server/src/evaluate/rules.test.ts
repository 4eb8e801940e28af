import { Engine, Labels, MemorySource } from "@sightglass/promql";
import { describe, expect, it } from "vitest";
import type { Clock } from "../model/clock.ts";
import { overlaySource } from "../query/series-source-overlay.ts";
import { type RecordedSample, RuleGroupEvaluator } from "./rule-evaluator.ts";
import { parseRuleFile } from "./rule-file.ts";

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
      timers = timers.filter((each) => each !== due);
      nowMs = due.atMs;
      due.run();
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    nowMs = toMs;
  };
  return { clock, advance, pending: () => timers.length };
}

const rules = (body: string) =>
  parseRuleFile({ file: "f", text: `groups:\n- name: g\n  interval: 1m\n${body}` }, 60_000)[0]!;

function evaluatorOf(body: string, { store = new MemorySource(), startMs = 0, isStored = true } = {}) {
  const written: RecordedSample[][] = [];
  const failures: string[] = [];
  const time = manualClock(startMs);
  const evaluator = new RuleGroupEvaluator(rules(body), {
    clock: time.clock,
    query: ({ query, timeMs, recent, signal }) =>
      new Engine(overlaySource(store, recent)).instant({ query, timeMs, signal }),
    write: async (samples) => {
      written.push([...samples]);
      if (isStored) for (const { labels, timeMs, value } of samples) store.append(labels, timeMs, value);
    },
    onFailure: ({ error }) => failures.push(String(error)),
  });
  const shown = () =>
    written.flat().map(({ labels, timeMs, value }) => `${labels.toString()} ${value} @${timeMs / 1000}`);
  return { evaluator, store, shown, failures, ...time };
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
