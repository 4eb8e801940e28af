import { type Binary, type Call, type Expr, parse } from "@sightglass/promql";
import { plainNumber, type Unit } from "../../format/unit.ts";

/** Calls whose result is in the unit of their (last vector) argument. */
const keepsUnit =
  /^(increase|delta|idelta|(avg|min|max|sum|last|first|quantile|stddev|mad)_over_time|predict_linear|abs|ceil|floor|round|clamp|clamp_min|clamp_max|sort|sort_desc|sort_by_label|sort_by_label_desc|label_replace|label_join|scalar|vector|histogram_(avg|sum|stddev)|double_exponential_smoothing)$/;
const makesRate = /^(rate|irate|deriv)$/;
const comparisons = new Set(["==", "!=", ">", "<", ">=", "<="]);
const setOperators = new Set(["and", "or", "unless"]);

/** Those of metadata that are shown as more than a number. */
const toldUnits = ["seconds", "milliseconds", "bytes"] as const;

/**
 * What the values of queries count: by the names of their metrics (Prometheus naming: base unit as a suffix), else by what the
 * metric was told to be in, and by what is done to them. Plain numbers where that does not tell, and for a query that is not well
 * formed.
 */
export class QueryUnits {
  readonly #told: (metric: string) => string | undefined;

  /** @param told the unit that a metric was told to have, as Prometheus writes it: `seconds` */
  constructor(told: (metric: string) => string | undefined = () => undefined) {
    this.#told = told;
  }

  ofQuery(query: string): Unit {
    try {
      return this.#unitOf(parse(query));
    } catch {
      return plainNumber;
    }
  }

  /** What the histograms of a query observed: the unit of their bounds. */
  ofBounds(query: string): Unit {
    try {
      return this.#unitOfObservations([parse(query)]);
    } catch {
      return plainNumber;
    }
  }

  #unitOf(expr: Expr): Unit {
    switch (expr.kind) {
      case "vectorSelector":
        return this.#unitOfName(
          expr.matchers.find(({ name, operator }) => name === "__name__" && operator === "=")?.value ?? "",
        );
      case "matrixSelector":
        return this.#unitOf(expr.selector);
      case "paren":
      case "unary":
      case "subquery":
        return this.#unitOf(expr.expr);
      case "aggregate":
        return /^(count|count_values|group|stdvar)$/.test(expr.operator) ? plainNumber : this.#unitOf(expr.expr);
      case "call":
        return this.#unitOfCall(expr);
      case "binary":
        return this.#unitOfBinary(expr);
      case "number":
        return expr.isDuration ? { of: "seconds", isPerSecond: false } : plainNumber;
      case "string":
        return plainNumber;
    }
  }

  #unitOfName(name: string): Unit {
    const base = name.replace(/_total$/, "").replace(/_sum$/, "");
    const of = (unit: Unit["of"]): Unit => ({ of: unit, isPerSecond: false });
    if (/_(count|bucket|info)$/.test(base)) return plainNumber;
    if (/_timestamp_seconds$|_time_seconds$/.test(base) && !/_(process|cpu|run|wall)_time_seconds$/.test(base))
      return of("timestamp");
    if (base.endsWith("_seconds")) return of("seconds");
    if (base.endsWith("_milliseconds")) return of("milliseconds");
    if (base.endsWith("_bytes")) return of("bytes");
    if (base.endsWith("_ratio")) return of("ratio");
    const unit = toldUnits.find((known) => known === (this.#told(base) ?? this.#told(name)));
    return unit === undefined ? plainNumber : of(unit);
  }

  #unitOfCall({ name, args }: Call): Unit {
    if (name === "time" || name === "timestamp") return { of: "timestamp", isPerSecond: false };
    if (name === "histogram_fraction") return { of: "ratio", isPerSecond: false };
    const subject = args.find((arg) => !["number", "string"].includes(arg.kind));
    if (subject === undefined) return plainNumber;
    if (name === "histogram_quantile" || name === "histogram_quantiles") return this.#unitOfObservations(args);
    if (makesRate.test(name)) {
      const { of } = this.#unitOf(subject);
      return of === "timestamp" ? plainNumber : { of, isPerSecond: true };
    }
    return keepsUnit.test(name) ? this.#unitOf(subject) : plainNumber;
  }

  /** What a histogram observed: the unit in the name of its buckets, without any rate. */
  #unitOfObservations(args: readonly Expr[]): Unit {
    for (const arg of args) {
      const name = firstName(arg);
      if (name !== undefined) return this.#unitOfName(name.replace(/_bucket$/, ""));
    }
    return plainNumber;
  }

  #unitOfBinary({ operator, left, right, returnBool }: Binary): Unit {
    if (comparisons.has(operator))
      return returnBool ? plainNumber : left.kind === "number" ? this.#unitOf(right) : this.#unitOf(left);
    if (setOperators.has(operator)) return this.#unitOf(left);
    const [a, b] = [this.#unitOf(left), this.#unitOf(right)];
    const isSame = a.of === b.of && a.isPerSecond === b.isPerSecond;
    if (operator === "-" && a.of === "timestamp" && b.of === "timestamp") return { of: "seconds", isPerSecond: false };
    if (operator === "+" || operator === "-")
      return isSame ? a : a.of === "timestamp" ? a : left.kind === "number" ? b : a;
    // A mean: what was summed in a second, by how many there were in it.
    if (operator === "/" && b.of === "number" && a.isPerSecond === b.isPerSecond && right.kind !== "number")
      return { of: a.of, isPerSecond: false };
    return plainNumber;
  }
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
