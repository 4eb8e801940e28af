import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { attributeNames as names, eventNames } from "../attribute-names.ts";
import { type Clock, systemClock } from "../clock.ts";
import { newRunId } from "../random.ts";
import { safely } from "../safely.ts";
import type { StageObserver } from "../stage-observer.ts";

export interface HeapLimitOptions {
  /** A snapshot is written when the thread's heap holds more than this, in bytes. */
  aboveBytes: number;
  /** Where to. Snapshots are as large as the heap, and hold whatever the program holds: personal data too. */
  folder: string;
  /** Snapshots of this process in that folder. Default 1. */
  snapshotsMax?: number;
  /** How often the heap is looked at, in milliseconds. Default 1000. */
  intervalMs?: number;
}

const takenIn = new Map<string, number>();

/**
 * Writes a heap snapshot when a stage needs more memory than it should, and its path to the stage's span. V8 stops the thread
 * while it writes, and needs about as much memory again: choose a limit well below what the process may use.
 */
export function heapLimit(options: HeapLimitOptions, clock: Clock = systemClock): StageObserver {
  const { aboveBytes, folder, snapshotsMax = 1, intervalMs = 1000 } = options;
  return ({ stage, span }) => {
    let cancel = () => {};
    const look = () => {
      const taken = takenIn.get(folder) ?? 0;
      if (taken >= snapshotsMax || !span.isRecording()) return;
      const { getHeapStatistics, writeHeapSnapshot } = process.getBuiltinModule("node:v8");
      const usedBytes = getHeapStatistics().used_heap_size;
      if (usedBytes <= aboveBytes) return;
      takenIn.set(folder, taken + 1);
      mkdirSync(folder, { recursive: true });
      const file = join(folder, `${stage.replaceAll(/[^\w.-]+/g, "_").slice(0, 80)}-${newRunId()}.heapsnapshot`);
      span.addEvent(eventNames.heapSnapshot, {
        [names.heapSnapshotPath]: writeHeapSnapshot(file),
        [names.heapUsed]: usedBytes,
        [names.heapLimit]: aboveBytes,
      });
    };
    const again = () => {
      cancel = clock.after(intervalMs, () => {
        safely(look, undefined);
        again();
      });
    };
    again();
    return () => {
      cancel();
      // A stage that blocked its thread was never looked at.
      safely(look, undefined);
    };
  };
}
