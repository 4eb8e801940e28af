import { isComparison, type Binary, type VectorMatching } from "../ast/nodes.ts";
import { executionError } from "../errors.ts";
import { duplicateLabels, type Evaluation } from "../eval/evaluation.ts";
import { vectorOf, type VectorValue } from "../eval/value.ts";
import { isMetadataLabel, type Labels } from "../model/labels.ts";
import {
  absentSample,
  floatSample,
  isEmpty,
  newSeries,
  setFloat,
  setHistogram,
  type StepSeries,
} from "../model/series.ts";
import { applyOperator, arithmetic, comparison, isArithmetic, type Operand, type Outcome } from "./operators.ts";
import { StepProblems } from "./step-problems.ts";
import { matchGroups, type MatchGroup } from "./signatures.ts";

/**
 * An operator between two instant vectors. Inside, the "one" side of group_left and group_right is always the right
 * one: for group_right the sides are swapped, and only the values are swapped back.
 */
export function applyVectorOperator(
  node: Binary,
  left: readonly StepSeries[],
  right: readonly StepSeries[],
  evaluation: Evaluation,
): VectorValue {
  const swapped = node.matching.cardinality === "one-to-many";
  const [many, one] = swapped ? [right, left] : [left, right];
  return new VectorOperation(node, swapped, evaluation).run(many, one);
}

/** An output series, and which group wrote each of its steps. */
interface Output {
  readonly series: StepSeries;
  /** Filtered-out comparisons count as written too: two matches are an error even if no result is left. */
  readonly taken: Uint8Array;
}

class VectorOperation {
  readonly #node: Binary;
  readonly #matching: VectorMatching;
  readonly #swapped: boolean;
  readonly #evaluation: Evaluation;
  readonly #outputs = new Map<string, Output>();
  readonly #labels = new Map<Labels, Map<Labels, Labels>>();
  readonly #problems = new StepProblems();
  #count = 0;

  constructor(node: Binary, swapped: boolean, evaluation: Evaluation) {
    this.#node = node;
    this.#matching = node.matching;
    this.#swapped = swapped;
    this.#evaluation = evaluation;
  }

  run(many: readonly StepSeries[], one: readonly StepSeries[]): VectorValue {
    this.#count = (many[0] ?? one[0])?.present.length ?? 0;
    const anyMany = presence(many, this.#count);
    const orders = new Map([...many, ...one].map((series, order) => [series, order]));
    for (const group of matchGroups(many, one, this.#matching).values()) {
      const [left, right] = [group.left[0], group.right[0]];
      if (
        left !== undefined &&
        right !== undefined &&
        group.left.length === 1 &&
        group.right.length === 1 &&
        this.#fast(left, right)
      )
        continue;
      this.#group(group, anyMany, orders);
    }
    this.#problems.tell(this.#evaluation.annotations, this.#node.span);
    const found = [...this.#outputs.values()].map(({ series }) => series).filter((series) => !isEmpty(series));
    return vectorOf(found);
  }

  /** One float series on each side and nothing to fill in: a loop over two arrays. */
  #fast(left: StepSeries, right: StepSeries): boolean {
    const { operator, returnBool } = this.#node;
    const { fillLeft, fillRight } = this.#matching;
    if (left.histograms !== undefined || right.histograms !== undefined) return false;
    if (fillLeft !== undefined || fillRight !== undefined) return false;
    const labels = this.#resultLabels(left.labels, right.labels);
    if (this.#outputs.has(labels.key)) return false;
    const output = this.#output(labels, returnBool);
    const { series, taken } = output;
    for (let step = 0; step < this.#count; step++) {
      if (left.present[step] !== floatSample || right.present[step] !== floatSample) continue;
      const a = (this.#swapped ? right : left).values[step] as number;
      const b = (this.#swapped ? left : right).values[step] as number;
      taken[step] = 1;
      if (isArithmetic(operator)) {
        series.values[step] = arithmetic[operator](a, b);
        series.present[step] = floatSample;
      } else if (isComparison(operator)) {
        const keep = comparison[operator](a, b);
        if (returnBool) setFloat(series, step, Number(keep));
        else if (keep) setFloat(series, step, a);
      } else {
        // Only for histograms.
        this.#apply({ value: a, histogram: undefined }, { value: b, histogram: undefined }, { step, order: 0 });
        taken[step] = 0;
      }
    }
    return true;
  }

  #group(group: MatchGroup, anyMany: Uint8Array, orders: ReadonlyMap<StepSeries, number>): void {
    const { fillLeft, fillRight } = this.#matching;
    const canFill = fillLeft !== undefined || fillRight !== undefined;
    for (let step = 0; step < this.#count; step++) {
      const one = this.#onlyOne(group.right, step, anyMany[step] === 1 || canFill);
      const many = group.left.filter(({ present }) => present[step] !== absentSample);
      // Labels of the results so far. What cannot be computed matches nothing.
      const written = new Set<string>();
      for (const each of many) {
        const other = one ?? fillRight;
        if (other === undefined) continue;
        const where = { step, order: orders.get(each) ?? 0 };
        const outcome = this.#apply(...this.#sides(operandOf(each, step), operandOf(other, step)), where);
        if (outcome === undefined) continue;
        const otherLabels = typeof other === "number" ? this.#joined(each.labels) : other.labels;
        const labels = this.#resultLabels(each.labels, otherLabels);
        this.#checkUnique(labels, written);
        written.add(labels.key);
        this.#write(labels, step, outcome);
      }
      if (written.size === 0 && one !== undefined && fillLeft !== undefined) {
        const labels = this.#resultLabels(this.#joined(one.labels), one.labels);
        const where = { step, order: orders.get(one) ?? 0 };
        const outcome = this.#apply(...this.#sides(operandOf(fillLeft, step), operandOf(one, step)), where);
        if (outcome !== undefined) this.#write(labels, step, outcome);
      }
    }
  }

  #checkUnique(labels: Labels, written: ReadonlySet<string>): void {
    const [must, broken] =
      this.#matching.cardinality === "one-to-one"
        ? ["many-to-one matching must be explicit (group_left/group_right)", written.size > 0]
        : ["grouping labels must ensure unique matches", written.has(labels.key)];
    if (broken) throw executionError(`multiple matches for labels: ${must}`, this.#node.span);
  }

  /** The operands as written: for group_right the sides were swapped. */
  #sides(many: Operand, one: Operand): readonly [Operand, Operand] {
    return this.#swapped ? [one, many] : [many, one];
  }

  #joined(labels: Labels): Labels {
    return labels.matching(this.#matching.on, this.#matching.labels);
  }

  /** The series of the "one" side at a step. @throws when there are several and anything could match them. */
  #onlyOne(series: readonly StepSeries[], step: number, matters: boolean): StepSeries | undefined {
    const present = series.filter((each) => each.present[step] !== absentSample);
    const [first, second] = present;
    if (first === undefined || second === undefined || !matters) return first;
    const [a, b] = [first.labels, second.labels].sort((x, y) => x.compare(y));
    const side = this.#swapped ? "left" : "right";
    throw executionError(
      `found duplicate series for the match group ${this.#joined(first.labels).toString()} on the ${side} hand-side of ` +
        `the operation: [${String(a)}, ${String(b)}]` +
        ";many-to-many matching not allowed: matching labels must be unique on one side",
      this.#node.span,
    );
  }

  #write(labels: Labels, step: number, outcome: Outcome): void {
    const { series, taken } = this.#output(labels, this.#node.returnBool);
    if (taken[step] === 1) throw duplicateLabels();
    taken[step] = 1;
    this.#store(series, step, outcome);
  }

  /** Undefined when the operator is not for these operands. */
  #apply(left: Operand, right: Operand, where: { step: number; order: number }): Outcome | undefined {
    const outcome = applyOperator(this.#node.operator, left, right);
    this.#problems.note(outcome, where);
    return outcome.failed ? undefined : outcome;
  }

  #store(series: StepSeries, step: number, outcome: Outcome): void {
    if (this.#node.returnBool) setFloat(series, step, Number(outcome.keep));
    else if (!outcome.keep) return;
    else if (outcome.histogram === undefined) setFloat(series, step, outcome.value);
    else setHistogram(series, step, outcome.histogram);
  }

  #output(labels: Labels, dropName: boolean): Output {
    const known = this.#outputs.get(labels.key);
    if (known !== undefined) return known;
    const created = { series: newSeries(labels, dropName, this.#count), taken: new Uint8Array(this.#count) };
    this.#outputs.set(labels.key, created);
    return created;
  }

  /** The labels of a result: those of the many side, without the name where the value is a new one. */
  #resultLabels(many: Labels, one: Labels): Labels {
    let known = this.#labels.get(many);
    if (known === undefined) this.#labels.set(many, (known = new Map<Labels, Labels>()));
    const cached = known.get(one);
    if (cached !== undefined) return cached;
    const { cardinality, on, labels: names, include } = this.#matching;
    const { operator, returnBool } = this.#node;
    const namesGo = isArithmetic(operator) || (returnBool && !this.#evaluation.settings.delayedNameRemoval);
    let result = namesGo ? many.filter((name) => !isMetadataLabel(name)) : many;
    if (cardinality === "one-to-one") result = result.filter((name) => names.includes(name) === on);
    for (const name of include) result = result.with(name, one.get(name));
    known.set(one, result);
    return result;
  }
}

function operandOf(from: StepSeries | number, step: number): Operand {
  if (typeof from === "number") return { value: from, histogram: undefined };
  return { value: from.values[step] ?? NaN, histogram: from.histograms?.[step] };
}

function presence(series: readonly StepSeries[], count: number): Uint8Array {
  const any = new Uint8Array(count);
  for (const { present } of series)
    for (let step = 0; step < count; step++) if (present[step] !== absentSample) any[step] = 1;
  return any;
}
