import {
  formatSampleValue,
  signatures,
  typeOf,
  type AtModifier,
  type DurationExpr,
  type Expr,
  type ValueType,
  type VectorMatching,
} from "@sightglass/promql";

/** The tree of a query as `/api/v1/parse_query` shows it; durations are milliseconds. */
export function astJson(expr: Expr): object {
  switch (expr.kind) {
    case "number":
      return { type: "numberLiteral", val: formatSampleValue(expr.value) };
    case "string":
      return { type: "stringLiteral", val: expr.value };
    case "paren":
      return { type: "parenExpr", expr: astJson(expr.expr) };
    case "unary":
      return { type: "unaryExpr", op: expr.operator, expr: astJson(expr.expr) };
    case "binary": {
      const isOfVectors = [expr.left, expr.right].every((side) => typeOf(side) === "instant vector");
      return {
        type: "binaryExpr",
        op: expr.operator,
        lhs: astJson(expr.left),
        rhs: astJson(expr.right),
        matching: isOfVectors ? matchingJson(expr.matching) : null,
        bool: expr.returnBool,
      };
    }
    case "call":
      return { type: "call", func: functionJson(expr.name), args: expr.args.map(astJson) };
    case "aggregate":
      return {
        type: "aggregation",
        op: expr.operator,
        expr: astJson(expr.expr),
        param: expr.param === undefined ? null : astJson(expr.param),
        grouping: expr.grouping,
        without: expr.without,
      };
    case "vectorSelector":
      return { type: "vectorSelector", ...selectorJson(expr) };
    case "matrixSelector":
      return { type: "matrixSelector", ...selectorJson(expr.selector), ...durationJson("range", expr.range) };
    case "subquery":
      return {
        type: "subquery",
        expr: astJson(expr.expr),
        ...durationJson("range", expr.range),
        ...durationJson("step", expr.step),
        ...modifiersJson(expr),
      };
  }
}

function selectorJson(selector: Expr & { kind: "vectorSelector" }): object {
  return {
    name: selector.name,
    matchers: selector.matchers.map(({ name, operator, value }) => ({ name, value, type: operator })),
    anchored: selector.anchored,
    smoothed: selector.smoothed,
    ...modifiersJson(selector),
  };
}

function modifiersJson({ offset, at }: { offset?: DurationExpr; at?: AtModifier }): object {
  return {
    ...durationJson("offset", offset),
    timestamp: at?.kind === "time" ? at.timeMs : null,
    startOrEnd: at === undefined || at.kind === "time" ? null : at.kind,
  };
}

/** Milliseconds, or, of a duration that is computed when the query runs, its tree. */
function durationJson(key: string, duration: DurationExpr | undefined): object {
  if (duration === undefined) return { [key]: 0, [`${key}Expr`]: null };
  if (duration.kind !== "durationLiteral") return { [key]: 0, [`${key}Expr`]: durationTree(duration) };
  return { [key]: Math.round(duration.seconds * 1000), [`${key}Expr`]: null };
}

function durationTree(expr: DurationExpr, wrapped = false): object {
  const node = (op: string, lhs?: DurationExpr, rhs?: DurationExpr) => ({
    type: "durationExpr",
    op,
    lhs: lhs === undefined ? null : durationTree(lhs),
    rhs: rhs === undefined ? null : durationTree(rhs),
    wrapped,
  });
  switch (expr.kind) {
    case "durationLiteral":
      return { type: "numberLiteral", val: formatSampleValue(expr.seconds), duration: true };
    case "durationFunction":
      return node(expr.name, ...expr.args);
    case "durationUnary":
      return node(expr.operator, undefined, expr.expr);
    case "durationBinary":
      return node(expr.operator, expr.left, expr.right);
    case "durationParen":
      return durationTree(expr.expr, true);
  }
}

function matchingJson({ cardinality, labels, on, include, fillLeft, fillRight }: VectorMatching): object {
  return {
    card: cardinality,
    labels,
    on,
    include,
    fillValues: { lhs: fillLeft ?? null, rhs: fillRight ?? null },
  };
}

const typeNames: Record<ValueType, string> = {
  scalar: "scalar",
  string: "string",
  "instant vector": "vector",
  "range vector": "matrix",
};

function functionJson(name: string): object {
  const signature = signatures.get(name);
  if (signature === undefined) return { name };
  const { args, variadic, returns } = signature;
  return { name, argTypes: args.map((type) => typeNames[type]), variadic, returnType: typeNames[returns] };
}
