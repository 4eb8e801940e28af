import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { newRunId } from "../random.ts";
import { safely } from "../safely.ts";

/** What is known of how long a stage takes. */
export interface StageHistory {
  /** Of the latest runs that succeeded, in milliseconds, the newest last. */
  readonly durationsMs: readonly number[];
  /** The last one was slow and could not be seen: its loop never gave a timer the chance. */
  readonly wasSlowUnseen: boolean;
}

const durationsMax = 20;
/** Stages remembered in this process; the oldest is forgotten. */
const stagesMax = 1000;
/** Fewer durations say little. */
const durationsMin = 5;

/** Of this process, so that whoever asks anew for the same folder, or for none, knows the same. */
const knownHere = new Map<string, StageHistory>();
const nothing: StageHistory = { durationsMs: [], wasSlowUnseen: false };

/**
 * How long stages took: in this process, and, with a folder, across processes in one small file for each stage. Files are
 * written aside and renamed; of two processes that end at the same time, the later one's duration is kept.
 */
export class DurationHistory {
  readonly #folder: string | undefined;

  constructor(folder?: string) {
    this.#folder = folder;
  }

  of(key: string): StageHistory {
    const known = knownHere.get(key) ?? nothing;
    if (this.#folder === undefined) return known;
    return safely(() => readHistory(this.#file(key)), undefined) ?? known;
  }

  add(key: string, durationMs: number, wasSlowUnseen: boolean): void {
    const durationsMs = [...this.of(key).durationsMs, durationMs].slice(-durationsMax);
    const history = { durationsMs, wasSlowUnseen };
    remember(key, history);
    if (this.#folder !== undefined) safely(() => writeHistory(this.#file(key), key, history), undefined);
  }

  #file(key: string): string {
    const { createHash } = process.getBuiltinModule("node:crypto");
    const hash = createHash("sha256").update(key).digest("hex").slice(0, 16);
    return join(this.#folder ?? "", `${key.replaceAll(/[^\w.-]+/g, "_").slice(0, 80)}-${hash}.json`);
  }
}

function remember(key: string, history: StageHistory): void {
  knownHere.delete(key);
  knownHere.set(key, history);
  if (knownHere.size <= stagesMax) return;
  const [oldest] = knownHere.keys();
  if (oldest !== undefined) knownHere.delete(oldest);
}

/** The middle of what is known; undefined while too little is. */
export function usualMs({ durationsMs }: StageHistory): number | undefined {
  if (durationsMs.length < durationsMin) return undefined;
  return durationsMs.toSorted((a, b) => a - b)[durationsMs.length >> 1];
}

/** Undefined when there is no file, or what it holds is not what is written here. */
function readHistory(file: string): StageHistory | undefined {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw thrown;
  }
  const { durationsMs, wasSlowUnseen } = JSON.parse(text) as Partial<StageHistory>;
  if (!Array.isArray(durationsMs) || !durationsMs.every((value) => Number.isFinite(value))) return undefined;
  return { durationsMs: durationsMs.slice(-durationsMax), wasSlowUnseen: wasSlowUnseen === true };
}

function writeHistory(file: string, stage: string, history: StageHistory): void {
  mkdirSync(join(file, ".."), { recursive: true });
  const aside = `${file}.${newRunId()}`;
  writeFileSync(aside, JSON.stringify({ stage, ...history }));
  renameSync(aside, file);
}
