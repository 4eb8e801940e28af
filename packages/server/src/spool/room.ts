import { open, statfs, unlink } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../model/clock.ts";
import { SightglassError } from "../model/errors.ts";

export type RoomState = "ok" | "full" | "read-only" | "draining";

export interface RoomOptions {
  dir: string;
  clock: Clock;
  spoolBytesMax: number;
  diskFreeBytesMin: number;
  /** Called when the folder can be written again, before anything is accepted. A throw keeps it closed. */
  repair: () => Promise<void>;
  onChange: (state: RoomState, reason: string) => void;
}

const checkIntervalMs = 1_000;
const probeBytes = 64 * 1024;
const retryAfterMs = 2_000;

/** Whether the spool may take more: its bytes, the free disk, and whether its folder can be written at all. */
export class Room {
  readonly #options: RoomOptions;
  #bytes = 0;
  #diskFreeBytes = Number.POSITIVE_INFINITY;
  /** Why the folder cannot be written; undefined while it can. */
  #unwritable: string | undefined;
  #isDraining = false;
  #state: RoomState = "ok";
  #cancelTimer: (() => void) | undefined;
  #checking: Promise<void> = Promise.resolve();

  constructor(options: RoomOptions) {
    this.#options = options;
  }

  get bytes(): number {
    return this.#bytes;
  }
  get diskFreeBytes(): number {
    return this.#diskFreeBytes;
  }
  get state(): RoomState {
    return this.#state;
  }

  async start(): Promise<void> {
    await this.#check();
    this.#schedule();
  }

  /** From now on everything is refused. */
  drain(): void {
    this.#isDraining = true;
    this.#update();
  }

  async stop(): Promise<void> {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    this.#isDraining = true;
    await this.#checking;
  }

  add(bytes: number): void {
    this.#bytes += bytes;
    this.#update();
  }

  remove(bytes: number): void {
    this.#bytes -= bytes;
    this.#update();
  }

  /** A write to the folder failed: nothing is accepted until a probe succeeds. */
  fail(cause: unknown): SightglassError {
    this.#unwritable = cause instanceof Error ? cause.message : String(cause);
    this.#update();
    return this.#unwritableError(this.#unwritable);
  }

  /** @throws SightglassError unavailable, spool_unwritable, spool_full; all with retryAfterMs */
  check(): void {
    if (this.#state === "ok") return;
    if (this.#isDraining) throw new SightglassError("unavailable", "the server is stopping", { retryAfterMs });
    const unwritable = this.#whyUnwritable();
    if (unwritable !== undefined) throw this.#unwritableError(unwritable);
    throw new SightglassError(
      "spool_full",
      `the spool holds ${this.#bytes} bytes, its limit is ${this.#options.spoolBytesMax}: the store is behind`,
      { retryAfterMs, hint: "send again later; the status page says what the store is doing" },
    );
  }

  #unwritableError(reason: string): SightglassError {
    return new SightglassError("spool_unwritable", `the data folder cannot take more: ${reason}`, {
      retryAfterMs,
      hint: "free disk space or make the folder writable; the server goes on by itself",
    });
  }

  #whyUnwritable(): string | undefined {
    if (this.#unwritable !== undefined) return this.#unwritable;
    if (this.#diskFreeBytes >= this.#options.diskFreeBytesMin) return undefined;
    return `its disk has ${this.#diskFreeBytes} bytes free, less than ${this.#options.diskFreeBytesMin}`;
  }

  #update(): void {
    const reason = this.#whyUnwritable();
    const isFull = this.#bytes >= this.#options.spoolBytesMax;
    const state = this.#isDraining ? "draining" : reason !== undefined ? "read-only" : isFull ? "full" : "ok";
    if (state === this.#state) return;
    this.#state = state;
    this.#options.onChange(state, reason ?? "");
  }

  #schedule(): void {
    this.#cancelTimer = this.#options.clock.after(checkIntervalMs, () => {
      this.#checking = this.#check().finally(() => {
        if (this.#cancelTimer !== undefined) this.#schedule();
      });
    });
  }

  async #check(): Promise<void> {
    try {
      const { bavail, bsize } = await statfs(this.#options.dir);
      this.#diskFreeBytes = bavail * bsize;
      if (this.#unwritable !== undefined) {
        await this.#probe();
        await this.#options.repair();
        this.#unwritable = undefined;
      }
    } catch (cause) {
      this.#unwritable = cause instanceof Error ? cause.message : String(cause);
    }
    this.#update();
  }

  async #probe(): Promise<void> {
    const path = join(this.#options.dir, "probe");
    const handle = await open(path, "w");
    try {
      await handle.writeFile(Buffer.alloc(probeBytes, 1));
      await handle.datasync();
    } finally {
      await handle.close();
      await unlink(path);
    }
  }
}
