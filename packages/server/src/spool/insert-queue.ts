import type { Clock } from "../model/clock.ts";
import { asSightglassError, type SightglassError } from "../model/errors.ts";
import type { SealedSegment } from "./segment.ts";

export interface InsertQueueOptions {
  clock: Clock;
  /** How often a segment may be refused for its content before it is set aside. */
  insertAttemptsMax: number;
  insert: (segment: SealedSegment) => Promise<void>;
  /** The rows are in the store: forget the files. */
  remove: (segment: SealedSegment) => Promise<void>;
  quarantine: (segment: SealedSegment, reason: SightglassError) => Promise<void>;
  /** The rows are queryable. */
  onStored: (segment: SealedSegment, tookMs: number) => void;
  /** Nothing is left to insert. */
  onIdle: () => void;
  onFailure: (failure: { segment: SealedSegment; error: SightglassError; attempt: number }) => void;
}

const retryDelayMsMin = 100;
const retryDelayMsMax = 5_000;

/** Segments in the store whose files may still be there: after a crash each costs one insert that does nothing. */
const storedMax = 2;

/**
 * Takes one table's sealed segments to the store, in order; the files of one are removed while the next is inserted. An
 * error of the store or the disk is tried again for ever; a refusal of the content a few times, then the segment is set
 * aside so that the rest can go on.
 */
export class InsertQueue {
  readonly #options: InsertQueueOptions;
  /** In order; those in the store are first, and gone once their files are. */
  readonly #segments: SealedSegment[] = [];
  #storedCount = 0;
  #isInserting = false;
  #isRemoving = false;
  #isStopped = false;
  #insertError: SightglassError | undefined;
  #removeError: SightglassError | undefined;
  #inserting: Promise<void> = Promise.resolve();
  #removing: Promise<void> = Promise.resolve();
  #exclusive: Promise<unknown> = Promise.resolve();
  readonly #pauses = new Set<() => void>();

  constructor(options: InsertQueueOptions) {
    this.#options = options;
  }

  /** Why the first segment is not done with yet; undefined while all goes well. */
  get lastError(): SightglassError | undefined {
    return this.#insertError ?? this.#removeError;
  }
  /** Nothing waits to be inserted. */
  get isIdle(): boolean {
    return this.#segments.length === this.#storedCount;
  }
  get segments(): readonly SealedSegment[] {
    return this.#segments;
  }
  /** Rows here that are not in the store. */
  get rows(): number {
    return this.#segments.slice(this.#storedCount).reduce((sum, { rows }) => sum + rows, 0);
  }

  /** Of the segment that is being inserted, or is next. */
  get insertingRows(): number {
    return this.#segments[this.#storedCount]?.rows ?? 0;
  }

  /** Behind the segment that is being inserted. */
  get waitingBytes(): number {
    return this.#segments.slice(this.#storedCount + 1).reduce((sum, { bytes }) => sum + bytes, 0);
  }

  add(segment: SealedSegment): void {
    this.#segments.push(segment);
    if (this.#isInserting || this.#isStopped) return;
    this.#isInserting = true;
    this.#inserting = this.#insertAll();
  }

  /** Runs `read` while no segment is on its way: its rows are then either here or in the store. */
  between<T>(read: () => Promise<T>): Promise<T> {
    return this.#alone(read);
  }

  /** Resolves when all is stored, or after `timeoutMs`. Then nothing new is started, and what runs has ended. */
  async stop({ timeoutMs }: { timeoutMs: number }): Promise<void> {
    let cancel = (): void => {};
    const timeout = new Promise<void>((resolve) => {
      cancel = this.#options.clock.after(timeoutMs, resolve);
    });
    await Promise.race([this.#settled(), timeout]);
    cancel();
    this.#isStopped = true;
    for (const wake of this.#pauses) wake();
    await this.#settled();
  }

  async #settled(): Promise<void> {
    await this.#inserting;
    await this.#removing;
  }

  async #insertAll(): Promise<void> {
    for (let failures = 0; !this.#isStopped;) {
      if (this.#storedCount >= storedMax) {
        await this.#removing;
        continue;
      }
      const segment = this.#segments[this.#storedCount];
      if (segment === undefined) break;
      const error = await this.#alone(() => this.#insert(segment, failures + 1));
      this.#insertError = error;
      failures = error === undefined ? 0 : failures + 1;
      if (error !== undefined) await this.#pause(failures);
    }
    this.#isInserting = false;
    if (!this.#isStopped) this.#options.onIdle();
  }

  /** Takes the first segment that is not stored one step on; undefined when it is stored or set aside. */
  async #insert(segment: SealedSegment, attempt: number): Promise<SightglassError | undefined> {
    const beganMs = this.#options.clock.monotonicMs();
    try {
      await this.#options.insert(segment);
    } catch (thrown) {
      const error = asSightglassError(thrown);
      this.#insertError = error;
      this.#options.onFailure({ segment, error, attempt });
      if (error.code !== "invalid_argument" || attempt < this.#options.insertAttemptsMax) return error;
      return this.#setAside(segment, error);
    }
    this.#storedCount += 1;
    this.#options.onStored(segment, this.#options.clock.monotonicMs() - beganMs);
    if (!this.#isRemoving) {
      this.#isRemoving = true;
      this.#removing = this.#removeAll();
    }
    return undefined;
  }

  async #setAside(segment: SealedSegment, reason: SightglassError): Promise<SightglassError | undefined> {
    try {
      await this.#options.quarantine(segment, reason);
    } catch (thrown) {
      return asSightglassError(thrown);
    }
    this.#segments.splice(this.#segments.indexOf(segment), 1);
    return undefined;
  }

  async #removeAll(): Promise<void> {
    for (let failures = 0; this.#storedCount > 0 && !this.#isStopped;) {
      const [segment] = this.#segments as [SealedSegment];
      try {
        await this.#options.remove(segment);
        this.#segments.shift();
        this.#storedCount -= 1;
        this.#removeError = undefined;
        failures = 0;
      } catch (thrown) {
        failures += 1;
        this.#removeError = asSightglassError(thrown);
        this.#options.onFailure({ segment, error: this.#removeError, attempt: failures });
        await this.#pause(failures);
      }
    }
    this.#isRemoving = false;
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#exclusive.then(work);
    this.#exclusive = result.catch(() => {});
    return result;
  }

  /** Longer from failure to failure; `stop` ends it. */
  async #pause(failures: number): Promise<void> {
    if (this.#isStopped) return;
    const delayMs = Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** Math.min(failures - 1, 16));
    await new Promise<void>((resolve) => {
      const wake = () => {
        cancel();
        this.#pauses.delete(wake);
        resolve();
      };
      const cancel = this.#options.clock.after(delayMs, wake);
      this.#pauses.add(wake);
    });
  }
}
