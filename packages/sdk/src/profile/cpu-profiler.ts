import type { Session } from "node:inspector";
import { safely } from "../safely.ts";
import type { CpuProfile } from "./call-tree.ts";

/** The profile that runs in this thread. V8 samples the thread, not a function: a second one would see the same. */
let running: object | undefined;

/** On a small heap, and for each MiB of a larger one: V8 walks all of it for compiled code (benchmarks/README.md). */
const startMsMin = 10;
const startMsPerMib = 0.5;

/** About how long starting a profile holds up this thread now, in milliseconds. */
export function profileStartMs(): number {
  const { getHeapStatistics } = process.getBuiltinModule("node:v8");
  return startMsMin + (getHeapStatistics().used_heap_size / 2 ** 20) * startMsPerMib;
}

/**
 * Starts V8's sampling profiler in this thread. Returns what stops it and hands over the profile; undefined when one runs
 * already, or V8 refuses.
 */
export function startCpuProfile(intervalUs: number): (() => CpuProfile | undefined) | undefined {
  if (running !== undefined) return undefined;
  const session = safely(() => connect(intervalUs), undefined);
  if (session === undefined) return undefined;
  running = session;
  let stopped: { profile: CpuProfile | undefined } | undefined;
  return () => {
    stopped ??= { profile: safely(() => finish(session), undefined) };
    if (running === session) running = undefined;
    return stopped.profile;
  };
}

function connect(intervalUs: number): Session {
  // Loaded with the first profile, so that importing this costs nothing.
  const { Session } = process.getBuiltinModule("node:inspector");
  const session = new Session();
  session.connect();
  session.post("Profiler.enable");
  session.post("Profiler.setSamplingInterval", { interval: intervalUs });
  let failure: Error | null = null;
  session.post("Profiler.start", (error) => (failure = error));
  if (failure === null) return session;
  session.disconnect();
  throw failure as Error;
}

/** In the thread's own session the answer is there when `post` returns. */
function finish(session: Session): CpuProfile | undefined {
  let profile: CpuProfile | undefined;
  session.post("Profiler.stop", (error, result) => {
    if (error === null) ({ profile } = result);
  });
  session.post("Profiler.disable");
  session.disconnect();
  return profile;
}
