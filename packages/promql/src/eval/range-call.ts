import { unwrapParens, type Call, type VectorSelector } from "../ast/nodes.ts";
import { executionError } from "../errors.ts";
import type { RangeCall, RangeFunction } from "../functions/range-function.ts";
import { metricNameLabel, type Labels } from "../model/labels.ts";
import { floatSample, isEmpty, presentCount, SeriesMaker, type StepSeries } from "../model/series.ts";
import { messages } from "./annotations.ts";
import type { Evaluation } from "./evaluation.ts";
import type { Grid } from "./grid.ts";
import { fromComputed } from "./instant-selector.ts";
import { mergeSameLabels } from "./merge.ts";
import { readRange, withoutResetHints, type Evaluate } from "./range-input.ts";
import { vectorOf, type VectorValue } from "./value.ts";
import { forEachWindow } from "./windows.ts";

const anchoredSafe: readonly string[] = ["changes", "delta", "increase", "rate", "resets"];
const smoothedSafe: readonly string[] = ["delta", "increase", "rate"];
const counterSuffix = /_(?:total|sum|count|bucket)$/;

/** A function over a range vector, at every step of every series. */
export async function evaluateRangeCall(
  node: Call,
  implementation: RangeFunction,
  grid: Grid,
  evaluation: Evaluation,
  evaluate: Evaluate,
): Promise<VectorValue> {
  const args = node.args.map(unwrapParens);
  const range = args.find((arg) => arg.kind === "matrixSelector" || arg.kind === "subquery");
  if (range === undefined) throw executionError(`${node.name} needs a range vector`, node.span);
  const selector = range.kind === "matrixSelector" ? range.selector : undefined;
  checkExtension(node, "anchored", selector?.anchored ?? false, anchoredSafe);
  checkExtension(node, "smoothed", selector?.smoothed ?? false, smoothedSafe);
  const scalars: Float64Array[] = [];
  for (const arg of args) {
    if (arg === range) continue;
    const value = await evaluate(arg, grid);
    if (value.type === "scalar") scalars.push(value.values);
  }
  const input = await readRange(range, grid, evaluation, evaluate);
  const rangeCall: RangeCall = {
    annotations: evaluation.annotations,
    scalars,
    rangeMs: input.windows.rangeMs,
    anchored: selector?.anchored ?? false,
    smoothed: selector?.smoothed ?? false,
    args,
    span: range.span,
  };
  const kernel = implementation.kernel(rangeCall);
  const isPlain = !rangeCall.anchored && !rangeCall.smoothed;
  const seriesKernel = isPlain ? implementation.seriesKernel?.(rangeCall) : undefined;
  const onlyMetric = selector === undefined ? "" : metricOf(selector);
  let isHinted = false;
  const hint = (labels: Labels): void => {
    if (isHinted) return;
    hintAtNonCounter(node, labels.metricName, range.span, evaluation);
    isHinted = onlyMetric !== "";
  };
  const maker = new SeriesMaker(grid.count);
  const results: StepSeries[] = input.computed.map((each) => {
    hint(each.labels);
    const series = fromComputed(each, grid);
    return implementation.keepsName ? series : evaluation.withoutName(series);
  });
  let held = input.samplesHeld;
  for (const given of input.series) {
    const series = range.kind === "subquery" ? withoutResetHints(given) : given;
    const pause = evaluation.checkpoint();
    if (pause !== undefined) await pause;
    const named = implementation.keepsName ? series : evaluation.dropped(series.labels);
    const out = maker.make(named.labels, named.dropName);
    const fullest =
      seriesKernel === undefined || series.histograms !== undefined || series.startsMs !== undefined
        ? forEachWindow(series, input.windows, kernel, out)
        : seriesKernel(series, input.windows, out);
    // The window and what came of it are in memory at the same time.
    evaluation.hold(fullest);
    evaluation.release(fullest);
    if (isEmpty(out)) continue;
    const count = presentCount(out);
    evaluation.hold(count);
    held += count;
    if (out.histograms === undefined || out.present.includes(floatSample)) hint(series.labels);
    results.push(out);
  }
  evaluation.release(held);
  const merge = !implementation.keepsName && !evaluation.settings.delayedNameRemoval;
  return vectorOf(merge ? mergeSameLabels(results) : results);
}

/** A rate of a metric that is no counter by its name is probably a mistake. */
export function hintAtNonCounter(node: Call, name: string, span: Call["span"], { annotations }: Evaluation): void {
  if (node.name !== "rate" && node.name !== "increase") return;
  if (name !== "" && !counterSuffix.test(name)) annotations.info(messages.possibleNonCounter(name), span);
}

function checkExtension(node: Call, modifier: string, used: boolean, safe: readonly string[]): void {
  if (used && !safe.includes(node.name))
    throw executionError(
      `${modifier} modifier can only be used with: ${safe.join(", ")} - not with ${node.name}`,
      node.span,
    );
}

/** The metric that a selector is limited to; "" when to none. */
export function metricOf({ matchers }: VectorSelector): string {
  return matchers.find(({ name, operator }) => name === metricNameLabel && operator === "=")?.value ?? "";
}
