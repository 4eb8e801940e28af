import type { Check } from "./probe.ts";

/** Another service answers, with a status below 400. */
export function httpCheck(url: string, timeoutMs = 2000): Check {
  return async () => {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: "manual" });
    await response.body?.cancel();
    if (response.status >= 400) throw new Error(`${url} answers HTTP ${response.status}`);
  };
}

/** A number, such as a queue's lag, is not over its limit. */
export function lagCheck(read: () => number | PromiseLike<number>, max: number): Check {
  return async () => {
    const lag = await read();
    if (!(lag <= max)) throw new Error(`the lag is ${lag}, the limit ${max}`);
  };
}
