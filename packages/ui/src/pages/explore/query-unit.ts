import { type Binary, type Call, type Expr, parse } from "@sightglass/promql";
import { plainNumber, type Unit } from "../../format/unit.ts";

/** Calls whose result is in the unit of their (last vector) argument. */
const keepsUnit =
  /^(increase|delta|idelta|(avg|min|max|sum|last|first|quantile|stddev|mad)_over_time|predict_linear|abs|ceil|floor|round|clamp|clamp_min|clamp_max|sort|sort_desc|sort_by_label|sort_by_label_desc|label_replace|label_join|scalar|vector|histogram_(avg|sum|stddev)|double_exponential_smoothing)$/;
const makesRate = /^(rate|irate|deriv)$/;
const comparisons = new Set(["==", "!=", ">", "<", ">=", "<="]);
const setOperators = new Set(["and", "or", "unless"]);

/**
 * What the values of a query count, by the names of its metrics (Prometheus naming: base unit as a suffix) and by what is
 * done to them. Plain numbers where that does not tell, and for a query that is not well formed.
 */
export function unitOfQuery(query: string): Unit {
  try {
    return unitOf(parse(query));
  } catch {
    return plainNumber;
  }
}

/** What the histograms of a query observed: the unit of their bounds. */
export function boundUnitOfQuery(query: string): Unit {
  try {
    return unitOfObservations([parse(query)]);
  } catch {
    return plainNumber;
  }
}

function unitOf(expr: Expr): Unit {
  switch (expr.kind) {
    case "vectorSelector":
      return unitOfName(
        expr.matchers.find(({ name, operator }) => name === "__name__" && operator === "=")?.value ?? "",
      );
    case "matrixSelector":
      return unitOf(expr.selector);
    case "paren":
    case "unary":
    case "subquery":
      return unitOf(expr.expr);
    case "aggregate":
      return /^(count|count_values|group|stdvar)$/.test(expr.operator) ? plainNumber : unitOf(expr.expr);
    case "call":
      return unitOfCall(expr);
    case "binary":
      return unitOfBinary(expr);
    case "number":
      return expr.isDuration ? { of: "seconds", isPerSecond: false } : plainNumber;
    case "string":
      return plainNumber;
  }
}

function unitOfName(name: string): Unit {
  const base = name.replace(/_total$/, "").replace(/_sum$/, "");
  const of = (unit: Unit["of"]): Unit => ({ of: unit, isPerSecond: false });
  if (/_(count|bucket|info)$/.test(base)) return plainNumber;
  if (/_timestamp_seconds$|_time_seconds$/.test(base) && !/_(process|cpu|run|wall)_time_seconds$/.test(base))
    return of("timestamp");
  if (base.endsWith("_seconds")) return of("seconds");
  if (base.endsWith("_milliseconds")) return of("milliseconds");
  if (base.endsWith("_bytes")) return of("bytes");
  return base.endsWith("_ratio") ? of("ratio") : plainNumber;
}

function unitOfCall({ name, args }: Call): Unit {
  if (name === "time" || name === "timestamp") return { of: "timestamp", isPerSecond: false };
  if (name === "histogram_fraction") return { of: "ratio", isPerSecond: false };
  const subject = args.find((arg) => !["number", "string"].includes(arg.kind));
  if (subject === undefined) return plainNumber;
  if (name === "histogram_quantile" || name === "histogram_quantiles") return unitOfObservations(args);
  if (makesRate.test(name)) {
    const { of } = unitOf(subject);
    return of === "timestamp" ? plainNumber : { of, isPerSecond: true };
  }
  return keepsUnit.test(name) ? unitOf(subject) : plainNumber;
}

/** What a histogram observed: the unit in the name of its buckets, without any rate. */
function unitOfObservations(args: readonly Expr[]): Unit {
  for (const arg of args) {
    const name = firstName(arg);
    if (name !== undefined) return unitOfName(name.replace(/_bucket$/, ""));
  }
  return plainNumber;
}

function firstName(expr: Expr): string | undefined {
  switch (expr.kind) {
    case "vectorSelector":
      return expr.matchers.find(({ name, operator }) => name === "__name__" && operator === "=")?.value;
    case "matrixSelector":
      return firstName(expr.selector);
    case "paren":
    case "unary":
    case "subquery":
    case "aggregate":
      return firstName(expr.expr);
    case "call":
      return expr.args.map(firstName).find((name) => name !== undefined);
    case "binary":
      return firstName(expr.left) ?? firstName(expr.right);
    default:
      return undefined;
  }
}

function unitOfBinary({ operator, left, right, returnBool }: Binary): Unit {
  if (comparisons.has(operator))
    return returnBool ? plainNumber : left.kind === "number" ? unitOf(right) : unitOf(left);
  if (setOperators.has(operator)) return unitOf(left);
  const [a, b] = [unitOf(left), unitOf(right)];
  const isSame = a.of === b.of && a.isPerSecond === b.isPerSecond;
  if (operator === "-" && a.of === "timestamp" && b.of === "timestamp") return { of: "seconds", isPerSecond: false };
  if (operator === "+" || operator === "-")
    return isSame ? a : a.of === "timestamp" ? a : left.kind === "number" ? b : a;
  // A mean: what was summed in a second, by how many there were in it.
  if (operator === "/" && b.of === "number" && a.isPerSecond === b.isPerSecond && right.kind !== "number")
    return { of: a.of, isPerSecond: false };
  return plainNumber;
}
