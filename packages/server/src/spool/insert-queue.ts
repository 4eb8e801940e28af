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
  onStored: (segment: SealedSegment) => void;
  /** The queue has become empty. */
  onIdle: () => void;
  onFailure: (failure: { segment: SealedSegment; error: SightglassError; attempt: number }) => void;
}

const retryDelayMsMin = 100;
const retryDelayMsMax = 5_000;

/**
 * Takes one table's sealed segments to the store, in order. An error of the store is tried again for ever; a refusal of
 * the content a few times, then the segment is set aside so that the rest can go on.
 */
export class InsertQueue {
  readonly #options: InsertQueueOptions;
  readonly #segments: SealedSegment[] = [];
  /** Names of segments that are in the store but whose files could not be removed yet. */
  readonly #stored = new Set<string>();
  #isRunning = false;
  #isStopped = false;
  #lastError: SightglassError | undefined;
  #running: Promise<void> = Promise.resolve();
  #exclusive: Promise<unknown> = Promise.resolve();
  #wake: (() => void) | undefined;

  constructor(options: InsertQueueOptions) {
    this.#options = options;
  }

  /** Why the first segment is not stored yet; undefined while inserts succeed. */
  get lastError(): SightglassError | undefined {
    return this.#lastError;
  }
  get isIdle(): boolean {
    return this.#segments.length === 0;
  }
  get segments(): readonly SealedSegment[] {
    return this.#segments;
  }
  /** Rows here that are not in the store. */
  get rows(): number {
    return this.#segments.reduce((sum, { name, rows }) => (this.#stored.has(name) ? sum : sum + rows), 0);
  }

  add(segment: SealedSegment): void {
    this.#segments.push(segment);
    if (this.#isRunning || this.#isStopped) return;
    this.#isRunning = true;
    this.#running = this.#run();
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
    await Promise.race([this.#running, timeout]);
    cancel();
    this.#isStopped = true;
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    for (let failures = 0; !this.#isStopped;) {
      const segment = this.#segments[0];
      if (segment === undefined) break;
      const error = await this.#alone(() => this.#store(segment, failures + 1));
      if (error === undefined) {
        failures = 0;
      } else {
        failures += 1;
        await this.#pause(Math.min(retryDelayMsMax, retryDelayMsMin * 2 ** Math.min(failures - 1, 16)));
      }
      this.#lastError = error;
    }
    this.#isRunning = false;
    if (!this.#isStopped) this.#options.onIdle();
  }

  /** Takes the first segment one step on; undefined when it has left the queue. */
  async #store(segment: SealedSegment, attempt: number): Promise<SightglassError | undefined> {
    try {
      if (!this.#stored.has(segment.name)) {
        await this.#options.insert(segment);
        this.#stored.add(segment.name);
        this.#options.onStored(segment);
      }
      await this.#options.remove(segment);
    } catch (thrown) {
      const error = asSightglassError(thrown);
      this.#lastError = error;
      this.#options.onFailure({ segment, error, attempt });
      const isRefused = error.code === "invalid_argument" && attempt >= this.#options.insertAttemptsMax;
      if (!isRefused || !(await this.#setAside(segment, error))) return error;
    }
    this.#segments.shift();
    this.#stored.delete(segment.name);
    return undefined;
  }

  async #setAside(segment: SealedSegment, reason: SightglassError): Promise<boolean> {
    try {
      await this.#options.quarantine(segment, reason);
      return true;
    } catch (thrown) {
      this.#lastError = asSightglassError(thrown);
      return false;
    }
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#exclusive.then(work);
    this.#exclusive = result.catch(() => {});
    return result;
  }

  async #pause(delayMs: number): Promise<void> {
    if (this.#isStopped) return;
    await new Promise<void>((resolve) => {
      const cancel = this.#options.clock.after(delayMs, resolve);
      this.#wake = () => {
        cancel();
        resolve();
      };
    });
    this.#wake = undefined;
  }
}
