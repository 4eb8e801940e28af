import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import type { Clock } from "../../clock.ts";
import { newRunId } from "../../random.ts";

export type Signal = "traces" | "logs" | "metrics";
export type Encoding = "protobuf" | "json";

/** One request that waits on disk. */
export interface Waiting {
  readonly name: string;
  readonly signal: Signal;
  readonly encoding: Encoding;
  readonly bytes: number;
}

/** Without a word from its owner for this long, a claim or a half-written file belongs to nobody. */
const claimMaxMs = 10 * 60_000;
const form = /^\d{15}-[0-9a-f-]{36}-(\d+)-([0-9a-f]{8})\.(traces|logs|metrics)\.(pb|json)$/;
const claimedForm = /^(.+)\.claimed-[0-9a-f-]{36}$/;
const halfWritten = ".partial";

/**
 * Bodies of OTLP requests as files, exactly as they would have been sent. A name says when, which signal, how long, and the
 * checksum. A file appears whole (written aside, then renamed) and is sent by one process (who renames it first), so any number
 * of processes may share the folder.
 */
export class SpoolFolder {
  readonly path: string;
  readonly #bytesMax: number;
  readonly #clock: Clock;
  readonly #id = newRunId();

  constructor(path: string, bytesMax: number, clock: Clock) {
    this.path = path;
    this.#bytesMax = bytesMax;
    this.#clock = clock;
  }

  /**
   * Keeps a body. The oldest files make room for it.
   *
   * @returns how many files were dropped, or `undefined` when the body alone is larger than the folder may be
   * @throws what the file system says
   */
  add(signal: Signal, encoding: Encoding, body: Uint8Array): number | undefined {
    if (body.byteLength > this.#bytesMax) return undefined;
    mkdirSync(this.path, { recursive: true, mode: 0o700 });
    const dropped = this.#makeRoom(body.byteLength);
    const time = String(this.#clock.nowMs()).padStart(15, "0");
    const ending = `${signal}.${encoding === "json" ? "json" : "pb"}`;
    const name = `${time}-${newRunId()}-${body.byteLength}-${checksum(body)}.${ending}`;
    const aside = this.#at(name + halfWritten);
    try {
      writeFileSync(aside, body, { mode: 0o600, flush: true });
      renameSync(aside, this.#at(name));
    } catch (thrown) {
      rmSync(aside, { force: true });
      throw thrown;
    }
    return dropped;
  }

  /** What may be claimed, the oldest first. Removes half-written files and takes claims back that nobody holds any more. */
  list(): Waiting[] {
    for (const file of this.#files()) {
      const claimed = claimedForm.exec(file)?.[1];
      if (claimed === undefined && !file.endsWith(halfWritten)) continue;
      if (this.#clock.nowMs() - (this.#stat(file)?.mtimeMs ?? Number.POSITIVE_INFINITY) < claimMaxMs) continue;
      if (claimed === undefined) rmSync(this.#at(file), { force: true });
      else this.#rename(file, claimed);
    }
    return this.#files().flatMap((name) => waiting(name) ?? []);
  }

  /** Takes a file, so that no other process sends it too. False when another was faster. */
  claim({ name }: Waiting): boolean {
    if (!this.#rename(name, this.#claimed(name))) return false;
    const now = this.#clock.nowMs() / 1000;
    utimesSync(this.#at(this.#claimed(name)), now, now);
    return true;
  }

  /** The body of a file that is claimed; undefined when it is not what was written. */
  read({ name, bytes }: Waiting): Uint8Array | undefined {
    const body = readFileSync(this.#at(this.#claimed(name)));
    return body.byteLength === bytes && checksum(body) === form.exec(name)?.[2] ? body : undefined;
  }

  /** Gives a claimed file back. */
  release({ name }: Waiting): void {
    this.#rename(this.#claimed(name), name);
  }

  /** Removes a claimed file. */
  remove({ name }: Waiting): void {
    rmSync(this.#at(this.#claimed(name)), { force: true });
  }

  /** Keeps a claimed file for a person to look at, as `NAME.why`. It is not sent again, and makes room as all others do. */
  setAside({ name }: Waiting, why: "corrupt" | "refused"): void {
    this.#rename(this.#claimed(name), `${name}.${why}`);
  }

  #makeRoom(bytes: number): number {
    const files = this.#files().map((file) => ({ file, size: this.#stat(file)?.size ?? 0 }));
    let total = files.reduce((sum, { size }) => sum + size, bytes);
    let dropped = 0;
    for (const { file, size } of files) {
      if (total <= this.#bytesMax) break;
      rmSync(this.#at(file), { force: true });
      total -= size;
      dropped += 1;
    }
    return dropped;
  }

  /** Names of ours, the oldest first; other files in the folder are none of our business. */
  #files(): string[] {
    if (!existsSync(this.path)) return [];
    return readdirSync(this.path)
      .filter((name) => /^\d{15}-/.test(name))
      .toSorted();
  }

  #claimed(name: string): string {
    return `${name}.claimed-${this.#id}`;
  }

  #rename(from: string, to: string): boolean {
    try {
      renameSync(this.#at(from), this.#at(to));
      return true;
    } catch (thrown) {
      if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return false;
      throw thrown;
    }
  }

  #stat(file: string): { size: number; mtimeMs: number } | undefined {
    return statSync(this.#at(file), { throwIfNoEntry: false });
  }

  #at(file: string): string {
    return join(this.path, file);
  }
}

function waiting(name: string): Waiting | undefined {
  const [, bytes, , signal, ending] = form.exec(name) ?? [];
  if (signal === undefined) return undefined;
  return { name, signal: signal as Signal, encoding: ending === "json" ? "json" : "protobuf", bytes: Number(bytes) };
}

function checksum(body: Uint8Array): string {
  // Loaded with the first file, so that bootstrap stays quick.
  const { crc32 } = process.getBuiltinModule("node:zlib");
  return crc32(body).toString(16).padStart(8, "0");
}
