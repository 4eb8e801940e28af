import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { print } from "../print/print.ts";
import { parse } from "./parse.ts";

/** Query templates of the PromQL compliance tester, beside the repository. */
const file = new URL("../../../../../shared/fixtures/compliance/promql-test-queries.yml", import.meta.url);

/** What the tester puts into the templates. */
const variants: Readonly<Record<string, readonly string[]>> = {
  range: ["1s", "15s", "1m", "5m", "15m", "1h"],
  offset: ["1m", "5m", "10m"],
  simpleAggrOp: ["sum", "avg", "max", "min", "count", "stddev", "stdvar"],
  simpleTimeAggrOp: ["sum", "avg", "max", "min", "count", "stddev", "stdvar", "absent", "last"],
  topBottomOp: ["topk", "bottomk"],
  quantile: ["-0.5", "0.1", "0.5", "0.75", "0.95", "0.90", "0.99", "1", "1.5"],
  arithBinOp: ["+", "-", "*", "/", "%", "^"],
  compBinOp: ["==", "!=", "<", ">", "<=", ">="],
  binOp: ["+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">="],
  simpleMathFunc: ["abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "round"],
  extrapolatedRateFunc: ["delta", "rate", "increase"],
  clampFunc: ["clamp_min", "clamp_max"],
  instantRateFunc: ["idelta", "irate"],
  dateFunc: ["day_of_month", "day_of_week", "days_in_month", "hour", "minute", "month", "year"],
};

function expand(template: string): readonly string[] {
  const placeholder = /\{\{\.(\w+)\}\}/.exec(template);
  if (placeholder === null) return [template];
  const [whole, name = ""] = placeholder;
  return (variants[name] ?? []).flatMap((value) => expand(template.replaceAll(whole, value)));
}

function readTemplates(): readonly string[] {
  const scalar = /^\s*(?:- )?query: (?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)"|(\S.*?))\s*$/gm;
  return [...readFileSync(file, "utf8").matchAll(scalar)].map(
    ([, single, double, plain]) =>
      single?.replaceAll("''", "'") ?? plain ?? (JSON.parse(`"${double ?? ""}"`) as string),
  );
}

describe("compliance templates", () => {
  if (!existsSync(file)) {
    it.skip(`skipped: ${file.pathname} is not there`, () => {});
    return;
  }

  it("parse, all 539 of them, but for the one that must not", () => {
    const queries = readTemplates().flatMap(expand);
    expect(queries).toHaveLength(539);
    const refused = queries.filter((query) => {
      try {
        return print(parse(print(parse(query)))) !== print(parse(query));
      } catch {
        return true;
      }
    });
    expect(refused).toEqual(['{__name__=~".*"}']);
  });
});
