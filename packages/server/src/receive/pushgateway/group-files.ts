import { createHash } from "node:crypto";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import type { ExposedExemplar, ExposedLabel, MetricType } from "../../decode/exposition/exposition.ts";
import { groupKey, pushedSample, type PushGroup } from "./group.ts";
import type { Grouping } from "./grouping.ts";

/** A group on disk. Numbers are texts, since JSON knows no NaN. */
interface GroupFile {
  readonly grouping: Grouping;
  readonly pushedAtMs: number;
  readonly failedAtMs: number;
  readonly families: readonly {
    readonly name: string;
    readonly type: MetricType;
    readonly help: string;
    readonly unit: string;
    readonly pushedAtMs: number;
    readonly samples: readonly {
      readonly labels: readonly ExposedLabel[];
      readonly value: string;
      readonly startTimeMs?: number | undefined;
      readonly histogram?: string | undefined;
      readonly exemplars?: readonly ExposedExemplar[] | undefined;
    }[];
  }[];
}

/** The groups as files of a folder, one for each, so that a push writes no more than its group. */
export class GroupFiles {
  private readonly folder: string;
  /** Writes to one file go one after the other. */
  private readonly writing = new Map<string, Promise<void>>();

  constructor(folder: string) {
    this.folder = folder;
  }

  /** @param onFault told of a file that cannot be read; it is left where it is */
  async load(onFault: (error: Error) => void): Promise<PushGroup[]> {
    await mkdir(this.folder, { recursive: true });
    const groups: PushGroup[] = [];
    for (const name of await readdir(this.folder)) {
      const path = join(this.folder, name);
      if (!name.endsWith(".json")) continue;
      try {
        groups.push(fromFile(JSON.parse(await readFile(path, "utf8")) as GroupFile));
      } catch (cause) {
        onFault(new Error(`${path}: ${(cause as Error).message}`, { cause }));
      }
    }
    return groups;
  }

  /** Resolves when the group is on disk, or, without one, when its file is gone. */
  save(key: string, group: PushGroup | undefined): Promise<void> {
    const path = join(this.folder, `${createHash("sha256").update(key).digest("hex")}.json`);
    const before = this.writing.get(key) ?? Promise.resolve();
    const write = before
      .catch(() => {})
      .then(() => (group === undefined ? rm(path, { force: true }) : replaceFile(path, JSON.stringify(toFile(group)))));
    this.writing.set(key, write);
    const forget = () => {
      if (this.writing.get(key) === write) this.writing.delete(key);
    };
    return write.finally(forget);
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  const file = await open(temporary, "w");
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

function toFile({ grouping, pushedAtMs, failedAtMs, families }: PushGroup): GroupFile {
  return {
    grouping,
    pushedAtMs,
    failedAtMs,
    families: [...families.values()].map((family) => ({
      ...family,
      samples: family.samples.map(({ labels, value, startTimeMs, histogram, exemplars }) => ({
        labels,
        value: String(value),
        startTimeMs,
        histogram: histogram && Buffer.from(histogram).toString("base64"),
        exemplars,
      })),
    })),
  };
}

function fromFile({ grouping, pushedAtMs, failedAtMs, families }: GroupFile): PushGroup {
  const read = families.map((family) => ({
    ...family,
    samples: family.samples.map(({ value, histogram, ...rest }) =>
      pushedSample({
        ...rest,
        value: Number(value),
        histogram: histogram ? Buffer.from(histogram, "base64") : undefined,
      }),
    ),
  }));
  return {
    key: groupKey(grouping),
    grouping,
    pushedAtMs,
    failedAtMs,
    families: new Map(read.map((family) => [family.name, family])),
  };
}
