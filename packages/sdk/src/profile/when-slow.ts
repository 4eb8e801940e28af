import { type Clock, systemClock } from "../clock.ts";
import type { StageObserver } from "../stage-observer.ts";
import { profileStartMs } from "./cpu-profiler.ts";
import type { ProfileReason } from "./emit.ts";
import { DurationHistory, usualMs } from "./history.ts";
import { type ProfileOptions, profileTo } from "./profile.ts";

export interface WhenSlowOptions extends ProfileOptions {
  /** How many times its usual duration a stage must take. Default 1.5. */
  factor?: number;
  /**
   * A stage is not profiled before it has taken so long, in milliseconds, nor from its start when it usually takes less. Default:
   * 1000, and as long as it takes for the profile to cost 2 % at most, which a large heap makes longer (`profileShareMax`).
   */
  durationMinMs?: number;
  /** A folder that keeps how long stages took, for the next process. Default: only this process's own are known. */
  historyFolder?: string;
}

const factorDefault = 1.5;
const durationMinMsDefault = 1000;
/** Of a stage's time, what its profile may cost: half of it for starting, half for the samples. */
const profileShareMax = 0.02;

/**
 * Profiles a stage from the moment on at which it takes longer than usual: `factor` times the median of its last 20 successful
 * attempts, of which 5 must be known. Until then it costs one timer. A stage that blocks its thread gives no timer a chance:
 * then the next attempt is profiled from its start. Where that would cost more than 2 % of the stage, there is no profile.
 */
export function whenSlow(
  options: WhenSlowOptions = {},
  clock: Clock = systemClock,
  startCostMs: () => number = profileStartMs,
): StageObserver {
  const { factor = factorDefault } = options;
  const history = new DurationHistory(options.historyFolder);
  const worthMs = () => options.durationMinMs ?? Math.max(durationMinMsDefault, startCostMs() / (profileShareMax / 2));
  return ({ pipeline, stage, span }) => {
    const key = `${pipeline}/${stage}`;
    const known = history.of(key);
    const expectedMs = usualMs(known);
    const startMs = clock.nowMs();
    const limitMs = expectedMs === undefined ? Number.POSITIVE_INFINITY : expectedMs * factor;
    let finish: (() => void) | undefined;
    let cancel = () => {};
    const begin = (reason: ProfileReason) => (finish = profileTo(span, options, { reason, expectedMs }, clock));
    const beginWhenWorth = () => {
      // Asked again, because the heap may have grown meanwhile.
      const leftMs = Math.max(limitMs, worthMs()) - (clock.nowMs() - startMs);
      if (leftMs > 0) cancel = clock.after(leftMs, beginWhenWorth);
      else begin("slow");
    };
    if (expectedMs !== undefined && known.wasSlowUnseen && expectedMs >= worthMs()) begin("slow_before");
    else if (expectedMs !== undefined) beginWhenWorth();
    return (hasSucceeded) => {
      cancel();
      finish?.();
      const durationMs = clock.nowMs() - startMs;
      if (hasSucceeded) history.add(key, durationMs, durationMs > limitMs && finish === undefined);
    };
  };
}
