import { type Clock, systemClock } from "../clock.ts";
import type { StageObserver } from "../stage-observer.ts";
import { DurationHistory, usualMs } from "./history.ts";
import { type ProfileOptions, profileTo } from "./profile.ts";

export interface WhenSlowOptions extends ProfileOptions {
  /** How many times its usual duration a stage must take. Default 1.5. */
  factor?: number;
  /** Stages that are quicker than this are never profiled, in milliseconds. Default 1000. */
  durationMinMs?: number;
  /** A folder that keeps how long stages took, for the next process. Default: only this process's own are known. */
  historyFolder?: string;
}

const factorDefault = 1.5;
const durationMinMsDefault = 1000;

/**
 * Profiles a stage from the moment on at which it takes longer than usual: `factor` times the median of its last 20 successful
 * attempts, of which 5 must be known. Until then it costs one timer. A stage that blocks its thread gives no timer a chance:
 * then the next attempt is profiled from its start.
 */
export function whenSlow(options: WhenSlowOptions = {}, clock: Clock = systemClock): StageObserver {
  const { factor = factorDefault, durationMinMs = durationMinMsDefault } = options;
  const history = new DurationHistory(options.historyFolder);
  return ({ pipeline, stage, span }) => {
    const key = `${pipeline}/${stage}`;
    const known = history.of(key);
    const expectedMs = usualMs(known);
    const startMs = clock.nowMs();
    const limitMs = expectedMs === undefined ? Number.POSITIVE_INFINITY : Math.max(expectedMs * factor, durationMinMs);
    let finish: (() => void) | undefined;
    let cancel = () => {};
    if (known.wasSlowUnseen) finish = profileTo(span, options, { reason: "slow_before", expectedMs }, clock);
    else if (Number.isFinite(limitMs))
      cancel = clock.after(limitMs, () => (finish = profileTo(span, options, { reason: "slow", expectedMs }, clock)));
    return (hasSucceeded) => {
      cancel();
      finish?.();
      const durationMs = clock.nowMs() - startMs;
      if (hasSucceeded) history.add(key, durationMs, durationMs > limitMs && finish === undefined);
    };
  };
}
