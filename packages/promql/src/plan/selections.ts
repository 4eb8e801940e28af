import {
  unwrapParens,
  type Aggregate,
  type Call,
  type Expr,
  type MatrixSelector,
  type VectorSelector,
} from "../ast/nodes.ts";
import { childrenOf } from "../ast/walk.ts";
import { firstOf, lastTime, type Grid, type QueryGrid } from "../eval/grid.ts";
import type { AggregateHint, CallHint, SelectHints } from "../source/series-source.ts";
import { rangeFunctions } from "../functions/range-functions.ts";
import { durationMs } from "./durations.ts";
import { operandsMustBeExact } from "./exactness.ts";
import { isPinned, referenceGrid, subqueryGrid } from "./times.ts";

/** What the source is asked for a selector. */
export interface Selection {
  readonly selector: VectorSelector;
  readonly hints: SelectHints;
  /** Only count and sum of its histograms are used. */
  readonly statsOnly: boolean;
}

export interface PlanSettings {
  readonly lookbackMs: number;
  readonly subqueryStepMs: number;
}

interface Surroundings {
  readonly call?: CallHint;
  readonly aggregate?: AggregateHint;
  readonly mayCompute: boolean;
  readonly stats: "unknown" | "only" | "never";
  /** A last digit matters. */
  readonly exact: boolean;
}

const outside: Surroundings = { mayCompute: true, stats: "unknown", exact: false };

/** Every selector of a query with the moments it is wanted for and what is done with it. */
export function planSelections(expr: Expr, query: QueryGrid, settings: PlanSettings): readonly Selection[] {
  const planner = new Planner(query, settings);
  planner.visit(expr, query, outside);
  return planner.selections;
}

const statsFunctions: ReadonlySet<string> = new Set(["histogram_count", "histogram_sum", "histogram_avg"]);
const bucketFunctions: ReadonlySet<string> = new Set([
  "histogram_quantile",
  "histogram_quantiles",
  "histogram_fraction",
  "histogram_stddev",
  "histogram_stdvar",
]);
/** These look at samples themselves, not at values at steps. */
const sampleFunctions: ReadonlySet<string> = new Set(["timestamp", "start_timestamp"]);
const pushedAggregates: ReadonlySet<string> = new Set([
  "sum",
  "avg",
  "min",
  "max",
  "count",
  "group",
  "stddev",
  "stdvar",
]);

class Planner {
  readonly selections: Selection[] = [];
  readonly #query: QueryGrid;
  readonly #settings: PlanSettings;

  constructor(query: QueryGrid, settings: PlanSettings) {
    this.#query = query;
    this.#settings = settings;
  }

  visit(expr: Expr, given: Grid, around: Surroundings): void {
    const grid = isPinned(expr) ? firstOf(given) : given;
    switch (expr.kind) {
      case "paren":
        return this.visit(expr.expr, grid, around);
      case "vectorSelector":
        return this.#select(expr, grid, 0, around);
      case "matrixSelector":
        return this.#matrix(expr, grid, around);
      case "subquery": {
        const reference = referenceGrid(expr, grid, this.#query);
        const inner = subqueryGrid(expr, reference, this.#query, this.#settings.subqueryStepMs);
        // Without a step inside nothing is selected, but a wrong duration is still wrong.
        const planner = inner.count > 0 ? this : new Planner(this.#query, this.#settings);
        return planner.visit(expr.expr, inner, { mayCompute: true, stats: "never", exact: around.exact });
      }
      case "aggregate":
        return this.#aggregate(expr, grid, around);
      case "call":
        return this.#call(expr, grid, around);
      default: {
        const needsBuckets = expr.kind === "binary" && (expr.operator === "</" || expr.operator === ">/");
        const stats = needsBuckets ? "never" : around.stats;
        const inner: Surroundings = { mayCompute: true, stats, exact: operandsMustBeExact(expr, around.exact) };
        for (const child of childrenOf(expr)) this.visit(child, grid, inner);
      }
    }
  }

  #aggregate(expr: Aggregate, grid: Grid, { stats, exact: must }: Surroundings): void {
    if (expr.param !== undefined) this.visit(expr.param, grid, { mayCompute: true, stats, exact: true });
    const exact = operandsMustBeExact(expr, must);
    const { operator, grouping, without } = expr;
    const aggregate = pushedAggregates.has(operator) ? { operator, grouping, without } : undefined;
    this.visit(expr.expr, grid, { mayCompute: true, stats, exact, ...(aggregate === undefined ? {} : { aggregate }) });
  }

  #call(expr: Call, grid: Grid, around: Surroundings): void {
    const stats = nextStats(expr.name, around.stats);
    const mayCompute = !sampleFunctions.has(expr.name);
    // The info series depend on the values of the first argument, so they are selected later.
    const args = expr.name === "info" ? expr.args.slice(0, 1) : expr.args;
    for (const arg of args) {
      const inner = unwrapParens(arg);
      if (inner.kind !== "matrixSelector" || !rangeFunctions.has(expr.name)) {
        this.visit(arg, grid, { mayCompute, stats, exact: operandsMustBeExact(expr, around.exact) });
        continue;
      }
      const constants = constantArguments(expr);
      const call = constants === undefined ? undefined : { name: expr.name, constants };
      const { aggregate, exact } = around;
      this.visit(inner, grid, {
        mayCompute: call !== undefined,
        stats,
        exact,
        ...(call === undefined ? {} : { call }),
        ...(aggregate === undefined ? {} : { aggregate }),
      });
    }
  }

  #matrix(expr: MatrixSelector, grid: Grid, around: Surroundings): void {
    const mayCompute = around.mayCompute && around.call !== undefined;
    this.#select(expr.selector, grid, durationMs(expr.range, this.#query, "positive"), { ...around, mayCompute });
  }

  #select(selector: VectorSelector, grid: Grid, rangeMs: number, around: Surroundings): void {
    const { lookbackMs } = this.#settings;
    const extended = selector.anchored || selector.smoothed;
    const steps = referenceGrid(selector, grid, this.#query);
    const beforeMs = rangeMs === 0 ? lookbackMs : rangeMs + (extended ? lookbackMs : 0);
    const { call, aggregate } = around;
    const hints: SelectHints = {
      startMs: steps.startMs - beforeMs,
      endMs: lastTime(steps) + (selector.smoothed ? lookbackMs : 0),
      steps,
      rangeMs,
      lookbackMs,
      mayCompute: around.mayCompute && !extended,
      mustBeExact: around.exact,
      ...(call === undefined ? {} : { call }),
      ...(aggregate === undefined ? {} : { aggregate }),
    };
    this.selections.push({ selector, hints, statsOnly: around.stats === "only" });
  }
}

function nextStats(name: string, stats: Surroundings["stats"]): Surroundings["stats"] {
  if (stats === "never" || bucketFunctions.has(name)) return "never";
  return statsFunctions.has(name) ? "only" : stats;
}

/** The arguments besides the range, if all of them are literals. */
function constantArguments(expr: Call): readonly number[] | undefined {
  const others = expr.args.map(unwrapParens).filter(({ kind }) => kind !== "matrixSelector");
  const constants = others.flatMap((arg) => (arg.kind === "number" ? [arg.value] : []));
  return constants.length === others.length ? constants : undefined;
}
