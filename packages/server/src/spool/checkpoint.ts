import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { syncFolder } from "./segment.ts";

/** What the ledger must not forget, for one table. */
export interface TableTotals {
  /** Items acknowledged since the data folder was made. */
  accepted: number;
  /** Items refused one by one, or in a commit that failed. */
  refused: number;
}

export interface Checkpoint {
  /** Part of every deduplication token: two data folders may feed one cluster. */
  spoolId: string;
  tables: Record<string, TableTotals>;
}

const fileName = "checkpoint";
/** Two slots, written in turn and in place: a torn write leaves the other, and a full disk can still be written. */
const slotBytes = 4096;

interface Slot extends Checkpoint {
  /** Counts the writes; the higher slot is the newer. */
  generation: number;
}

/** The checkpoint of a spool folder. A slot holds the checksum of its JSON, the JSON and a line end; the rest is blank. */
export class CheckpointFile {
  readonly #path: string;
  #generation = 0;

  private constructor(path: string) {
    this.#path = path;
  }

  /** Undefined in a new folder. @throws Error when neither slot is whole, which a crash cannot do */
  static async open(dir: string): Promise<{ file: CheckpointFile; found: Checkpoint | undefined }> {
    const file = new CheckpointFile(join(dir, fileName));
    return { file, found: await file.#read() };
  }

  /** Durable when it resolves. Not to be called again before. */
  async write(checkpoint: Checkpoint): Promise<void> {
    const generation = this.#generation + 1;
    const json = JSON.stringify({ generation, ...checkpoint } satisfies Slot);
    const slot = Buffer.alloc(slotBytes, " ");
    if (slot.write(`${checksum(json)} ${json}\n`) >= slotBytes) throw new RangeError("the checkpoint is too large");
    const handle = await open(this.#path, "r+");
    try {
      await handle.write(slot, 0, slotBytes, (generation % 2) * slotBytes);
      await handle.datasync();
    } finally {
      await handle.close();
    }
    this.#generation = generation;
  }

  async #read(): Promise<Checkpoint | undefined> {
    const bytes = await this.#readOrMake();
    if (bytes.every((byte) => byte === blank)) return undefined;
    const slots = [bytes.subarray(0, slotBytes), bytes.subarray(slotBytes)].flatMap((slot) => parseSlot(slot) ?? []);
    const newest = slots.sort((a, b) => b.generation - a.generation)[0];
    if (newest === undefined) throw new Error(`${this.#path} is damaged: neither of its two slots is whole`);
    this.#generation = newest.generation;
    return { spoolId: newest.spoolId, tables: newest.tables };
  }

  async #readOrMake(): Promise<Buffer> {
    try {
      const bytes = await readFile(this.#path);
      if (bytes.length === 2 * slotBytes) return bytes;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
    }
    // Made whole before the first write counts, so that later writes need no more room.
    const empty = Buffer.alloc(2 * slotBytes, blank);
    const handle = await open(this.#path, "w");
    try {
      await handle.writeFile(empty);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await syncFolder(join(this.#path, ".."));
    return empty;
  }
}

const blank = 0x20;

function parseSlot(bytes: Buffer): Slot | undefined {
  const line = bytes.toString("utf8").split("\n", 1)[0] ?? "";
  const json = line.slice(9);
  return line.slice(0, 8) === checksum(json) && line[8] === " " ? (JSON.parse(json) as Slot) : undefined;
}

function checksum(json: string): string {
  return crc32(json).toString(16).padStart(8, "0");
}
