import type { Checkpoint, TableTotals } from "./checkpoint.ts";

export interface LedgerCounts {
  received: number;
  refused: number;
  spooled: number;
  stored: number;
}

/** The ledger of two tables that are shown as one signal. */
export function addCounts(a: LedgerCounts, b: LedgerCounts): LedgerCounts {
  return {
    received: a.received + b.received,
    refused: a.refused + b.refused,
    spooled: a.spooled + b.spooled,
    stored: a.stored + b.stored,
  };
}

/**
 * The receiver's side of `received = stored + refused + spooled`, in items since the data folder was made.
 *
 * `accepted` counts what decoders said they accepted, at the moment it is acknowledged. The store counts what it holds,
 * in its own table; the spool counts the rows in its files. None is derived from another, so a loss or a double shows.
 */
export class Ledger {
  readonly #spoolId: string;
  readonly #tables = new Map<string, TableTotals>();
  /** What the checkpoint on disk says. */
  #durable: Checkpoint;
  readonly #write: (checkpoint: Checkpoint) => Promise<void>;
  #writing: Promise<void> = Promise.resolve();

  constructor(checkpoint: Checkpoint, write: (checkpoint: Checkpoint) => Promise<void>) {
    this.#spoolId = checkpoint.spoolId;
    for (const [table, totals] of Object.entries(checkpoint.tables)) this.#tables.set(table, { ...totals });
    this.#durable = checkpoint;
    this.#write = write;
  }

  totals(table: string): Readonly<TableTotals> {
    return this.#of(table);
  }

  accept(table: string, items: number): void {
    this.#of(table).accepted += items;
  }

  refuse(table: string, items: number): void {
    this.#of(table).refused += items;
  }

  /** A commit found on disk says that this many had been accepted. */
  recover(table: string, acceptedTotal: number): void {
    const totals = this.#of(table);
    totals.accepted = Math.max(totals.accepted, acceptedTotal);
  }

  /** Before the commit log that carries `acceptedTotal` is deleted, the checkpoint must carry it. */
  async keep(table: string, acceptedTotal: number): Promise<void> {
    if ((this.#durable.tables[table]?.accepted ?? 0) >= acceptedTotal) return;
    await this.save();
  }

  async saveIfChanged(): Promise<void> {
    const isSaved = [...this.#tables].every(([table, { accepted, refused }]) => {
      const durable = this.#durable.tables[table];
      return durable?.accepted === accepted && durable.refused === refused;
    });
    if (!isSaved) await this.save();
  }

  /** One write at a time, in order: an older state must not replace a newer one. */
  save(): Promise<void> {
    const next = this.#writing
      .catch(() => {})
      .then(async () => {
        const checkpoint: Checkpoint = {
          spoolId: this.#spoolId,
          tables: Object.fromEntries([...this.#tables].map(([table, totals]) => [table, { ...totals }])),
        };
        await this.#write(checkpoint);
        this.#durable = checkpoint;
      });
    this.#writing = next;
    return next;
  }

  #of(table: string): TableTotals {
    let totals = this.#tables.get(table);
    if (totals === undefined) {
      totals = { accepted: 0, refused: 0 };
      this.#tables.set(table, totals);
    }
    return totals;
  }
}
