import { compileAnchored } from "@sightglass/promql";
import { describe, expect, it } from "vitest";
import { relabel, type RelabelRule, relabelSteps } from "./relabel.ts";

type Labels = Record<string, string>;
type Written = Partial<Omit<RelabelRule, "regex" | "source">> & { regex?: string };

const rule = ({ regex = "(.*)", ...rest }: Written): RelabelRule => ({
  action: "replace",
  sourceLabels: [],
  separator: ";",
  modulus: 0,
  targetLabel: "",
  replacement: "$1",
  ...rest,
  source: regex,
  regex: compileAnchored(regex),
});

const run = (labels: Labels, ...rules: Written[]): Labels | undefined => {
  const map = new Map(Object.entries(labels));
  return relabel(map, rules.map(rule)) ? Object.fromEntries(map) : undefined;
};

const cases: [string, Labels, Written[], Labels | undefined][] = [
  [
    "replace joins sources and expands groups",
    { a: "foo", b: "bar" },
    [{ sourceLabels: ["a", "b"], regex: "f(.*);(.*)r", targetLabel: "d", replacement: "ch${1}-$2" }],
    { a: "foo", b: "bar", d: "choo-ba" },
  ],
  [
    "replace without a match leaves everything",
    { a: "boo" },
    [{ sourceLabels: ["a"], regex: "f", targetLabel: "b", replacement: "bar" }],
    { a: "boo" },
  ],
  [
    "replace is anchored",
    { a: "xfoox" },
    [{ sourceLabels: ["a"], regex: "foo", targetLabel: "a", replacement: "" }],
    { a: "xfoox" },
  ],
  [
    "replace with nothing removes",
    { a: "foo" },
    [{ sourceLabels: ["a"], regex: "f.*", targetLabel: "a", replacement: "" }],
    {},
  ],
  ["replace from labels that are not there", {}, [{ targetLabel: "b", replacement: "x" }], { b: "x" }],
  [
    "replace expands the target's name",
    { a: "some-name-value" },
    [{ sourceLabels: ["a"], regex: "some-([^-]+)-([^,]+)", targetLabel: "${1}", replacement: "${2}" }],
    { a: "some-name-value", name: "value" },
  ],
  [
    "replace into an empty name does nothing",
    { a: "x" },
    [{ sourceLabels: ["a"], regex: "(y?)x", targetLabel: "$1", replacement: "z" }],
    { a: "x" },
  ],
  [
    "named groups",
    { a: "k=v" },
    [{ sourceLabels: ["a"], regex: "(?P<k>.)=(?P<v>.)", targetLabel: "$k", replacement: "$v" }],
    { a: "k=v", k: "v" },
  ],
  [
    "the longest name is the group",
    { a: "foo" },
    [{ sourceLabels: ["a"], targetLabel: "b", replacement: "$1x" }],
    { a: "foo" },
  ],
  [
    "$$ is a dollar",
    { a: "foo" },
    [{ sourceLabels: ["a"], targetLabel: "b", replacement: "$$1" }],
    { a: "foo", b: "$1" },
  ],
  ["keep keeps", { a: "foo" }, [{ action: "keep", sourceLabels: ["a"], regex: "f|foo" }], { a: "foo" }],
  ["keep drops", { a: "foo" }, [{ action: "keep", sourceLabels: ["a"], regex: "no-match" }], undefined],
  ["keep of a label that is not there", {}, [{ action: "keep", sourceLabels: ["a"], regex: "" }], {}],
  ["drop drops", { a: "foo" }, [{ action: "drop", sourceLabels: ["a"], regex: ".*o.*" }], undefined],
  ["drop keeps", { a: "foo" }, [{ action: "drop", sourceLabels: ["a"], regex: "f" }], { a: "foo" }],
  ["a dot matches a newline", { a: "f\no" }, [{ action: "drop", sourceLabels: ["a"], regex: "f.o" }], undefined],
  [
    "keepequal keeps",
    { a: "x", b: "x" },
    [{ action: "keepequal", sourceLabels: ["a"], targetLabel: "b" }],
    { a: "x", b: "x" },
  ],
  ["keepequal drops", { a: "x", b: "y" }, [{ action: "keepequal", sourceLabels: ["a"], targetLabel: "b" }], undefined],
  ["dropequal drops", { a: "x", b: "x" }, [{ action: "dropequal", sourceLabels: ["a"], targetLabel: "b" }], undefined],
  [
    "dropequal keeps",
    { a: "x", b: "y" },
    [{ action: "dropequal", sourceLabels: ["a"], targetLabel: "b" }],
    { a: "x", b: "y" },
  ],
  // Figures of Prometheus' own implementation (model/relabel).
  [
    "hashmod",
    { c: "baz" },
    [{ action: "hashmod", sourceLabels: ["c"], targetLabel: "d", modulus: 1000 }],
    { c: "baz", d: "976" },
  ],
  [
    "hashmod of several lines",
    { a: "foo\nbar" },
    [{ action: "hashmod", sourceLabels: ["a"], targetLabel: "b", modulus: 1000 }],
    { a: "foo\nbar", b: "734" },
  ],
  [
    "labelmap",
    { a: "foo", b1: "bar", b2: "baz" },
    [{ action: "labelmap", regex: "(b.*)", replacement: "bar_${1}" }],
    { a: "foo", b1: "bar", b2: "baz", bar_b1: "bar", bar_b2: "baz" },
  ],
  [
    "labelmap of meta labels",
    { __meta_my_bar: "aaa" },
    [{ action: "labelmap", regex: "__meta_(my.*)", replacement: "${1}" }],
    { __meta_my_bar: "aaa", my_bar: "aaa" },
  ],
  ["labeldrop", { a: "foo", b1: "bar" }, [{ action: "labeldrop", regex: "(b.*)" }], { a: "foo" }],
  ["labelkeep", { a: "foo", b1: "bar" }, [{ action: "labelkeep", regex: "(b.*)" }], { b1: "bar" }],
  [
    "lowercase and uppercase",
    { a: "Ab1" },
    [
      { action: "lowercase", sourceLabels: ["a"], targetLabel: "l" },
      { action: "uppercase", sourceLabels: ["a"], targetLabel: "u" },
    ],
    { a: "Ab1", l: "ab1", u: "AB1" },
  ],
  [
    "rules go on from what those before made",
    { a: "x" },
    [
      { sourceLabels: ["a"], targetLabel: "b" },
      { action: "drop", sourceLabels: ["b"], regex: "x" },
    ],
    undefined,
  ],
];

describe("relabelling", () => {
  it.each(cases)("%s", (_name, labels, rules, expected) => expect(run(labels, ...rules)).toEqual(expected));
});

it("shows what each rule makes of labels, in the keys of the configuration", () => {
  const rules = [
    rule({ sourceLabels: ["a"], targetLabel: "b", regex: "(.).*" }),
    rule({ action: "drop", sourceLabels: ["b"], regex: "x" }),
    rule({ action: "labeldrop", regex: "a" }),
  ];
  expect(relabelSteps(new Map([["a", "xy"]]), rules)).toEqual([
    {
      rule: {
        source_labels: ["a"],
        separator: ";",
        regex: "(.).*",
        target_label: "b",
        replacement: "$1",
        action: "replace",
      },
      output: { a: "xy", b: "x" },
      keep: true,
    },
    {
      rule: { source_labels: ["b"], separator: ";", regex: "x", replacement: "$1", action: "drop" },
      output: {},
      keep: false,
    },
    { rule: { separator: ";", regex: "a", replacement: "$1", action: "labeldrop" }, output: {}, keep: false },
  ]);
});
