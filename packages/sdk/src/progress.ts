import { type Clock, systemClock } from "./clock.ts";
import { safely } from "./safely.ts";
import { standardErrorFromEnvironment, type Terminal } from "./terminal-environment.ts";

/** What a stage shows of itself while it runs. */
export interface ProgressOptions {
  /** How many rows there will be, where that is known: then there is a bar and an estimate. */
  total?: number;
}

/** How far a stage is. */
export interface Tracked {
  readonly name: string;
  readonly total: number | undefined;
  /** Rows done so far, undefined while nobody has counted. */
  readonly done: () => number | undefined;
}

interface Entry extends Tracked {
  readonly startedAtMs: number;
  hasShown: boolean;
}

const redrawIntervalMs = 200;
const lineIntervalMs = 10_000;
const barChars = 20;
const clearLine = "\r\u001B[2K";

/**
 * The stages that show their progress: one line that is redrawn on a terminal, a line every 10 s elsewhere (a log in
 * CI). Its timer stops with the last stage and never keeps the process alive.
 */
export class ProgressBoard {
  readonly #terminal: Terminal;
  readonly #clock: Clock;
  readonly #entries = new Map<Tracked, Entry>();
  #cancel: (() => void) | undefined;

  constructor(terminal: Terminal, clock: Clock) {
    this.#terminal = terminal;
    this.#clock = clock;
  }

  add(tracked: Tracked): void {
    this.#entries.set(tracked, { ...tracked, startedAtMs: this.#clock.nowMs(), hasShown: false });
    if (this.#cancel === undefined) this.#schedule();
  }

  /** The stage is over. One that was shown gets a last line. */
  remove(tracked: Tracked): void {
    const entry = this.#entries.get(tracked);
    if (entry === undefined) return;
    this.#entries.delete(tracked);
    if (entry.hasShown) this.#write(`${this.#isTerminal ? clearLine : ""}${this.#describe(entry, true)}\n`);
    if (this.#entries.size > 0) return;
    this.#cancel?.();
    this.#cancel = undefined;
  }

  get #isTerminal(): boolean {
    return this.#terminal.isTTY === true;
  }

  #schedule(): void {
    this.#cancel = this.#clock.after(this.#isTerminal ? redrawIntervalMs : lineIntervalMs, () => {
      this.#show();
      this.#schedule();
    });
  }

  #show(): void {
    const entries = [...this.#entries.values()];
    for (const entry of entries) entry.hasShown = true;
    const texts = entries.map((entry) => this.#describe(entry, false));
    // A terminal of unknown size says 0.
    if (this.#isTerminal) this.#write(clearLine + texts.join("  ").slice(0, (this.#terminal.columns || 80) - 1));
    else this.#write(texts.map((text) => `${text}\n`).join(""));
  }

  #describe({ name, total, done, startedAtMs }: Entry, isOver: boolean): string {
    const seconds = Math.max((this.#clock.nowMs() - startedAtMs) / 1000, 0.001);
    const rows = done();
    if (rows === undefined) return `${name}: ${duration(seconds)}`;
    const rate = `${number(rows / seconds)}/s`;
    if (isOver) return `${name}: ${number(rows)} rows in ${duration(seconds)}, ${rate}`;
    if (total === undefined || total <= 0) return `${name}: ${number(rows)} rows, ${rate}`;
    const share = Math.min(rows / total, 1);
    const filled = Math.round(share * barChars);
    const bar = "█".repeat(filled) + "░".repeat(barChars - filled);
    const left = rows === 0 ? "" : `, ${duration((Math.max(total - rows, 0) * seconds) / rows)} left`;
    return `${name}: ${bar} ${Math.floor(share * 100)} % of ${number(total)}, ${rate}${left}`;
  }

  #write(text: string): void {
    safely(() => this.#terminal.write(text), undefined);
  }
}

function number(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

/** Minutes and seconds, hours before them where there are any. */
function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  if (parts[0] === 0) parts.shift();
  return parts.map((part, index) => (index === 0 ? String(part) : String(part).padStart(2, "0"))).join(":");
}

let board: ProgressBoard | undefined;

/** The board of this thread. */
export function progressBoard(): ProgressBoard {
  board ??= new ProgressBoard(standardErrorFromEnvironment(), systemClock);
  return board;
}
