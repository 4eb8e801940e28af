import type { Span } from "@opentelemetry/api";
import { safely } from "./safely.ts";

/** One attempt at a stage, as those see it that watch it from outside. */
export interface ObservedStage {
  readonly pipeline: string;
  readonly stage: string;
  readonly span: Span;
}

/** Called when a stage begins; what it returns is called when its work is over and its span still open. */
export type StageObserver = (stage: ObservedStage) => (hasSucceeded: boolean) => void;

/** Starts all of them; the returned function ends them in reverse. What they throw never reaches the pipeline. */
export function observe(
  observers: StageObserver | readonly StageObserver[],
  stage: ObservedStage,
): (hasSucceeded: boolean) => void {
  const started = [observers].flat().map((observer) => safely(() => observer(stage), undefined));
  return (hasSucceeded) => {
    for (const end of started.toReversed()) safely(() => end?.(hasSucceeded), undefined);
  };
}
