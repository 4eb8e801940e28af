import type { Tracer } from "@opentelemetry/api";
import { safely } from "./safely.ts";

/** Something that has happened and that telemetry has still to be made of. */
export interface Note {
  write(): void;
}

/** When `write` has to be called: with the next batch, while somebody waits to see it, or as soon as the thread has time. */
export type Due = "with the batch" | "soon" | "now";

/** From here on they are written as soon as the thread has time. */
const notesMany = 256;
/** A thread that never has time writes them itself when there are so many: they hold memory. */
const notesMax = 512;

/**
 * What has ended, and is made into spans or log records in one go when the next batch is due. Code that runs once in a while
 * runs from cold caches, which costs ten times what it costs in a loop; so a stage only notes what happened.
 */
export class Notes {
  readonly #expect: (due: Due) => void;
  #pending: Note[] = [];

  /** @param expect is told when `write` has to be called */
  constructor(expect: (due: Due) => void) {
    this.#expect = expect;
  }

  add(note: Note, isUrgent = false): void {
    const count = this.#pending.push(note);
    if (isUrgent) this.#expect("soon");
    else if (count === 1) this.#expect("with the batch");
    else if (count === notesMany) this.#expect("now");
    if (count >= notesMax) this.write();
  }

  /** Makes all of them, the oldest first. Never throws. */
  write(): void {
    const notes = this.#pending;
    if (notes.length === 0) return;
    this.#pending = [];
    for (const note of notes) safely(() => note.write(), undefined);
  }
}

/** How `bootstrap` has the spans of runs and stages. */
export interface NotedSpans {
  /** Where they note that they have ended. */
  readonly notes: Notes;
  /** What makes the spans: asking OpenTelemetry's API for it each time would cost as much as the note. */
  readonly tracer: Tracer;
}

let current: NotedSpans | undefined;

/** Undefined where the spans are not sent by `bootstrap`. */
export function notedSpans(): NotedSpans | undefined {
  return current;
}

/** From now on, runs and stages that begin note their end. The returned function takes that back. */
export function noteSpans(spans: NotedSpans): () => void {
  current = spans;
  return () => {
    if (current === spans) current = undefined;
  };
}
