import type { Expr, VectorSelector } from "../ast/nodes.ts";
import { childrenOf } from "../ast/walk.ts";
import { typeOf } from "../check/types.ts";
import { executionError } from "../errors.ts";
import { duplicateLabels } from "../eval/evaluation.ts";
import { firstOf, lastTime, type Grid } from "../eval/grid.ts";
import { evaluateSelector, type SampleReader } from "../eval/instant-selector.ts";
import { vectorOf } from "../eval/value.ts";
import { Labels, metricNameLabel } from "../model/labels.ts";
import { createMatcher, type Matcher } from "../model/matcher.ts";
import { absentSample, copySample, floatSample, newSeries, setFloat, type StepSeries } from "../model/series.ts";
import { isPinned, referenceGrid } from "../plan/times.ts";
import { argument, vectorArgument, type CallContext, type FunctionImplementation } from "./call.ts";

/** The labels by which a series finds its info series. */
const identifyingLabels: readonly string[] = ["instance", "job"];
const defaultInfoMetric = "target_info";

/** `info(v, {selector})`: adds to each series the labels of the info series with the same instance and job. */
const info: FunctionImplementation = async (context) => {
  const base = await vectorArgument(context, 0);
  const selector = context.args[1];
  const given = selector?.kind === "vectorSelector" ? selector.matchers : [];
  const nameMatchers = infoNameMatchers(given);
  const dataMatchers = given.filter(({ name }) => name !== metricNameLabel);
  const isInfoSeries = (series: StepSeries): boolean =>
    nameMatchers.every((each) => each.matches(series.labels.metricName));
  const enriched = base.filter((series) => !isInfoSeries(series));
  const grid = infoGrid(argument(context, 0), context);
  const infos = await selectInfo(context, enriched, [...nameMatchers, ...dataMatchers], grid);
  return vectorOf(new Join(context, dataMatchers, infos, grid).run(base, isInfoSeries));
};

function infoNameMatchers(given: readonly Matcher[]): readonly Matcher[] {
  const names = given.filter(({ name }) => name === metricNameLabel);
  if (names.length === 0) return [createMatcher(metricNameLabel, "=", defaultInfoMetric)];
  // Only exclusions: then everything that is called an info metric and not excluded.
  const positive = names.some(({ operator }) => operator === "=" || operator === "=~");
  return positive ? names : [createMatcher(metricNameLabel, "=~", ".+_info"), ...names];
}

/**
 * The info series are those at the time of the samples: `@` and `offset` on the way to the selectors count, where all
 * selectors come to the same time. Otherwise they are those of the time of evaluation.
 */
function infoGrid(expr: Expr, { grid, evaluation }: CallContext): Grid {
  const start = isPinned(expr) ? firstOf(grid) : grid;
  const found: Grid[] = [];
  const visit = (each: Expr, reference: Grid): boolean => {
    if (each.kind === "vectorSelector") {
      found.push(referenceGrid(each, reference, evaluation.grid));
      return true;
    }
    if (!typeOf(each).endsWith("vector")) return false;
    const below = each.kind === "subquery" ? referenceGrid(each, reference, evaluation.grid) : reference;
    // The selector of an info() inside is no value.
    const children = each.kind === "call" && each.name === "info" ? each.args.slice(0, 1) : childrenOf(each);
    const selectors = children.filter((child) => visit(child, below)).length;
    // A vector without a selector is one of the time of evaluation.
    if (selectors === 0) found.push(start);
    return selectors > 0;
  };
  visit(expr, start);
  const [first = start] = found;
  return found.every(({ startMs, count }) => startMs === first.startMs && count === first.count) ? first : start;
}

/** In place of the value of an info sample, which is 1 by convention, the time it was taken. */
const readSampleTime: SampleReader = (raw, index, out, step) => {
  if (raw.histograms?.[index] !== undefined)
    throw executionError(`this should be an info metric, with float samples: ${raw.labels.toString()}`);
  setFloat(out, step, raw.timestampsMs[index] ?? 0);
};

async function selectInfo(
  context: CallContext,
  base: readonly StepSeries[],
  matchers: readonly Matcher[],
  grid: Grid,
): Promise<readonly StepSeries[]> {
  const { evaluation } = context;
  const identifying = identifyingLabels.flatMap((name) => {
    const values = new Set(base.map(({ labels }) => labels.get(name)));
    values.delete("");
    if (values.size === 0) return [];
    return [createMatcher(name, "=~", [...values].map(escapeRegexp).join("|"))];
  });
  if (identifying.length === 0) return [];
  const node: VectorSelector = {
    kind: "vectorSelector",
    span: context.call.span,
    name: "",
    matchers: [...matchers, ...identifying],
    anchored: false,
    smoothed: false,
  };
  const { lookbackMs } = evaluation.settings;
  const hints = {
    startMs: grid.startMs - lookbackMs,
    endMs: lastTime(grid),
    steps: grid,
    rangeMs: 0,
    lookbackMs,
    mayCompute: false,
  };
  evaluation.selected.set(node, await evaluation.source.select(node.matchers, hints, evaluation.signal));
  return (await evaluateSelector(node, grid, evaluation, readSampleTime)).series;
}

const escapeRegexp = (text: string): string => text.replace(/[$()*+.?[\\\]^{|}]/g, "\\$&");

class Join {
  readonly #context: CallContext;
  readonly #dataMatchers: readonly Matcher[];
  readonly #infoGrid: Grid;
  /** Info series by their identifying labels, then by metric name. */
  readonly #infos = new Map<string, Map<string, StepSeries[]>>();
  readonly #outputs = new Map<string, StepSeries>();

  constructor(context: CallContext, dataMatchers: readonly Matcher[], infos: readonly StepSeries[], infoGrid: Grid) {
    this.#context = context;
    this.#dataMatchers = dataMatchers;
    this.#infoGrid = infoGrid;
    for (const each of infos) {
      const key = identity(each.labels);
      const byName = this.#infos.get(key) ?? new Map<string, StepSeries[]>();
      this.#infos.set(key, byName);
      byName.set(each.labels.metricName, [...(byName.get(each.labels.metricName) ?? []), each]);
    }
  }

  run(base: readonly StepSeries[], isInfoSeries: (series: StepSeries) => boolean): readonly StepSeries[] {
    const mustMatch = this.#dataMatchers.some((matcher) => !matcher.matches(""));
    for (const series of base) {
      const skip = isInfoSeries(series);
      series.present.forEach((kind, step) => {
        if (kind === absentSample) return;
        const found = skip ? [] : this.#matchesAt(series.labels, step);
        if (!skip && found.length === 0 && mustMatch) return;
        this.#write(series, this.#enrich(series.labels, found), step);
      });
    }
    return [...this.#outputs.values()];
  }

  /** The newest info sample of each metric name. @throws when two are equally new. */
  #matchesAt(labels: Labels, step: number): readonly StepSeries[] {
    const infoStep = this.#infoGrid.count === 1 ? 0 : step;
    const matches: StepSeries[] = [];
    for (const candidates of this.#infos.get(identity(labels))?.values() ?? []) {
      let newest: StepSeries | undefined;
      for (const each of candidates) {
        if (each.present[infoStep] !== floatSample) continue;
        const [known, time] = [newest?.values[infoStep], each.values[infoStep] ?? 0];
        if (newest !== undefined && known === time)
          throw executionError(
            `found duplicate series for info metric: existing ${newest.labels.toString()} @ ${known}, ` +
              `new ${each.labels.toString()} @ ${time}`,
            this.#context.call.span,
          );
        if (known === undefined || time > known) newest = each;
      }
      if (newest !== undefined) matches.push(newest);
    }
    return matches;
  }

  #enrich(base: Labels, infos: readonly StepSeries[]): Labels {
    if (infos.length === 0) return base;
    const added = new Map<string, string>();
    for (const { labels } of infos)
      for (const [name, value] of labels.entries()) {
        if (name === metricNameLabel) continue;
        if (this.#dataMatchers.length > 0 && !this.#dataMatchers.some((matcher) => matcher.name === name)) continue;
        const known = added.get(name);
        if (known !== undefined && known !== value)
          throw executionError(`conflicting label: ${name}`, this.#context.call.span);
        if (base.get(name) === "") added.set(name, value);
      }
    return Labels.fromEntries([...base.entries(), ...added]);
  }

  #write(series: StepSeries, labels: Labels, step: number): void {
    let out = this.#outputs.get(labels.key);
    if (out === undefined) {
      out = newSeries(labels, series.dropName, series.present.length);
      this.#outputs.set(labels.key, out);
    }
    if (out.present[step] !== absentSample) throw duplicateLabels();
    copySample(series, out, step);
  }
}

const identity = (labels: Labels): string => identifyingLabels.map((name) => labels.get(name)).join("\u00ff");

export const infoFunctions: ReadonlyMap<string, FunctionImplementation> = new Map([["info", info]]);
