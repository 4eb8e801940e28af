import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { installedEngine } from "../command.ts";

/** The engine of Prometheus as a program (reference_test.go); undefined when it has not been built. */
export const referenceProgram = process.env.SIGHTGLASS_PROMQL_REFERENCE ?? installedEngine("promql-reference");

export interface ReferenceHistogram {
  timeMs: number;
  schema: number;
  hint: number;
  count: string;
  sum: string;
  zeroCount: string;
  zeroThreshold: string;
  customBounds: string[] | null;
  positive: Record<string, string>;
  negative: Record<string, string>;
}

export interface ReferenceSeries {
  labels: Record<string, string>;
  floats?: { timeMs: number; value: string }[];
  histograms?: ReferenceHistogram[];
}

export interface ReferenceAnswer {
  error?: string;
  warnings?: string[];
  infos?: string[];
  type?: "vector" | "matrix" | "scalar" | "string";
  text?: string;
  series?: ReferenceSeries[];
}

export interface QueryTimes {
  startMs: number;
  endMs: number;
  /** 0 asks for one instant. */
  stepMs: number;
}

/** A process that evaluates queries one after another. */
export class Reference {
  readonly #process: ChildProcessWithoutNullStreams;
  readonly #waiting: ((line: string) => void)[] = [];

  constructor(program: string) {
    this.#process = spawn(program, ["-test.run", "TestQueries", "-test.timeout", "0"]);
    this.#process.stderr.resume();
    createInterface(this.#process.stdout).on("line", (line) => this.#waiting.shift()?.(line));
  }

  /** Replaces the series by those of a script's `load`. */
  async load(load: string): Promise<void> {
    const { error } = await this.#ask({ load });
    if (error !== undefined) throw new Error(error);
  }

  query(query: string, times: QueryTimes): Promise<ReferenceAnswer> {
    return this.#ask({ query, ...times });
  }

  async #ask(request: object): Promise<ReferenceAnswer> {
    const line = await new Promise<string>((resolve) => {
      this.#waiting.push(resolve);
      this.#process.stdin.write(`${JSON.stringify(request)}\n`);
    });
    return JSON.parse(line) as ReferenceAnswer;
  }

  end(): void {
    this.#process.stdin.end();
  }
}
