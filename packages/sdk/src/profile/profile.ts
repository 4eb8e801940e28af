import { type Span, trace } from "@opentelemetry/api";
import { afterWork } from "../after-work.ts";
import { type Clock, systemClock } from "../clock.ts";
import { safely } from "../safely.ts";
import { startCpuProfile } from "./cpu-profiler.ts";
import { emitProfile, type ProfileFacts } from "./emit.ts";

export interface ProfileOptions {
  /**
   * Between two samples, in microseconds. Default 20000, which costs 1 % at most; 5000 costs three times that, and V8's own default
   * of 1000 more.
   */
  intervalUs?: number;
  /** The profile ends here at the latest, in milliseconds, and shows what it has seen. Default 60000. */
  durationMaxMs?: number;
}

const intervalUsDefault = 20_000;
const durationMaxMsDefault = 60_000;

/**
 * Profiles this thread while `work` runs, and writes the most expensive functions and all stacks as events to the active
 * span. Returns what `work` returns; a promise is waited for. Without a span that records, or while another profile of this
 * thread runs, it only calls `work`. What else the thread does meanwhile is in the profile too.
 */
export function profile<T>(work: () => T, options: ProfileOptions = {}): T {
  const span = trace.getActiveSpan();
  const stop = span === undefined ? undefined : profileTo(span, options, { reason: "asked" });
  return stop === undefined ? work() : afterWork(work, stop);
}

/** Starts a profile; the returned function ends it and writes it to `span`. Undefined where there can be none. */
export function profileTo(
  span: Span,
  { intervalUs = intervalUsDefault, durationMaxMs = durationMaxMsDefault }: ProfileOptions,
  facts: Omit<ProfileFacts, "intervalUs">,
  clock: Clock = systemClock,
): (() => void) | undefined {
  if (!span.isRecording()) return undefined;
  const take = startCpuProfile(intervalUs);
  if (take === undefined) return undefined;
  const cancel = clock.after(durationMaxMs, take);
  return () => {
    cancel();
    safely(() => {
      const taken = take();
      if (taken !== undefined) emitProfile(span, taken, { ...facts, intervalUs });
    }, undefined);
  };
}
