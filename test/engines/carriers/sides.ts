import { join } from "node:path";
import { until } from "../../app/server.ts";
import { Command } from "../command.ts";

export interface SpanIds {
  traceId: string;
  spanId: string;
}

export interface Setting {
  boundary: string;
  /** What both sides call the topic, queue, table or file. */
  name: string;
  variables: Record<string, string>;
}

/** One side of a boundary in a process of its own. */
export class Side {
  readonly #command: Command;
  readonly #what: string;

  constructor(role: "produce" | "consume" | "gather", { boundary, name, variables }: Setting) {
    this.#what = `${boundary} ${role}`;
    const program = join(import.meta.dirname, "programs/main.mjs");
    const environment = { ...variables, NAME: name };
    this.#command = new Command(process.execPath, [program, boundary, role], { environment });
  }

  /** It waits for what is sent. */
  async listening(): Promise<void> {
    await this.#until(() => this.#command.output.includes("ready\n"));
  }

  /** It has ended well; the span it told of, if it did. */
  async done(): Promise<SpanIds | undefined> {
    await this.#until(() => this.#command.hasEnded);
    if (this.#command.exitCode !== 0) throw new Error(`${this.#what}: ${this.#command.output}`);
    const told = /^\{.*\}$/m.exec(this.#command.output)?.[0];
    return told === undefined ? undefined : (JSON.parse(told) as SpanIds);
  }

  async #until(check: () => boolean): Promise<void> {
    try {
      await until(() => check() || this.#command.hasEnded, {
        what: () => `${this.#what}; it said: ${this.#command.output}`,
        timeoutMs: 120_000,
      });
    } catch (thrown) {
      await this.#command.end();
      throw thrown;
    }
  }
}
