import { open, rename, unlink, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { type Context, diag, type Link, ROOT_CONTEXT } from "@opentelemetry/api";
import { newRunId } from "../random.ts";
import { safely } from "../safely.ts";
import { activeFields, contextOf } from "./fields.ts";
import { membersOf } from "./members.ts";
import { linksOf } from "./reader.ts";

/** What is longer is no sidecar of ours. */
const sidecarBytesMax = 16_384;

/**
 * A file beside the file: `_orders.parquet.trace.json` for `orders.parquet`. Spark, Hive and their kin take no file whose name
 * begins with an underscore for data.
 */
export const sidecar = {
  /** Where the trace of the file `path` is. */
  path: (path: string): string => join(dirname(path), `_${basename(path)}.trace.json`),

  /** Writes the trace of what is active beside `path`; nothing when nothing is. Never rejects. */
  async inject(this: void, path: string): Promise<void> {
    const fields = activeFields();
    if (Object.keys(fields).length === 0) return;
    try {
      await writeWhole(sidecar.path(path), `${JSON.stringify(fields)}\n`);
    } catch (thrown) {
      safely(() => diag.warn(`sightglass: the sidecar of ${path} cannot be written`, thrown), undefined);
    }
  },

  /** The trace beside `path`; the root context when there is none, or none that can be read. Never rejects. */
  async extract(this: void, path: string): Promise<Context> {
    const fields = membersOf(await read(path));
    return contextOf((field) => fields[field]);
  },

  /** One link to each producer of a batch of files, with the rows that came from it (`rowsOf` each; default 1). */
  async links(this: void, paths: Iterable<string>, rowsOf: (path: string) => number = () => 1): Promise<Link[]> {
    const contexts = new Map<string, Context>();
    for (const path of safely(() => [...paths], [])) contexts.set(path, await sidecar.extract(path));
    return safely(() => linksOf(contexts.keys(), (path) => contexts.get(path) ?? ROOT_CONTEXT, rowsOf), []);
  },
};

/** Two writers of one name are not in each other's way, in whatever threads and processes they are. */
async function writeWhole(target: string, content: string): Promise<void> {
  const unfinished = `${target}.${newRunId()}.tmp`;
  try {
    await writeFile(unfinished, content);
    await rename(unfinished, target);
  } catch (thrown) {
    await unlink(unfinished).catch(() => {});
    throw thrown;
  }
}

async function read(path: string): Promise<string | undefined> {
  try {
    const file = await open(sidecar.path(path));
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(sidecarBytesMax + 1));
      return bytesRead > sidecarBytesMax ? undefined : buffer.toString("utf8", 0, bytesRead);
    } finally {
      await file.close();
    }
  } catch {
    return undefined;
  }
}
