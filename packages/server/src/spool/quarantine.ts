import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { listSegments, readCommitLog, tableOf } from "./recover.ts";
import { segmentPaths, syncFolder, type SealedSegment } from "./segment.ts";

/** Segments set aside: the engine refuses their content, or their files are damaged. Nothing here is deleted by the server. */
export class Quarantine {
  readonly #dir: string;
  readonly #rows = new Map<string, number>();
  #segments = 0;

  private constructor(dir: string) {
    this.#dir = dir;
  }

  static async open(dir: string): Promise<Quarantine> {
    await mkdir(dir, { recursive: true });
    const quarantine = new Quarantine(dir);
    for (const name of await listSegments(dir)) {
      const records = await readCommitLog(segmentPaths(dir, name).logPath);
      quarantine.#count(
        tableOf(name),
        records.reduce((sum, record) => sum + (record?.rows ?? 0), 0),
      );
    }
    return quarantine;
  }

  get segments(): number {
    return this.#segments;
  }

  /** Items of the table that lie here: acknowledged, on disk, not queryable. */
  rows(table: string): number {
    return this.#rows.get(table) ?? 0;
  }

  /**
   * Moves the segment's files here, with a text that says why. The log moves last: while it is in the spool, a restart
   * finds the segment damaged (its data is gone) and moves the rest.
   */
  async take(segment: SealedSegment, reason: string): Promise<void> {
    const target = segmentPaths(this.#dir, segment.name);
    await writeFile(join(this.#dir, `${segment.name}.reason.txt`), `${reason}\n`);
    await moveIfThere(segment.dataPath, target.dataPath);
    await syncFolder(this.#dir);
    await moveIfThere(segment.logPath, target.logPath);
    await syncFolder(this.#dir);
    this.#count(segment.table, segment.rows);
  }

  #count(table: string, rows: number): void {
    this.#segments += 1;
    this.#rows.set(table, this.rows(table) + rows);
  }
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") throw cause;
  }
}
