import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
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

const fileName = "checkpoint.json";

/** Undefined in a new folder. @throws SyntaxError when the file is not whole, which its way of writing rules out */
export async function readCheckpoint(dir: string): Promise<Checkpoint | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, fileName), "utf8")) as Checkpoint;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw cause;
  }
}

/** Replaces the file in one step; durable when it resolves. */
export async function writeCheckpoint(dir: string, checkpoint: Checkpoint): Promise<void> {
  const path = join(dir, fileName);
  const draft = `${path}.new`;
  const handle = await open(draft, "w");
  try {
    await handle.writeFile(`${JSON.stringify(checkpoint)}\n`);
    await handle.datasync();
  } finally {
    await handle.close();
  }
  await rename(draft, path);
  await syncFolder(dir);
}
