import type { Clock } from "../model/clock.ts";
import { asSightglassError, type SightglassError } from "../model/errors.ts";
import type { Block } from "./block.ts";
import type { InsertQueue } from "./insert-queue.ts";
import type { Ledger } from "./ledger.ts";
import type { Pace } from "./pace.ts";
import type { Room } from "./room.ts";
import { deleteSegment, Segment, type Commit } from "./segment.ts";
import type { StepHook } from "./steps.ts";

export interface SpoolLimits {
  spoolSegmentBytesMax: number;
  spoolSegmentAgeMaxMs: number;
  spoolSegmentQuietMs: number;
  spoolSegmentQuietBytes: number;
  spoolBlockRowsMax: number;
  spoolBlockBytesMax: number;
}

export interface SpoolOptions<B extends Block> {
  dir: string;
  table: string;
  clock: Clock;
  limits: SpoolLimits;
  room: Room;
  ledger: Ledger;
  queue: InsertQueue;
  pace: Pace;
  newBlock: () => B;
  /** Names of segments, never the same twice. */
  nextName: () => string;
  at: StepHook;
}

interface Waiter {
  accepted: number;
  /** Answers the request: the block is durable, or the error. */
  settle: (error?: SightglassError) => void;
}

/**
 * One table's way to the disk. Requests append to the open block; a commit takes the block, makes it durable and answers
 * every request in it, while the next block fills (group commit).
 */
export class Spool<B extends Block> {
  readonly #options: SpoolOptions<B>;
  #open: B;
  #spare: B | undefined;
  #waiters: Waiter[] = [];
  #flight: Promise<void> | undefined;
  #flightBytes = 0;
  #isScheduled = false;
  #segment: Segment | undefined;
  /** Segments whose last, failed commit could not be taken back yet. */
  #broken: Segment[] = [];
  #closing: Promise<void> = Promise.resolve();
  #cancelAge: (() => void) | undefined;
  #cancelQuiet: (() => void) | undefined;
  /** Nothing was added to the open segment for a while. */
  #isQuiet = false;

  constructor(options: SpoolOptions<B>) {
    this.#options = options;
    this.#open = options.newBlock();
    this.#spare = options.newBlock();
  }

  get table(): string {
    return this.#options.table;
  }
  /** Durable rows that are not sealed yet. */
  get openRows(): number {
    return this.#unsealed.reduce((sum, segment) => sum + segment.rows, 0);
  }
  get openSegments(): number {
    return this.#unsealed.filter((segment) => segment.commits > 0).length;
  }
  /** When the first of them was committed; undefined when there is none. */
  get oldestCommittedAtMs(): number | undefined {
    return this.#unsealed.find((segment) => segment.commits > 0)?.firstCommittedAtMs;
  }

  get #unsealed(): Segment[] {
    return this.#segment === undefined ? this.#broken : [...this.#broken, this.#segment];
  }

  /**
   * Runs `write` on the open block and resolves with its result once the block is durable. `write` runs at once, or, when
   * the open block is full, after the commit under way, or, when the store is behind, as its pace allows. A throw in
   * `write` leaves nothing behind and rejects.
   * @throws SightglassError spool_full, spool_unwritable, unavailable (with retryAfterMs), before `write` is called; or
   * spool_unwritable after it, when the disk refused the block: then nothing of the request counts
   */
  async append<T extends { accepted: number; rejected: number }>(write: (block: B) => T): Promise<T> {
    const { room, ledger, table, pace } = this.#options;
    room.check();
    const deadlineMs = pace.deadlineMs();
    if (pace.hasWaiting) await pace.hold(deadlineMs);
    room.check();
    while (this.#isFull() || (this.#isAhead() && !pace.isOver(deadlineMs))) {
      await (this.#isFull() ? this.#committed() : pace.hold(deadlineMs));
      room.check();
    }
    const block = this.#open;
    const rowsBefore = block.rowCount;
    const mark = block.mark();
    let result: T;
    try {
      result = write(block);
    } catch (thrown) {
      block.rollback(mark);
      throw thrown;
    }
    ledger.refuse(table, result.rejected);
    if (block.rowCount === rowsBefore) return result;
    return new Promise<T>((resolve, reject) => {
      this.#waiters.push({
        accepted: result.accepted,
        settle: (error) => (error === undefined ? resolve(result) : reject(error)),
      });
      this.#schedule();
    });
  }

  /** Commits and seals what is open. Call after the room drains. */
  async flush(): Promise<void> {
    this.#options.pace.letAllGo();
    while (this.#waiters.length > 0 || this.#flight !== undefined) {
      await (this.#flight ?? this.#startCommit());
    }
    this.#seal();
    await this.#closing;
  }

  /** Seals the open segment when it is big, or old enough or complete, it seems, and the inserter is free to take it. */
  sealIfDue(): void {
    const { limits, clock, queue, pace } = this.#options;
    const segment = this.#segment;
    if (segment === undefined || segment.commits === 0 || this.#flight !== undefined) return;
    const ageMs = clock.nowMs() - segment.firstCommittedAtMs;
    const isOld = ageMs >= limits.spoolSegmentAgeMaxMs || ageMs < 0;
    const isDue = isOld || segment.bytes >= pace.segmentBytes || this.#isComplete(segment);
    // While the store is behind the segment grows instead, so that a backlog is a few large inserts.
    if ((isDue && queue.isIdle) || segment.bytes >= limits.spoolSegmentBytesMax) this.#seal();
  }

  /** The store has taken, or refused, what it was given. */
  storeMoved(): void {
    this.sealIfDue();
    this.#options.pace.letGo(() => !this.#isAhead());
  }

  /** Takes back failed commits that the disk did not let us take back at once. @throws while it still does not */
  async repair(): Promise<void> {
    for (let segment = this.#broken[0]; segment !== undefined; segment = this.#broken[0]) {
      await segment.undo();
      this.#broken.shift();
      this.#handOver(segment);
    }
  }

  /** More may come, but what is there is worth an insert of its own. */
  #isComplete({ bytes }: Segment): boolean {
    return this.#isQuiet && bytes >= this.#options.limits.spoolSegmentQuietBytes;
  }

  #isFull(): boolean {
    const { limits } = this.#options;
    return this.#open.rowCount >= limits.spoolBlockRowsMax || this.#open.byteLength >= limits.spoolBlockBytesMax;
  }

  /** The store is busy, and enough is on the disk for when it is done. One that fails is not waited for: the spool fills. */
  #isAhead(): boolean {
    const { queue, pace } = this.#options;
    if (queue.isIdle || queue.lastError !== undefined) return false;
    const bytes = queue.waitingBytes + (this.#segment?.bytes ?? 0) + this.#flightBytes + this.#open.byteLength;
    return bytes >= pace.segmentBytes;
  }

  async #committed(): Promise<void> {
    if (this.#flight === undefined) void this.#startCommit();
    else await this.#flight;
  }

  /**
   * A commit begins as soon as the disk is free, with all requests that arrived until then in this turn of the event loop. A
   * wait for more to share it would be one in which the disk has nothing to do, and senders none that they may send next.
   */
  #schedule(): void {
    if (this.#flight !== undefined || this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      if (this.#isScheduled && this.#flight === undefined) void this.#startCommit();
    });
  }

  #startCommit(): Promise<void> {
    this.#isScheduled = false;
    if (this.#waiters.length === 0) return Promise.resolve();
    const block = this.#open;
    const waiters = this.#waiters;
    this.#open = this.#spare ?? this.#options.newBlock();
    this.#spare = undefined;
    this.#waiters = [];
    this.#flightBytes = block.byteLength;
    this.#flight = this.#commit(block, waiters).finally(() => {
      block.clear();
      this.#spare = block;
      this.#flight = undefined;
      this.#flightBytes = 0;
      this.storeMoved();
      if (this.#waiters.length > 0) this.#schedule();
    });
    return this.#flight;
  }

  async #commit(block: B, waiters: readonly Waiter[]): Promise<void> {
    const { table, ledger, room, clock } = this.#options;
    const accepted = waiters.reduce((sum, waiter) => sum + waiter.accepted, 0);
    let error: SightglassError | undefined;
    try {
      const chunks = block.encode();
      try {
        await this.#write(chunks, {
          rows: block.rowCount,
          acceptedTotal: ledger.totals(table).accepted + accepted,
          committedAtMs: clock.nowMs(),
          onDurable: () => ledger.accept(table, accepted),
        });
      } catch (cause) {
        error = room.fail(cause);
        await this.#abandon();
      }
    } catch (thrown) {
      error ??= asSightglassError(thrown);
    }
    if (error !== undefined) ledger.refuse(table, accepted);
    for (const waiter of waiters) waiter.settle(error);
  }

  async #write(chunks: readonly Uint8Array[], commit: Omit<Commit, "chunks">): Promise<void> {
    const { dir, table, nextName, at, room, clock, limits } = this.#options;
    this.#segment ??= await Segment.create({ dir, table, name: nextName(), at });
    const before = this.#segment.bytes;
    await this.#segment.commit({ chunks, ...commit });
    room.add(this.#segment.bytes - before);
    this.#isQuiet = false;
    this.#cancelQuiet?.();
    this.#cancelQuiet = clock.after(limits.spoolSegmentQuietMs, () => {
      this.#isQuiet = true;
      this.sealIfDue();
    });
    if (before > 0) return;
    this.#cancelAge?.();
    this.#cancelAge = clock.after(limits.spoolSegmentAgeMaxMs, () => this.sealIfDue());
  }

  /** After a failed commit: takes it back and ends the segment, whose file may not be trusted with more. */
  async #abandon(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    try {
      await segment.undo();
    } catch {
      // The room is closed by now; it opens only after repair() has done this.
      this.#broken.push(segment);
      return;
    }
    this.#handOver(segment);
  }

  #seal(): void {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    this.#handOver(segment);
  }

  #handOver(segment: Segment): void {
    this.#cancelAge?.();
    this.#cancelQuiet?.();
    const sealed = segment.seal();
    const closed = segment.closed;
    if (segment.commits > 0) {
      this.#options.queue.add(sealed);
      this.#closing = Promise.all([this.#closing, closed]).then(() => {});
      return;
    }
    const removed = closed
      .then(() => deleteSegment(sealed, () => {}))
      .catch(() => {
        // An empty segment left behind is removed at the next start.
      });
    this.#closing = Promise.all([this.#closing, removed]).then(() => {});
  }
}
