import type { ArithmeticOperator, BinaryOperator, ComparisonOperator } from "../ast/nodes.ts";
import { messages } from "../eval/annotations.ts";
import {
  addHistograms,
  divideHistogram,
  multiplyHistogram,
  subtractHistograms,
  type Combined,
} from "../histogram/arithmetic.ts";
import { compactHistogram, equalHistograms, type FloatHistogram } from "../histogram/float-histogram.ts";
import { trimHistogram } from "../histogram/trim.ts";

/** JavaScript's `%` is Go's math.Mod; `**` differs from Go's math.Pow in 1 ** NaN and (±1) ** ±Infinity, which are 1. */
function power(base: number, exponent: number): number {
  if (base === 1 || (base === -1 && Math.abs(exponent) === Infinity)) return 1;
  return base ** exponent;
}

export const arithmetic: Readonly<Record<ArithmeticOperator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": power,
  atan2: Math.atan2,
};

export const comparison: Readonly<Record<ComparisonOperator, (a: number, b: number) => boolean>> = {
  "==": (a, b) => a === b,
  "!=": (a, b) => a !== b,
  ">": (a, b) => a > b,
  "<": (a, b) => a < b,
  ">=": (a, b) => a >= b,
  "<=": (a, b) => a <= b,
};

export const isArithmetic = (operator: BinaryOperator): operator is ArithmeticOperator => operator in arithmetic;

/** A sample on one side of an operator. */
export interface Operand {
  readonly value: number;
  readonly histogram: FloatHistogram | undefined;
}

export interface Outcome {
  readonly value: number;
  readonly histogram: FloatHistogram | undefined;
  /** False: a comparison that does not hold. */
  readonly keep: boolean;
  readonly warning?: string;
  readonly info?: string;
  /** There is no result at all; `warning` or `info` says why. */
  readonly failed?: true;
}

/** One operator applied to two samples of any kind. */
export function applyOperator(operator: BinaryOperator, left: Operand, right: Operand): Outcome {
  const [a, b] = [left.histogram, right.histogram];
  if (a === undefined && b === undefined) return applyToFloats(operator, left.value, right.value);
  if (a !== undefined && b !== undefined) return applyToHistograms(operator, a, b);
  if (a !== undefined) return applyToHistogramAndFloat(operator, a, right.value);
  if (operator === "*" && b !== undefined) return whole(compactHistogram(multiplyHistogram(b, left.value)));
  return incompatible("float", operator, "histogram");
}

const ofFloat = (value: number, keep = true): Outcome => ({ value, histogram: undefined, keep });
const whole = (histogram: FloatHistogram, keep = true): Outcome => ({ value: 0, histogram, keep });

function incompatible(left: string, operator: string, right: string): Outcome {
  const info = messages.incompatibleTypes(left, operator, right);
  return { value: 0, histogram: undefined, keep: false, info, failed: true };
}

function applyToFloats(operator: BinaryOperator, a: number, b: number): Outcome {
  if (isArithmetic(operator)) return ofFloat(arithmetic[operator](a, b));
  if (operator in comparison) return ofFloat(a, comparison[operator as ComparisonOperator](a, b));
  return incompatible("float", operator, "float");
}

function applyToHistogramAndFloat(operator: BinaryOperator, histogram: FloatHistogram, value: number): Outcome {
  switch (operator) {
    case "*":
      return whole(compactHistogram(multiplyHistogram(histogram, value)));
    case "/":
      return whole(compactHistogram(divideHistogram(histogram, value)));
    case "</":
      return whole(trimHistogram(histogram, value, "below"));
    case ">/":
      return whole(trimHistogram(histogram, value, "above"));
    default:
      return incompatible("histogram", operator, "float");
  }
}

function applyToHistograms(operator: BinaryOperator, a: FloatHistogram, b: FloatHistogram): Outcome {
  switch (operator) {
    case "+":
      return combined(addHistograms(a, b), operator);
    case "-":
      return combined(subtractHistograms(a, b), operator);
    case "==":
      return whole(a, equalHistograms(a, b));
    case "!=":
      return whole(a, !equalHistograms(a, b));
    default:
      return incompatible("histogram", operator, "histogram");
  }
}

function combined(result: Combined | undefined, operator: "+" | "-"): Outcome {
  const operation = operator === "+" ? "addition" : "subtraction";
  if (result === undefined) return warned(messages.incompatibleBuckets(operator));
  if (result.resetCollision) return warned(messages.resetCollision(operation));
  const histogram = operator === "-" ? { ...result.histogram, hint: "gauge" as const } : result.histogram;
  return {
    ...whole(compactHistogram(histogram)),
    ...(result.boundsReconciled ? { info: messages.boundsReconciled(operation) } : {}),
  };
}

const warned = (warning: string): Outcome => ({ value: 0, histogram: undefined, keep: false, warning, failed: true });
