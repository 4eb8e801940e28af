import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";
import { Balance } from "./balance.ts";
import type { Block } from "./block.ts";
import { CheckpointFile } from "./checkpoint.ts";
import { InsertQueue } from "./insert-queue.ts";
import { Ledger, type LedgerCounts } from "./ledger.ts";
import { Pace } from "./pace.ts";
import { settingsWith, type OpenSpoolOptions, type SpoolSettings, type SpoolStatus, type Spools } from "./options.ts";
import { Quarantine } from "./quarantine.ts";
import { listSegments, recoverSegment } from "./recover.ts";
import { Room } from "./room.ts";
import { deleteSegment, type SealedSegment } from "./segment.ts";
import { Spool } from "./spool.ts";
import type { StepHook } from "./steps.ts";

const checkpointIntervalMs = 1_000;
const stopTimeoutMs = 10_000;

/**
 * Opens the spool of a data folder: recovers what an earlier process left, hands it to the store, and accepts.
 * @throws SightglassError spool_unwritable when the folder cannot be read or written
 */
export async function openSpool<Blocks extends Record<string, Block>>(
  options: OpenSpoolOptions<Blocks>,
): Promise<Spools<Blocks>> {
  try {
    const folder = await SpoolFolder.open(options);
    await folder.start();
    return folder;
  } catch (cause) {
    if (cause instanceof SightglassError) throw cause;
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new SightglassError("spool_unwritable", `the spool in ${options.dataDir} does not open: ${message}`, {
      cause,
      hint: "make the data folder writable for this user, or choose another with --data",
    });
  }
}

type OnStored = (segment: SealedSegment, tookMs: number) => void;

/** What the folder needs of each table's spool, whatever its block. */
type AnySpool = Pick<Spool<Block>, "table" | "flush" | "repair" | "openRows" | "openSegments" | "oldestCommittedAtMs">;

class SpoolFolder<Blocks extends Record<string, Block>> implements Spools<Blocks> {
  readonly tables: { readonly [Table in keyof Blocks]: Spool<Blocks[Table]> };
  readonly #options: OpenSpoolOptions<Blocks>;
  readonly #settings: SpoolSettings;
  readonly #dir: string;
  readonly #spoolId: string;
  readonly #ledger: Ledger;
  readonly #quarantine: Quarantine;
  readonly #room: Room;
  readonly #queues = new Map<string, InsertQueue>();
  readonly #balances: ReadonlyMap<string, Balance>;
  #cancelCheckpoint: (() => void) | undefined;

  private constructor(
    options: OpenSpoolOptions<Blocks>,
    parts: { dir: string; spoolId: string; ledger: Ledger; quarantine: Quarantine },
  ) {
    this.#options = options;
    this.#settings = settingsWith(options.settings ?? {});
    this.#dir = parts.dir;
    this.#spoolId = parts.spoolId;
    this.#ledger = parts.ledger;
    this.#quarantine = parts.quarantine;
    this.#room = new Room({
      dir: parts.dir,
      clock: options.clock,
      spoolBytesMax: this.#settings.spoolBytesMax,
      diskFreeBytesMin: this.#settings.diskFreeBytesMin,
      repair: () => this.#repair(),
      onChange: (state, reason) => options.log?.({ type: "state", state, reason }),
    });
    const nextName = segmentNames(options);
    this.tables = Object.fromEntries(
      Object.entries(options.newBlock).map(([table, newBlock]) => [table, this.#spool(table, newBlock, nextName)]),
    ) as { [Table in keyof Blocks]: Spool<Blocks[Table]> };
    this.#balances = new Map(this.#spools.map((spool) => [spool.table, this.#balance(spool)]));
  }

  static async open<Blocks extends Record<string, Block>>(
    options: OpenSpoolOptions<Blocks>,
  ): Promise<SpoolFolder<Blocks>> {
    const dir = join(options.dataDir, "spool");
    await mkdir(dir, { recursive: true });
    const quarantine = await Quarantine.open(join(options.dataDir, "quarantine"));
    const { file, found } = await CheckpointFile.open(dir);
    const checkpoint = found ?? { spoolId: options.randomHex(8), tables: {} };
    const ledger = new Ledger(checkpoint, (next) => file.write(next));
    // The id must be on disk before the first token that carries it.
    if (found === undefined) await ledger.save();
    return new SpoolFolder(options, { dir, spoolId: checkpoint.spoolId, ledger, quarantine });
  }

  async start(): Promise<void> {
    const left: SealedSegment[] = [];
    for (const name of await listSegments(this.#dir)) {
      const recovered = await recoverSegment(this.#dir, name);
      if (recovered.kind === "empty") continue;
      this.#ledger.recover(recovered.segment.table, recovered.segment.acceptedTotal);
      if (recovered.kind === "damaged") {
        await this.#setAside(recovered.segment, recovered.reason);
        continue;
      }
      if (recovered.bytesCut > 0) this.#options.log?.({ type: "torn", segment: name, bytesCut: recovered.bytesCut });
      left.push(recovered.segment);
    }
    if (left.length > 0) {
      const rows = left.reduce((sum, segment) => sum + segment.rows, 0);
      this.#options.log?.({ type: "recovered", segments: left.length, rows });
    }
    for (const segment of left) {
      this.#room.add(segment.bytes);
      this.#queue(segment.table).add(segment);
    }
    await this.#room.start();
    this.#scheduleCheckpoint();
  }

  status(): SpoolStatus {
    const spools = this.#spools;
    const queued = [...this.#queues.values()].flatMap((queue) => [...queue.segments]);
    const committedAt = [
      ...queued.map((segment) => segment.firstCommittedAtMs),
      ...spools.flatMap((spool) => spool.oldestCommittedAtMs ?? []),
    ];
    const lastError = [...this.#queues.values()].find((queue) => queue.lastError !== undefined)?.lastError;
    return {
      bytes: this.#room.bytes,
      bytesMax: this.#settings.spoolBytesMax,
      segments: queued.length + spools.reduce((sum, spool) => sum + spool.openSegments, 0),
      lagMs: committedAt.length === 0 ? 0 : Math.max(0, this.#options.clock.nowMs() - Math.min(...committedAt)),
      quarantined: this.#quarantine.segments,
      state: this.#room.state,
      diskFreeBytes: this.#room.diskFreeBytes,
      lastError: lastError?.message ?? null,
    };
  }

  async ledger(): Promise<{ [Table in keyof Blocks]: LedgerCounts }> {
    let asked: Promise<Readonly<Record<string, number>>> | undefined;
    const readStored = (table: string) => async () => (await (asked ??= this.#options.storedCounts()))[table] ?? 0;
    const entries = [...this.#balances].map(
      async ([table, balance]) => [table, await balance.read(readStored(table))] as const,
    );
    return Object.fromEntries(await Promise.all(entries)) as { [Table in keyof Blocks]: LedgerCounts };
  }

  async stop({ timeoutMs = stopTimeoutMs }: { timeoutMs?: number } = {}): Promise<void> {
    // The clock's timers let the process end; this work must not be cut short by that.
    const keepAlive = setInterval(() => {}, checkpointIntervalMs);
    try {
      this.#room.drain();
      this.#cancelCheckpoint?.();
      await Promise.all(this.#spools.map((spool) => spool.flush()));
      await Promise.all([...this.#queues.values()].map((queue) => queue.stop({ timeoutMs })));
      await this.#room.stop();
      await this.#checkpoint();
    } finally {
      clearInterval(keepAlive);
    }
  }

  #balance(spool: AnySpool): Balance {
    const { table } = spool;
    const queue = this.#queue(table);
    return new Balance({
      clock: this.#options.clock,
      readStored: async () => (await this.#options.storedCounts())[table] ?? 0,
      spoolSide: () => {
        const { accepted, refused } = this.#ledger.totals(table);
        const spooled = spool.openRows + queue.rows + this.#quarantine.rows(table);
        return { received: accepted + refused, refused, spooled, inserting: queue.insertingRows };
      },
      between: (read) => queue.between(read),
    });
  }

  #spool<B extends Block>(table: string, newBlock: () => B, nextName: (table: string) => string): Spool<B> {
    const pace = new Pace({ clock: this.#options.clock, limits: this.#settings });
    const queue = this.#queue(table, {
      onStored: ({ bytes }, tookMs) => pace.inserted(bytes, tookMs),
      onMoved: () => spool.storeMoved(),
    });
    const spool = new Spool<B>({
      dir: this.#dir,
      table,
      clock: this.#options.clock,
      limits: this.#settings,
      room: this.#room,
      ledger: this.#ledger,
      queue,
      pace,
      newBlock,
      nextName: () => nextName(table),
      at: this.#at,
    });
    return spool;
  }

  get #spools(): AnySpool[] {
    return Object.values<AnySpool>(this.tables);
  }

  get #at(): StepHook {
    return this.#options.at ?? (() => {});
  }

  /** A table's queue; a table that an earlier version spooled has one too, though nothing new comes. */
  #queue(table: string, spool?: { onStored: OnStored; onMoved: () => void }): InsertQueue {
    const existing = this.#queues.get(table);
    if (existing !== undefined) return existing;
    const queue = new InsertQueue({
      clock: this.#options.clock,
      insertAttemptsMax: this.#settings.insertAttemptsMax,
      insert: async (segment) => {
        this.#at("insert");
        const token = `${this.#spoolId}-${segment.name}`;
        await this.#options.insert({ table: segment.table, path: segment.dataPath, token });
        this.#at("inserted");
      },
      remove: (segment) => this.#remove(segment),
      quarantine: (segment, reason) => this.#setAside(segment, reason.message, { isSpooled: true }),
      onStored: (segment, tookMs) => {
        this.#balances.get(segment.table)?.confirm(segment.rows);
        this.#options.onStored?.(segment.table, segment.rows);
        spool?.onStored(segment, tookMs);
      },
      onIdle: () => spool?.onMoved(),
      onFailure: ({ segment, error, attempt }) => {
        this.#options.log?.({ type: "insert-failed", segment: segment.name, attempt, error });
        spool?.onMoved();
      },
    });
    this.#queues.set(table, queue);
    return queue;
  }

  async #remove(segment: SealedSegment): Promise<void> {
    this.#at("checkpoint");
    await this.#ledger.keep(segment.table, segment.acceptedTotal);
    await deleteSegment(segment, this.#at);
    this.#at("deleted");
    this.#room.remove(segment.bytes);
  }

  async #setAside(segment: SealedSegment, reason: string, { isSpooled = false } = {}): Promise<void> {
    await this.#ledger.keep(segment.table, segment.acceptedTotal);
    await this.#quarantine.take(segment, reason);
    if (isSpooled) this.#room.remove(segment.bytes);
    this.#options.log?.({ type: "quarantined", segment: segment.name, rows: segment.rows, reason });
  }

  async #repair(): Promise<void> {
    for (const spool of this.#spools) await spool.repair();
  }

  #scheduleCheckpoint(): void {
    this.#cancelCheckpoint = this.#options.clock.after(checkpointIntervalMs, () => {
      void this.#checkpoint().then(() => {
        if (this.#room.state !== "draining") this.#scheduleCheckpoint();
      });
    });
  }

  /** Best effort: a crash loses at most the refusals of the last second, in `received` and `refused` alike. */
  async #checkpoint(): Promise<void> {
    try {
      await this.#ledger.saveIfChanged();
    } catch (error) {
      this.#options.log?.({ type: "checkpoint-failed", error });
    }
  }
}

/** `<table>-<when the process began>-<random>-<number>`: sorted by age, and never the same again, whatever was lost. */
function segmentNames({
  clock,
  randomHex,
}: {
  clock: Clock;
  randomHex: (bytes: number) => string;
}): (table: string) => string {
  const began = `${String(clock.nowMs()).padStart(14, "0")}-${randomHex(4)}`;
  let count = 0;
  return (table) => `${table}-${began}-${String((count += 1)).padStart(8, "0")}`;
}
