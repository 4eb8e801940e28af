import { Session } from "chdb";
import type { EngineFault } from "../engine-error.ts";

export type Settings = Readonly<Record<string, number | string>>;

export interface Statement {
  sql: string;
  /** Output format; `Null` for statements without a result. */
  format: string;
  params?: Readonly<Record<string, unknown>>;
  settings: Settings;
}

/** What the engine says when it refuses; `toFault` of anything thrown by chDB. */
export function toFault(cause: unknown): EngineFault {
  const code = (cause as { clickhouseCode?: unknown }).clickhouseCode;
  return {
    clickhouseCode: typeof code === "number" ? code : undefined,
    message: cause instanceof Error ? cause.message : String(cause),
    cause,
  };
}

/**
 * One connection to the embedded engine, used by one statement at a time (Lanes sees to that).
 *
 * Settings are set on the connection, not written into the SQL: there they would not bind every form of a query
 * (a UNION ignores `max_result_rows` in a trailing SETTINGS clause).
 */
export class Lane {
  readonly #session: Session;
  #settings: Settings = {};

  constructor(path: string, connectionArgs: readonly string[]) {
    this.#session = new Session(path, { connectionArgs });
  }

  async run(statement: Statement): Promise<Uint8Array> {
    await this.#apply(statement.settings);
    try {
      const { sql, format, params } = statement;
      const result =
        params === undefined
          ? await this.#session.queryAsync(sql, { format })
          : await this.#session.queryBindAsync(sql, params, { format });
      return result.bytes();
    } catch (cause) {
      await this.#discardOutput();
      throw cause;
    }
  }

  close(): void {
    this.#session.close();
  }

  async #apply(settings: Settings): Promise<void> {
    const changed = Object.entries(settings).filter(([name, value]) => this.#settings[name] !== value);
    const gone = Object.keys(this.#settings).filter((name) => !(name in settings));
    if (changed.length === 0 && gone.length === 0) return;
    const assignments = [
      ...changed.map(([name, value]) => `${name} = ${typeof value === "number" ? value : quoteString(value)}`),
      ...gone.map((name) => `${name} = DEFAULT`),
    ];
    this.#settings = {};
    await this.#session.queryAsync(`SET ${assignments.join(", ")}`, { format: "Null" });
    this.#settings = settings;
  }

  /**
   * chDB 3.4 keeps what a failed query had written so far and hands it out with the connection's next result. An empty
   * statement takes it away; without it the next reader would get another query's rows in front of its own.
   */
  async #discardOutput(): Promise<void> {
    try {
      await this.#session.queryAsync("SELECT 1", { format: "Null" });
    } catch {
      // The engine fails as a whole; the caller has the first error.
    }
  }
}

/** A string literal of ClickHouse SQL. */
export function quoteString(value: string): string {
  return `'${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
