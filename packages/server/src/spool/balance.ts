import type { Clock } from "../model/clock.ts";
import type { LedgerCounts } from "./ledger.ts";

/** The receiver's and the spool's side of the ledger at one moment. */
export interface SpoolSide {
  received: number;
  refused: number;
  spooled: number;
  /** Rows of the segment that is next in the store; part of `spooled`. */
  inserting: number;
}

/** Asks the store what it has ever held of the table. */
export type ReadStored = () => Promise<number>;

export interface BalanceOptions {
  clock: Clock;
  readStored: ReadStored;
  spoolSide: () => SpoolSide;
  /** Runs `read` while no segment is on its way. */
  between: <T>(read: () => Promise<T>) => Promise<T>;
}

/** How long a reader of the ledger waits for the store. */
const waitMs = 2_000;

/**
 * One table's line of the ledger, as counts that belong together.
 *
 * The store is asked while it takes segments. A segment is in it as a whole or not at all, so its answer differs from what it
 * had confirmed by the segment on its way, or by those that were confirmed since it answered. Any other answer is not
 * explained away: the store is asked once more, between two inserts, and what it says then is what counts.
 */
export class Balance {
  readonly #options: BalanceOptions;
  /** Rows in the store as far as is known: its last answer between two inserts, and what it confirmed since. */
  #known: number | undefined;
  /** Rows of each segment that was confirmed since the store was asked; undefined while it is not. */
  #confirmed: number[] | undefined;
  #last: LedgerCounts | undefined;
  #reading: Promise<LedgerCounts> | undefined;

  constructor(options: BalanceOptions) {
    this.#options = options;
  }

  /** The store has taken a segment. */
  confirm(rows: number): void {
    if (this.#known !== undefined) this.#known += rows;
    this.#confirmed?.push(rows);
  }

  /**
   * The counts now, or, while the store does not answer in time, as they were before.
   * @param readStored asks the store in this same turn, for several tables at once
   * @throws the store's error, as long as it has never answered
   */
  async read(readStored: ReadStored): Promise<LedgerCounts> {
    this.#reading ??= this.#read(readStored).finally(() => (this.#reading = undefined));
    const last = this.#last;
    if (last === undefined) return this.#reading;
    let cancel = (): void => {};
    const late = new Promise<LedgerCounts>((resolve) => {
      cancel = this.#options.clock.after(waitMs, () => resolve(last));
    });
    return Promise.race([this.#reading, late]).finally(() => cancel());
  }

  async #read(readStored: ReadStored): Promise<LedgerCounts> {
    this.#last = (await this.#besideInserts(readStored)) ?? (await this.#options.between(() => this.#betweenInserts()));
    return this.#last;
  }

  /** Undefined when the inserts do not explain what the store says. */
  async #besideInserts(readStored: ReadStored): Promise<LedgerCounts | undefined> {
    if (this.#known === undefined) return undefined;
    const confirmed: number[] = [];
    this.#confirmed = confirmed;
    const stored = await this.#stored(readStored).finally(() => (this.#confirmed = undefined));
    const { inserting, ...counts } = this.#options.spoolSide();
    const ahead = stored - this.#known;
    let sinceRows = 0;
    const behind = confirmed.toReversed().map((rows) => (sinceRows += rows));
    if (ahead !== 0 && ahead !== inserting && !behind.includes(-ahead)) return undefined;
    return { ...counts, spooled: counts.spooled - ahead, stored };
  }

  async #betweenInserts(): Promise<LedgerCounts> {
    const stored = await this.#stored(this.#options.readStored);
    this.#known = stored;
    const { received, refused, spooled } = this.#options.spoolSide();
    return { received, refused, spooled, stored };
  }

  /** What the store says; while it does not answer, what is known. */
  async #stored(readStored: ReadStored): Promise<number> {
    try {
      return await readStored();
    } catch (cause) {
      if (this.#known === undefined) throw cause;
      return this.#known;
    }
  }
}
