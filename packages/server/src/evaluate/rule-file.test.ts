import { describe, expect, it } from "vitest";
import { parseRuleFile } from "./rule-file.ts";

const read = (text: string) => parseRuleFile({ file: "rules.yaml", text }, { intervalMs: 60_000, queryOffsetMs: 0 });

describe("rule files in Prometheus' grammar", () => {
  it("groups with every field", () => {
    const [group] = read(`
groups:
  - name: jobs
    interval: 30s
    query_offset: 5s
    limit: 10
    labels: { team: data, tier: "1" }
    rules:
      - record: job:runs:rate5m
        expr: sum by (job) (rate(runs_total[5m]))
        labels: { tier: "2" }
      - alert: Failing
        expr: job:runs:rate5m == 0
        for: 5m
        keep_firing_for: 1m
        annotations: { summary: "{{ $labels.job }} fails" }
`);
    expect(group).toMatchObject({
      name: "jobs",
      file: "rules.yaml",
      intervalMs: 30_000,
      queryOffsetMs: 5_000,
      limit: 10,
      rules: [
        { kind: "recording", name: "job:runs:rate5m", labels: { team: "data", tier: "2" } },
        { kind: "alerting", name: "Failing", forMs: 300_000, keepFiringForMs: 60_000, labels: { tier: "1" } },
      ],
    });
  });

  it.each([
    ["", []],
    ["groups:", []],
    ["groups: [{name: a}]", [{ name: "a", intervalMs: 60_000, rules: [] }]],
    ["groups: [{name: a, rules: [{record: a, expr: 1}]}]", [{ rules: [{ query: "1" }] }]],
  ])("%j is right", (text, expected) => expect(read(text)).toMatchObject(expected));

  it.each([
    ["groups: [{name: a}, {name: a}]", '1:21: groupname: "a" is repeated in the same file'],
    ["groups: [{rules: []}]", "1:10: a group needs a name"],
    ["groups:\n- name: a\n  intervall: 1m", "3:3: field intervall is not known in a group"],
    ["groups:\n- name: a\n  interval: 1x", '3:13: interval: not a valid duration string: "1x"'],
    ["groups:\n- name: a\n  rules:\n  - expr: 1", "4:5: a rule needs one of 'record' and 'alert'"],
    ["groups:\n- name: a\n  rules:\n  - {record: a, alert: b, expr: 1}", "4:5: a rule needs only one of"],
    ["groups:\n- name: a\n  rules:\n  - record: a", "4:5: field 'expr' must be set in rule"],
    [
      "groups:\n- name: a\n  rules:\n  - record: a\n    expr: sum(",
      "5:11: could not parse expression: 1:5: parse error: ",
    ],
    [
      "groups:\n- name: a\n  rules:\n  - record: a\n    expr: a[5m]",
      "5:11: could not use expression of type range vector",
    ],
    ["groups:\n- name: a\n  rules:\n  - {record: a, expr: 1, for: 5m}", "4:31: invalid field 'for' in recording rule"],
    ["groups:\n- name: a\n  rules:\n  - {record: 'a{b}', expr: 1}", "4:14: braces present in the recording rule name"],
    [
      "groups:\n- name: a\n  rules:\n  - {record: a, expr: 1, labels: {__name__: b}}",
      "4:35: invalid label name: __name__",
    ],
    ["groups: [{name: a}", "1:19: "],
    ["group: []", "1:1: field group is not known in the file; it takes groups"],
  ])("%j is wrong, and it says where", (text, message) => {
    expect(() => read(text)).toThrow(`rules.yaml:${message}`);
  });

  it("tells every fault at once", () => {
    expect(() => read("groups:\n- name: a\n  limit: x\n  rules:\n  - record: a\n    expr: )")).toThrow(
      /:3:10: [^]*:6:11: /,
    );
  });
});
