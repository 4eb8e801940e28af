import type { AtModifier, Binary, DurationExpr, Expr, VectorMatching, VectorSelector } from "../ast/nodes.ts";
import { labelNameText, metricNameLabel } from "../model/labels.ts";
import { matcherText } from "../model/matcher.ts";
import { formatDurationMs } from "../text/duration.ts";
import { formatFloat, formatSampleValue, quote } from "../text/go-format.ts";

/** The query as text, on one line, in the form in which Prometheus prints it. It parses to the same tree. */
export function print(expr: Expr): string {
  switch (expr.kind) {
    case "number":
      return printNumber(expr.value, expr.isDuration);
    case "string":
      return quote(expr.value);
    case "paren":
      return `(${print(expr.expr)})`;
    case "unary":
      return `${expr.operator}${print(expr.expr)}`;
    case "binary":
      return printBinary(expr);
    case "call":
      return `${expr.name}(${expr.args.map(print).join(", ")})`;
    case "aggregate": {
      const labels = expr.grouping.map(labelNameText).join(", ");
      const clause = expr.without ? ` without (${labels}) ` : expr.grouping.length > 0 ? ` by (${labels}) ` : "";
      const param = expr.param === undefined ? "" : `${print(expr.param)}, `;
      return `${expr.operator}${clause}(${param}${print(expr.expr)})`;
    }
    case "vectorSelector":
      return printSelector(expr, "");
    case "matrixSelector":
      return printSelector(expr.selector, `[${printDuration(expr.range)}]`);
    case "subquery": {
      const step = expr.step === undefined ? "" : printDuration(expr.step);
      return `${print(expr.expr)}[${printDuration(expr.range)}:${step}]${printModifiers(expr)}`;
    }
  }
}

function printNumber(value: number, isDuration: boolean): string {
  const durationMs = value * 1000;
  return isDuration && Number.isInteger(durationMs) ? formatDurationMs(durationMs) : formatSampleValue(value);
}

function printBinary(expr: Binary): string {
  const bool = expr.returnBool ? " bool" : "";
  return `${print(expr.left)} ${expr.operator}${bool}${printMatching(expr.matching)} ${print(expr.right)}`;
}

function printMatching(matching: VectorMatching): string {
  let text = "";
  const grouped = matching.cardinality !== "one-to-one";
  if (matching.labels.length > 0 || matching.on || grouped) {
    text += ` ${matching.on ? "on" : "ignoring"} (${matching.labels.map(labelNameText).join(", ")})`;
    if (grouped) {
      const side = matching.cardinality === "many-to-one" ? "group_left" : "group_right";
      text += ` ${side} (${matching.include.map(labelNameText).join(", ")})`;
    }
  }
  const { fillLeft, fillRight } = matching;
  if (fillLeft !== undefined && Object.is(fillLeft, fillRight)) return `${text} fill (${formatFloat(fillLeft)})`;
  if (fillLeft !== undefined) text += ` fill_left (${formatFloat(fillLeft)})`;
  if (fillRight !== undefined) text += ` fill_right (${formatFloat(fillRight)})`;
  return text;
}

function printSelector(expr: VectorSelector, range: string): string {
  const plainName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/.test(expr.name);
  const matchers = expr.matchers.filter(
    (matcher) =>
      !(plainName && matcher.name === metricNameLabel && matcher.operator === "=" && matcher.value === expr.name),
  );
  const name = plainName ? expr.name : "";
  const braces = matchers.length > 0 || name === "" ? `{${matchers.map(matcherText).join(",")}}` : "";
  const extension = expr.anchored ? " anchored" : expr.smoothed ? " smoothed" : "";
  return `${name}${braces}${range}${extension}${printModifiers(expr)}`;
}

function printModifiers(expr: { at?: AtModifier; offset?: DurationExpr }): string {
  const at = expr.at === undefined ? "" : ` @ ${printAt(expr.at)}`;
  const offset = expr.offset === undefined ? "" : ` offset ${printDuration(expr.offset)}`;
  return at + offset;
}

function printAt(at: AtModifier): string {
  return at.kind === "time" ? (at.timeMs / 1000).toFixed(3) : `${at.kind}()`;
}

export function printDuration(duration: DurationExpr): string {
  switch (duration.kind) {
    case "durationLiteral": {
      const durationMs = duration.seconds * 1000;
      return Number.isInteger(durationMs) ? formatDurationMs(durationMs) : formatSampleValue(duration.seconds);
    }
    case "durationFunction":
      return `${duration.name}(${duration.args.map(printDuration).join(", ")})`;
    case "durationParen":
      return `(${printDuration(duration.expr)})`;
    case "durationUnary":
      return `${duration.operator}${printDuration(duration.expr)}`;
    case "durationBinary":
      return `${printDuration(duration.left)} ${duration.operator} ${printDuration(duration.right)}`;
  }
}
