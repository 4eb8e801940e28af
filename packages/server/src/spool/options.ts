import type { Clock } from "../model/clock.ts";
import type { SightglassError } from "../model/errors.ts";
import { limits } from "../model/limits.ts";
import type { Block } from "./block.ts";
import type { LedgerCounts } from "./ledger.ts";
import type { RoomState } from "./room.ts";
import type { PaceLimits } from "./pace.ts";
import type { Spool, SpoolLimits } from "./spool.ts";
import type { StepHook } from "./steps.ts";

export interface SpoolSettings extends SpoolLimits, PaceLimits {
  spoolBytesMax: number;
  diskFreeBytesMin: number;
  insertAttemptsMax: number;
}

export interface OpenSpoolOptions<Blocks extends Record<string, Block>> {
  /** Made when missing: `spool/` and `quarantine/` of it are the spool's. One process only: lock it first. */
  dataDir: string;
  clock: Clock;
  /** So many random bytes in hexadecimal. */
  randomHex: (bytes: number) => string;
  /** An empty block for each table. */
  newBlock: { [Table in keyof Blocks]: () => Blocks[Table] };
  /**
   * Stores a segment; the same token twice stores once. Rejects with `invalid_argument` when the content is refused;
   * any other error is tried again for ever.
   */
  insert: (segment: { table: string; path: string; token: string }) => Promise<void>;
  /** Items of each table that the store has ever held: the store's half of the ledger. */
  storedCounts: () => Promise<Readonly<Record<string, number>>>;
  /** Rows have become queryable. */
  onStored?: (table: string, rows: number) => void;
  log?: (event: SpoolEvent) => void;
  settings?: Partial<SpoolSettings>;
  at?: StepHook;
}

export type SpoolEvent =
  | { type: "state"; state: RoomState; reason: string }
  | { type: "recovered"; segments: number; rows: number }
  | { type: "torn"; segment: string; bytesCut: number }
  | { type: "insert-failed"; segment: string; attempt: number; error: SightglassError }
  | { type: "quarantined"; segment: string; rows: number; reason: string }
  | { type: "checkpoint-failed"; error: unknown };

export interface SpoolStatus {
  bytes: number;
  bytesMax: number;
  segments: number;
  /** Age of the oldest segment not yet stored, 0 when there is none. */
  lagMs: number;
  /** Segments set aside. */
  quarantined: number;
  state: RoomState;
  diskFreeBytes: number;
  /** Why the oldest segment is not stored; null while inserts succeed. */
  lastError: string | null;
}

export interface Spools<Blocks extends Record<string, Block>> {
  readonly tables: { readonly [Table in keyof Blocks]: Spool<Blocks[Table]> };
  status(): SpoolStatus;
  /**
   * The ledger of each table, as counts that belong together (Balance).
   * @throws SightglassError when the store does not answer
   */
  ledger(): Promise<{ [Table in keyof Blocks]: LedgerCounts }>;
  /** Refuses new requests, makes everything durable, stores what `timeoutMs` allows (the rest stays on disk). */
  stop(options?: { timeoutMs?: number }): Promise<void>;
}

/** The limits of model/limits.ts, but for those that the configuration changes. */
export function settingsWith(overrides: Partial<SpoolSettings>): SpoolSettings {
  return {
    spoolBytesMax: limits.spoolBytesMax.value,
    diskFreeBytesMin: limits.diskFreeBytesMin.value,
    insertAttemptsMax: limits.insertAttemptsMax.value,
    spoolSegmentBytesMax: limits.spoolSegmentBytesMax.value,
    spoolSegmentAgeMaxMs: limits.spoolSegmentAgeMaxMs.value,
    spoolSegmentQuietMs: limits.spoolSegmentQuietMs.value,
    spoolSegmentQuietBytes: limits.spoolSegmentQuietBytes.value,
    spoolSegmentInsertMs: limits.spoolSegmentInsertMs.value,
    spoolSegmentBytesMin: limits.spoolSegmentBytesMin.value,
    spoolHoldMaxMs: limits.spoolHoldMaxMs.value,
    spoolBlockRowsMax: limits.spoolBlockRowsMax.value,
    spoolBlockBytesMax: limits.spoolBlockBytesMax.value,
    ...overrides,
  };
}
