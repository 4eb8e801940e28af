import { readFile } from "node:fs/promises";
import type { Clock } from "../../model/clock.ts";
import { every, type Repeated } from "../../model/every.ts";

const mapsPath = "/proc/self/maps";
/** `MADV_DONTNEED` of madvise(2): for a mapped file's clean pages, forget them; what is used again comes from the page cache. */
const madviseDontNeed = 4;
const intervalMs = 10_000;

/** A part of a file that is mapped into the process. */
export interface Mapping {
  start: number;
  length: number;
}

/**
 * The parts of the engine's library that are only ever read: its code, and the constants before it. The linker writes to the
 * others, whose pages must stay.
 * @param maps the text of /proc/PID/maps (proc(5))
 */
export function readOnlyMappings(maps: string, library = "libchdb.so"): Mapping[] {
  return maps.split("\n").flatMap((line) => {
    const match = /^([0-9a-f]+)-([0-9a-f]+) (r-xp|r--p) ([0-9a-f]+) \S+ \d+ +(\S.*)$/.exec(line);
    if (match === null) return [];
    const [, from = "", to = "", access, offset = "", path = ""] = match;
    const isLibrary = path.endsWith(`/${library}`);
    const isConstants = access === "r--p" && Number.parseInt(offset, 16) === 0;
    if (!isLibrary || !(access === "r-xp" || isConstants)) return [];
    const start = Number.parseInt(from, 16);
    return [{ start, length: Number.parseInt(to, 16) - start }];
  });
}

/**
 * Keeps what is resident of the engine's library small. It is a file of 560 MB; what ran once, as at the start, stays mapped:
 * 280 MB, which a server at rest does not use. Every 10 s those pages are left to the system's page cache; taking back the used
 * ones costs about 4 ms.
 *
 * Does nothing where it is not possible: other systems than Linux, and platforms that koffi has no binary for.
 */
export class LibraryPages {
  readonly #clock: Clock;
  readonly #release: (mapping: Mapping) => void;
  #repeated: Repeated | undefined;

  private constructor(clock: Clock, release: (mapping: Mapping) => void) {
    this.#clock = clock;
    this.#release = release;
  }

  /** @returns undefined where it is not possible */
  static async open({ clock }: { clock: Clock }): Promise<LibraryPages | undefined> {
    if (process.platform !== "linux") return undefined;
    try {
      const { default: koffi } = await import("koffi");
      const madvise = koffi.load("libc.so.6").func("int madvise(size_t start, size_t length, int advice)");
      return new LibraryPages(clock, ({ start, length }) => void madvise(start, length, madviseDontNeed));
    } catch {
      return undefined;
    }
  }

  start(): void {
    this.#repeated = every(intervalMs, this.#clock, () => this.release());
  }

  async stop(): Promise<void> {
    await this.#repeated?.stop();
  }

  async release(): Promise<void> {
    for (const mapping of readOnlyMappings(await readFile(mapsPath, "utf8"))) this.#release(mapping);
  }
}
