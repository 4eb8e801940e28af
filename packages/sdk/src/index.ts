export { pipeline } from "./pipeline.ts";
export { attributeNames, eventNames } from "./attribute-names.ts";

export type { PipelineOptions, PipelineWork, Run } from "./pipeline.ts";
export type { Endpoint, RetryOptions, Stage, StageOptions, StageWork, StartStage } from "./stage.ts";
export type { FailureDetail } from "./failures.ts";
