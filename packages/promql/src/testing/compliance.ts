import { existsSync, readFileSync } from "node:fs";

/** Query templates of Prometheus' compliance tester, beside the repository. */
const file = new URL("../../../../../shared/fixtures/compliance/promql-test-queries.yml", import.meta.url);

/** Undefined when the templates are there, else why a test of them is skipped. */
export const noCompliance = existsSync(file) ? undefined : `${file.pathname} is not there`;

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

/** All 539 queries of the compliance tester. */
export function complianceQueries(): readonly string[] {
  const scalar = /^\s*(?:- )?query: (?:'((?:[^']|'')*)'|"((?:[^"\\]|\\.)*)"|(\S.*?))\s*$/gm;
  const templates = [...readFileSync(file, "utf8").matchAll(scalar)].map(
    ([, single, double, plain]) =>
      single?.replaceAll("''", "'") ?? plain ?? (JSON.parse(`"${double ?? ""}"`) as string),
  );
  return templates.flatMap(expand);
}
