import { monitorEventLoopDelay } from "node:perf_hooks";

export interface ProcessState {
  residentBytes: number;
  heapBytes: number;
  /** How late timers ran in the last seconds, the 99th percentile. */
  eventLoopLagMs: number;
  uptimeMs: number;
  cpuSeconds: number;
}

const resolutionMs = 10;
const windowMs = 10_000;

/** Watches this process. `stop` ends the watching; it never keeps the process alive. */
export function watchProcess({ monotonicMs }: { monotonicMs: () => number }): {
  read(): ProcessState;
  stop(): void;
} {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs });
  delays.enable();
  let windowStartMs = monotonicMs();
  let lagMs = 0;
  return {
    read() {
      // The histogram counts the timer's own period too, and is empty right after a reset.
      if (delays.count > 0) lagMs = Math.max(0, delays.percentile(99) / 1e6 - resolutionMs);
      if (monotonicMs() - windowStartMs > windowMs) {
        delays.reset();
        windowStartMs = monotonicMs();
      }
      const { rss, heapUsed } = process.memoryUsage();
      const { user, system } = process.cpuUsage();
      return {
        residentBytes: rss,
        heapBytes: heapUsed,
        eventLoopLagMs: lagMs,
        uptimeMs: process.uptime() * 1000,
        cpuSeconds: (user + system) / 1e6,
      };
    },
    stop: () => delays.disable(),
  };
}
