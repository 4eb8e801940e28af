import { constants } from "node:os";
import { diag } from "@opentelemetry/api";
import { type Clock, sleep, systemClock, within } from "../clock.ts";
import { safely } from "../safely.ts";

export interface ShutdownOptions {
  /** Default SIGTERM and SIGINT. */
  signals?: readonly NodeJS.Signals[];
  /** How long the process goes on working after it is no longer ready, until nobody sends it work. Default 5000. */
  delayMs?: number;
  /** How long the steps may take altogether. Default 10000. */
  timeoutMs?: number;
}

/** Ends one thing: closes a server, stops a worker, ends a pool. */
export type ShutdownStep = () => unknown;

/**
 * Ends the process in order when it is told to: first it is no longer ready, then, when nobody sends it work any more, the
 * steps are taken one after the other, then the signal takes its default action (so the exit code is that of the signal; as
 * process 1, which has no default action, it is 128 and the signal's number). A step that throws does not keep the next one from being
 * taken. A second signal ends the process at once.
 *
 * @returns a function that takes the handlers off again
 */
export function gracefulShutdown(
  checked: { drain(reason: string): void },
  steps: readonly ShutdownStep[],
  options: ShutdownOptions = {},
  clock: Clock = systemClock,
): () => void {
  const { signals = ["SIGTERM", "SIGINT"], delayMs = 5000, timeoutMs = 10_000 } = options;
  const removeHandlers = () => {
    for (const signal of signals) process.off(signal, onSignal);
  };
  const onSignal = (signal: NodeJS.Signals) => {
    removeHandlers();
    checked.drain(signal);
    void sleep(clock, delayMs)
      .then(() => within(clock, timeoutMs, taken(steps)))
      .then((isDone) => {
        if (isDone === undefined) tell(`shutdown was not done within ${timeoutMs} ms`);
        if (process.pid === 1) process.exit(128 + constants.signals[signal]);
        process.kill(process.pid, signal);
      });
  };
  for (const signal of signals) process.on(signal, onSignal);
  return removeHandlers;
}

/** Never rejects. */
async function taken(steps: readonly ShutdownStep[]): Promise<true> {
  for (const step of steps) {
    try {
      await step();
    } catch (thrown) {
      tell("a step of the shutdown failed; the next one is taken", thrown);
    }
  }
  return true;
}

function tell(text: string, thrown?: unknown): void {
  safely(() => diag.error(`sightglass: ${text}`, ...(thrown === undefined ? [] : [thrown])), undefined);
}
