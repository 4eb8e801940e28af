import { setImmediate as others } from "node:timers/promises";
import type { Steps } from "../decode/steps.ts";
import type { Clock } from "../model/clock.ts";
import { limits } from "../model/limits.ts";

/** Does the steps of one large body, and lets everything else that waits go first after each slice of time. */
export async function inSlices<Result>(steps: Steps<Result>, clock: Clock): Promise<Result> {
  let sliceEndMs = clock.monotonicMs() + limits.decodeSliceMs.value;
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
    if (clock.monotonicMs() < sliceEndMs) continue;
    await others();
    sliceEndMs = clock.monotonicMs() + limits.decodeSliceMs.value;
  }
}
