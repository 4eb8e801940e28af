import type { StepSeries } from "../model/series.ts";

/** What an expression evaluates to over a grid. */
export type Value = ScalarValue | StringValue | VectorValue;

export interface ScalarValue {
  readonly type: "scalar";
  /** One per step. */
  readonly values: Float64Array;
}

export interface StringValue {
  readonly type: "string";
  readonly value: string;
}

export interface VectorValue {
  readonly type: "vector";
  readonly series: readonly StepSeries[];
  /** The order means something (sort, topk of an instant query). */
  readonly ordered?: boolean;
}

export const vectorOf = (series: readonly StepSeries[]): VectorValue => ({ type: "vector", series });
