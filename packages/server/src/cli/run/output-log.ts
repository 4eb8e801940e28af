import type { Clock } from "../../model/clock.ts";
import type { SightglassError } from "../../model/errors.ts";
import { limits } from "../../model/limits.ts";
import { LineSplitter } from "./lines.ts";
import type { LogRecord } from "./otlp-json.ts";
import { parseRowCountLine, type RowCountLine } from "./row-counts.ts";
import { severityOf } from "./severity.ts";

export type StreamName = "stdout" | "stderr";

export interface OutputLogOptions {
  readonly clock: Clock;
  readonly keep: (record: Pick<LogRecord, "timeMs" | "severity" | "body" | "attributes">) => void;
  readonly onCounts: (line: RowCountLine) => void;
  /** Called once, for the first line that looks like a row count and is none. */
  readonly onInvalidCounts: (problem: string) => void;
}

const tailLinesMax = 20;
const tailLineLengthMax = 1000;

/**
 * Turns what the command prints into log records and row counts, within limits: lines a second, and bytes in all. What
 * goes over them is counted, not kept.
 */
export class OutputLog {
  readonly #options: OutputLogOptions;
  readonly #splitters: Record<StreamName, LineSplitter>;
  readonly #tails: Record<StreamName, string[]> = { stdout: [], stderr: [] };
  #tokens: number = limits.runOutputLinesBurstMax.value;
  #tokensAtMs: number;
  #bytesLeft: number = limits.runOutputBytesMax.value;
  #skippedLines = 0;
  #hasWarned = false;

  constructor(options: OutputLogOptions) {
    this.#options = options;
    this.#tokensAtMs = options.clock.monotonicMs();
    const splitter = (stream: StreamName) =>
      new LineSplitter(limits.runOutputLineBytesMax.value, ({ text, isTruncated }) =>
        this.#take(stream, text, isTruncated),
      );
    this.#splitters = { stdout: splitter("stdout"), stderr: splitter("stderr") };
  }

  /** The last lines on stderr, or, of a command that says nothing there (dbt), on stdout: where it most likely says why it failed. */
  get errorTail(): string {
    const { stdout, stderr } = this.#tails;
    return (stderr.length > 0 ? stderr : stdout).join("\n");
  }

  push(stream: StreamName, chunk: Uint8Array): void {
    this.#splitters[stream].push(chunk);
  }

  end(): void {
    this.#splitters.stdout.end();
    this.#splitters.stderr.end();
    if (this.#skippedLines === 0) return;
    this.#options.keep({
      timeMs: this.#options.clock.nowMs(),
      severity: 13,
      body: `${this.#skippedLines} lines of output were not kept: over the limit of sightglass run`,
      attributes: { "sightglass.lines_skipped": this.#skippedLines },
    });
  }

  #take(stream: StreamName, text: string, isTruncated: boolean): void {
    if (this.#takeCounts(text, isTruncated)) return;
    if (text !== "") {
      const tail = this.#tails[stream];
      tail.push(text.slice(0, tailLineLengthMax));
      if (tail.length > tailLinesMax) tail.shift();
    }
    if (!this.#hasRoom(text.length)) {
      this.#skippedLines += 1;
      return;
    }
    this.#options.keep({
      timeMs: this.#options.clock.nowMs(),
      severity: severityOf(text),
      body: text,
      attributes: { "log.iostream": stream, ...(isTruncated ? { "sightglass.line_truncated": true } : {}) },
    });
  }

  #takeCounts(text: string, isTruncated: boolean): boolean {
    if (isTruncated) return false;
    try {
      const counts = parseRowCountLine(text);
      if (counts === undefined) return false;
      this.#options.onCounts(counts);
      return true;
    } catch (thrown) {
      if (!this.#hasWarned)
        this.#options.onInvalidCounts(`"${text.trim().slice(0, 200)}": ${(thrown as SightglassError).message}`);
      this.#hasWarned = true;
      return false;
    }
  }

  #hasRoom(bytes: number): boolean {
    const nowMs = this.#options.clock.monotonicMs();
    const refill = ((nowMs - this.#tokensAtMs) / 1000) * limits.runOutputLinesPerSecondMax.value;
    this.#tokens = Math.min(limits.runOutputLinesBurstMax.value, this.#tokens + refill);
    this.#tokensAtMs = nowMs;
    if (this.#tokens < 1 || this.#bytesLeft < bytes) return false;
    this.#tokens -= 1;
    this.#bytesLeft -= bytes;
    return true;
  }
}
