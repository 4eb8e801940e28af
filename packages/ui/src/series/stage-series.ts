/** The series of one stage, as questions. */
export interface StageOf {
  pipeline: string;
  stage: string;
}

const selector = ({ pipeline, stage }: StageOf) =>
  `pipeline=${JSON.stringify(pipeline)}, stage=${JSON.stringify(stage)}`;

/** @param window what one point covers, as PromQL writes it: `1h` */
export function stageRowsExpr(of: StageOf, direction: "read" | "written", window: string): string {
  return `increase(pipeline_records_total{${selector(of)}, direction="${direction}"}[${window}])`;
}

/** @param quantile 0 to 1 */
export function stageDurationExpr(of: StageOf, quantile: number, window: string): string {
  return `histogram_quantile(${quantile}, sum by (le) (increase(pipeline_stage_duration_seconds_bucket{${selector(of)}}[${window}])))`;
}
