export { pipeline } from "./pipeline.ts";
export { duplicate, filtered } from "./records/options.ts";
export { attributeNames, eventNames, metricNames } from "./attribute-names.ts";

export type { PipelineOptions, PipelineWork, Run } from "./pipeline.ts";
export type { Records } from "./records/counted.ts";
export type { ProgressOptions } from "./progress.ts";
export type { RetryOptions } from "./retry.ts";
export type { LeftOut, RecordOptions, RecordTotals } from "./records/options.ts";
export type { Endpoint, Stage, StageOptions, StageWork, StartStage } from "./stage.ts";
export type { FailureDetail } from "./failures.ts";
export type { ObservedStage, StageObserver } from "./stage-observer.ts";
